"""Where the files are that Home Assistant and HACS have rules for, and how a test reads or breaks one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import probatio as vol

ROOT = Path(__file__).parents[2]
DOMAIN = "audio_guard"
COMPONENT = Path("custom_components") / DOMAIN
TRANSLATIONS = COMPONENT / "translations"

# What git ignores, and git itself.
NOT_OURS = {
    *(".git", ".venv", ".cache", ".demo", ".test-results", "runs", "build", "dist", ".coverage"),
    *("node_modules", "www", ".built"),  # what the panel is built with, and the panel
    *("__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
}


def our_files(root: Path) -> Iterator[Path]:
    """Return every file of the checkout, but what git ignores."""
    for folder, folders, files in root.walk():
        folders[:] = [
            name for name in folders if name not in NOT_OURS and not name.endswith(".egg-info")
        ]
        yield from (folder / name for name in files if name not in NOT_OURS)


def read_json(file: Path) -> Any:
    """Read a JSON file that names no key twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"{file.name} names {', '.join(sorted(twice))} twice")
        return dict(pairs)

    return json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=unique)


def change_json(file: Path, change: Callable[[Any], Any]) -> None:
    """Change a JSON file in place."""
    content = read_json(file)
    change(content)
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def breaches(schema: vol.Schema, content: Any, where: str) -> Iterator[str]:
    """Tell what about a file's content a schema does not allow."""
    try:
        schema(content)
    except vol.MultipleInvalid as error:
        for breach in error.errors:
            place = ".".join(str(part) for part in breach.path)
            yield f"{where}: {place}: {breach.msg}"
