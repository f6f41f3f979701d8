"""Make a folder that is there whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.runs.run_folder import RunFolderError


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
        yield made
        made.replace(out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
