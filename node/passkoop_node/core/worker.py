"""The one thread that owns the database: no query ever holds up the event loop."""

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

_Asked = tuple["asyncio.Future[Any]", contextvars.Context, Callable[[], Any]]
_Done = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Worker:
    """Runs functions one after the other, in the order in which they were asked for.

    SQLite's connection belongs to the thread that opened it, so it is opened in here too. Not an
    executor of the standard library's: under load it wakes the event loop once for each answer,
    and each time both threads wait for the interpreter. Here the loop fetches all that is ready.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._done: deque[_Done] = deque()
        self._is_loop_told = False
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="passkoop-db", daemon=True)

    async def run(
        self, function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Return what `function` returns, or raise what it raises.

        It speaks the language of whoever asked (`language.current`). Once begun it runs to its
        end, also if nobody waits for it any more: a visit is noted whole or not at all.
        """
        loop = asyncio.get_running_loop()
        if self._is_closed:
            raise RuntimeError("the database's thread has ended")
        if self._loop is None:
            self._loop = loop
            self._thread.start()
        if self._loop is not loop:
            raise RuntimeError("the database's thread belongs to another event loop")
        future: asyncio.Future[Result] = loop.create_future()
        self._asked.put(
            (future, contextvars.copy_context(), partial(function, *args, **kwargs)),
        )
        return await future

    def close(self) -> None:
        """Wait for what was asked, and end the thread."""
        self._is_closed = True
        self._asked.put(None)
        if self._loop is not None:
            self._thread.join()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            future, context, call = asked
            if not future.cancelled():  # whoever gave up before it began does not want it
                result, error = None, None
                try:
                    result = context.run(call)
                except BaseException as raised:  # noqa: BLE001 - it is for whoever asked
                    error = raised
                self._done.append((future, result, error))
                self._tell_loop()
            # What was read is let go of before the next work, which may be long in coming.
            del asked, future, context, call
            result = error = None

    def _tell_loop(self) -> None:
        if self._is_loop_told:
            return  # it has not fetched yet, and will find this too
        self._is_loop_told = True
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._fetch)
        except RuntimeError:
            self._done.clear()  # the loop is closed: nobody waits

    def _fetch(self) -> None:
        """Hand over what is ready, in the event loop."""
        self._is_loop_told = False  # first: what is ready from now on tells the loop again
        while self._done:
            future, result, error = self._done.popleft()
            if future.done():  # nobody waits
                continue
            if error is None:
                future.set_result(result)
            elif isinstance(error, StopIteration):  # a future cannot hold it
                future.set_exception(RuntimeError("the function raised StopIteration"))
            else:
                future.set_exception(error)
