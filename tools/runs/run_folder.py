"""One folder per training run: recipe, what it ran on, metrics, curves, best weights."""

import json
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.runs.recipe import Recipe
from tools.runs.whole_file import whole_file

ROOT = Path(__file__).parents[2]
METRICS = "metrics.json"
BEFORE_METRICS = ("recipe.toml", "run.json", "best.pt", "val.json")


class RunFolderError(ToolError):
    """A run folder that cannot be used; the message says what to do."""


def create_run_folder(folder: Path, recipe: Recipe, facts: dict[str, Any]) -> None:
    """Make the folder and write the recipe and the facts of the run into it."""
    require_no_run(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(recipe.text, encoding="utf-8")
    write_json(folder / "run.json", facts | surroundings())


@contextmanager
def learned_or_removed(folder: Path) -> Iterator[None]:
    """Remove the files of a run that ends, by a full disk or Ctrl-C, before its first epoch's figures are there."""
    try:
        yield
    finally:
        if not (folder / METRICS).exists():
            for name in BEFORE_METRICS:
                (folder / name).unlink(missing_ok=True)
            with suppress(OSError):  # there was no folder, or others' files are in it
                folder.rmdir()


def require_no_run(folder: Path) -> None:
    """Raise when a folder holds a run already, finished or not."""
    if (folder / "last.pt").exists():
        raise RunFolderError(
            f"{folder}: holds an unfinished run; go on with --resume, choose another --out or delete it"
        )
    if (folder / "best.pt").exists():
        raise RunFolderError(f"{folder}: holds a finished run; choose another --out or delete it")


def recipe_place(name: str) -> Path:
    """Return the path of a model's recipe in the checkout: a released model's, else a named one's."""
    released = Path("models", name, "recipe.toml")
    named = Path("models", "recipes", f"{name}.toml")
    return named if (ROOT / named).is_file() and not (ROOT / released).is_file() else released


def surroundings() -> dict[str, Any]:
    """Return what a figure depends on besides the recipe."""
    return {
        "commit": git_commit(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
    }


def git_commit() -> str:
    """Return the checkout's commit, marked when tracked files differ from it."""
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", "tools", "models")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit} with changes" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that a reader never sees half of it."""
    with whole_file(path) as part:
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
