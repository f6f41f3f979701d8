"""Put new files into a folder that may hold others."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.runs.whole_file import full_disk_named


@contextmanager
def filled_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder and move its files into `out` when the block ends well.

    Older files of their names are replaced, others stay. Whatever ends the block early leaves all as it was.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".making-{out.name}-", dir=out.parent) as scratch:
        made = Path(scratch)
        with full_disk_named(out):
            yield made
        out.mkdir(exist_ok=True)
        for path in sorted(made.iterdir()):
            path.replace(out / path.name)
