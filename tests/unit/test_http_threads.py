"""The threads that answer requests: as many as are needed and no more, and what goes wrong comes back to who asked."""

import asyncio
import threading

import pytest

from plimsoll.interfaces.http.threads import Threads


def test_work_is_shared_by_as_many_threads_as_may_be():
    crew, seen, gate = Threads(3), set(), threading.Barrier(3, timeout=60)

    def work(number):
        seen.add(threading.current_thread().name)
        if number < 3:
            gate.wait()
        return number * 2

    async def ask():
        return await asyncio.gather(*(crew.run(work, number) for number in range(30)))

    assert asyncio.run(ask()) == [number * 2 for number in range(30)]
    assert len(seen) == crew.started == 3
    assert crew.under_way == 0


def test_what_is_raised_comes_back_and_the_thread_goes_on():
    crew = Threads(1)

    def fail():
        raise ValueError("wrong")

    async def ask():
        with pytest.raises(ValueError, match="wrong"):
            await crew.run(fail)
        return await crew.run(threading.get_ident), await crew.run(threading.get_ident)

    first, second = asyncio.run(ask())
    assert first == second != threading.get_ident()


def test_who_waits_no_longer_leaves_the_thread_to_others():
    crew, gate = Threads(1), threading.Event()

    async def leave():
        asked = asyncio.ensure_future(crew.run(gate.wait, 20))
        await asyncio.sleep(0)
        asked.cancel()

    asyncio.run(leave())
    gate.set()
    assert asyncio.run(crew.run(str, 7)) == "7"
