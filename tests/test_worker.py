"""The thread of the database: order, errors, and whoever gives up waiting."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from passkoop_node.core.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def test_what_is_asked_is_done_in_its_order_in_one_thread_and_all_are_answered(
    worker: Worker,
) -> None:
    done: list[int] = []

    def work(number: int) -> tuple[int, int]:
        done.append(number)
        return number, threading.get_ident()

    async def ask() -> list[tuple[int, int]]:
        return await asyncio.gather(*(worker.run(work, number) for number in range(500)))

    answers = asyncio.run(ask())
    assert done == [number for number, _thread in answers] == list(range(500))
    assert len({thread for _number, thread in answers} - {threading.get_ident()}) == 1


def test_an_error_is_for_whoever_asked_and_the_next_is_answered(worker: Worker) -> None:
    async def ask() -> list[object]:
        wrong = [worker.run(int, "x"), worker.run(next, iter(())), worker.run(int, "7")]
        return await asyncio.gather(*wrong, return_exceptions=True)

    bad, ended, good = asyncio.run(ask())
    assert isinstance(bad, ValueError)
    assert isinstance(ended, RuntimeError)
    assert good == 7


def test_what_was_begun_runs_to_its_end_and_what_was_not_is_left(worker: Worker) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(10)
        done.append("slow")

    async def ask() -> None:
        first = asyncio.create_task(worker.run(slow))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.create_task(worker.run(done.append, "second"))
        await asyncio.sleep(0)
        for one in (first, second):
            one.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        go_on.set()
        await worker.run(done.append, "third")

    asyncio.run(ask())
    assert done == ["slow", "third"]


def test_closing_waits_for_what_was_asked_and_nothing_is_taken_after_it(worker: Worker) -> None:
    done: list[int] = []

    async def ask() -> None:
        waiting = [asyncio.create_task(worker.run(done.append, one)) for one in range(50)]
        await asyncio.sleep(0)
        worker.close()
        assert done == list(range(50))
        await asyncio.gather(*waiting)
        with pytest.raises(RuntimeError):
            await worker.run(done.append, 50)

    asyncio.run(ask())
