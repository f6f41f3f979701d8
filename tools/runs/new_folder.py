"""Make a folder, or make one anew, that is there whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.runs.run_folder import RunFolderError
from tools.runs.whole_file import full_disk_named


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside `out` and move it there when the block ends well.

    Whatever ends the block early, a full disk or Ctrl-C too, leaves nothing behind.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunFolderError(f"{out}: is there already; choose another --out or delete it")
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".making-{out.name}-", dir=out.parent))
    try:
        made.chmod(0o755)
        with full_disk_named(out):
            yield made
        made.replace(out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder and put it in the place of `out`, whatever is there, when the block ends well.

    It has the name of `out` already. Whatever ends the block early leaves `out` as it was.
    """
    with tempfile.TemporaryDirectory(prefix=f".making-{out.name}-", dir=out.parent) as scratch:
        made, older = Path(scratch, "made", out.name), Path(scratch, "older")
        made.mkdir(parents=True)
        with full_disk_named(out):
            yield made
        if out.exists():
            out.rename(older)
        made.rename(out)
