"""End a command as people expect it: mistakes in words, Ctrl-C without a traceback."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from tools.errors import MENDABLE

Main: TypeAlias = Callable[
    ..., int
]  # of a list of arguments, or None for those of the command line
STOPPED_BY_CTRL_C = 130


def ends_in_words(stopped: str) -> Callable[[Main], Main]:
    """Let a verb's `main` end with 1 and `error: ...` after a `MENDABLE` error, with 130 after Ctrl-C.

    `stopped` tells what became of the work that Ctrl-C ended.
    """

    def wrap(main: Main) -> Main:
        @wraps(main)
        def ended(arguments: list[str] | None = None) -> int:
            try:
                return main(arguments)
            except MENDABLE as error:
                print(f"error: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                print(stopped, file=sys.stderr)
                return STOPPED_BY_CTRL_C

        return ended

    return wrap
