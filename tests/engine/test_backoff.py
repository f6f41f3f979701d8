"""Waits grow, never all alike, and begin again after a healthy minute."""

import random

from audio_guard_engine.backoff import Backoff


def test_doubles_from_one_second_to_a_minute() -> None:
    backoff = Backoff(random.Random(0))
    waits = [backoff.next_seconds() for _ in range(10)]
    limits = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert all(limit / 2 <= wait <= limit for wait, limit in zip(waits, limits, strict=True))


def test_reset_begins_again() -> None:
    backoff = Backoff(random.Random(0))
    for _ in range(5):
        backoff.next_seconds()
    backoff.reset()
    assert backoff.next_seconds() <= 1


def test_cameras_do_not_return_all_at_once() -> None:
    waits = {round(Backoff(random.Random(seed)).next_seconds(), 3) for seed in range(30)}
    assert len(waits) > 20
