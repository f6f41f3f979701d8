"""Write a file that is whole or not there, and say which one it is when the disk is full."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No room, no room left for this user, and a file larger than the system allows. Libraries that count
# the bytes themselves, such as numpy, give no number.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None)


class DiskFullError(OSError):
    """What cannot be written; the message names it and the cure."""

    def __init__(self, place: Path, reason: object) -> None:
        """Say what stood in the way."""
        super().__init__(
            f"{place}: cannot be written ({reason}); make room on the disk or choose another place"
        )


@contextmanager
def full_disk_named(place: Path) -> Iterator[None]:
    """Name `place` when the disk is full: what Python raises names no file once that is open."""
    try:
        yield
    except DiskFullError:
        raise
    except OSError as error:
        if error.filename is None and error.errno in FULL:
            raise DiskFullError(place, error.strerror or error) from error
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and move the file to its place when the block ends well.

    Whatever ends the block early leaves `path` as it was.
    """
    part = path.with_name(f".part-{path.name}")  # the suffix stays: writers choose a format by it
    try:
        with full_disk_named(path):
            yield part
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
