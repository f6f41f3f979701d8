"""Threads share working memory, and none waits but for a core."""

import itertools
import os
import queue
import threading

import pytest

from audio_guard_engine.per_core import OnePerCore


def test_threads_compute_side_by_side_one_per_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    numbers = itertools.count()
    shared = OnePerCore(lambda: next(numbers))
    third: queue.Queue[int] = queue.Queue()

    def take() -> None:
        with shared.taken() as number:
            third.put(number)

    waiting = threading.Thread(target=take)
    with shared.taken() as first:
        with shared.taken() as second:
            assert (first, second) == (0, 1)
            waiting.start()
            with pytest.raises(queue.Empty):
                third.get(timeout=0.05)
        assert third.get(timeout=10) == second
    waiting.join()


def test_what_a_failure_used_is_used_again() -> None:
    numbers = itertools.count()
    shared = OnePerCore(lambda: next(numbers))
    with pytest.raises(LookupError), shared.taken():
        raise LookupError
    with shared.taken() as number:
        assert number == 0
