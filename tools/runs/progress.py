"""Show how far a long loop is, on one line of a terminal or now and then in a log."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
LOG_EVERY_SECONDS = 30.0


def progress(items: Iterable[T], *, total: int, title: str) -> Iterator[T]:
    """Pass the items on and tell the count and the remaining time on stderr."""
    start = shown = time.monotonic()
    terminal = sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if done == total or now - shown >= (0.5 if terminal else LOG_EVERY_SECONDS):
            shown = now
            left = (now - start) / done * (total - done)
            end = "\r" if terminal and done < total else "\n"
            print(f"{title}: {done}/{total}, {left:.0f} s left   ", end=end, file=sys.stderr)
            sys.stderr.flush()
