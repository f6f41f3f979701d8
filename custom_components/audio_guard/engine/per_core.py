"""Working memory that threads share: one for each core, not one for each camera."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")


class OnePerCore(Generic[_Thing]):
    """What only one thread at a time may use, made when it is needed: at most as many as there are cores."""

    def __init__(self, make: Callable[[], _Thing]) -> None:
        """Make nothing yet."""
        self._make = make
        self._idle: list[_Thing] = []
        self._turns = threading.Semaphore(os.cpu_count() or 1)

    @contextmanager
    def taken(self) -> Iterator[_Thing]:
        """Give one that nobody uses; wait while every core is computing."""
        with self._turns:
            try:
                thing = self._idle.pop()  # the one that was used last: it is still in the caches
            except IndexError:
                thing = self._make()
            try:
                yield thing
            finally:
                self._idle.append(thing)
