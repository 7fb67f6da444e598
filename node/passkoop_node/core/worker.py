"""The one thread that owns the database: no query ever holds up the event loop."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Worker:
    """Runs functions one after the other, in the order in which they were asked for.

    SQLite's connection belongs to the thread that opened it, so it is opened in here too.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passkoop-db")

    async def run(
        self, function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Return what `function` returns, or raise what it raises.

        It speaks the language of whoever asked (`language.current`). Once begun it runs to its
        end, also if nobody waits for it any more: a visit is noted whole or not at all.
        """
        call = partial(contextvars.copy_context().run, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Wait for what was asked, and end the thread."""
        self._pool.shutdown()
