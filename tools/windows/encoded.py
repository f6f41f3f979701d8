"""Keep windows as embedding vectors in a folder, so that they are encoded once and learned from often.

The folder has `vectors.json`, which says what the vectors depend on and which clips there are, and a folder
of arrays per split, a .npy each, that can be mapped into memory.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip
from tools.runs.run_folder import RunFolderError, surroundings, write_json

FACTS = "vectors.json"
# What the vectors depend on, in words for the user.
CAUSES = {
    "data_hash": "clips",
    "recipe_hash": "labels, seed, [front_end] or [data] in the recipe",
    "augmentation_hash": "code that augments clips",
    "encoder_hash": "weights of the encoder than the recipe or --start gives",
    "windows_per_take": "windows per take",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedWindows:
    """The windows of a split as vectors, take after take.

    `vectors` (n, d), `take` (n,) the number of the take a window is of, `counts` (n,) whether it counts as
    its clip's label; `clip` (takes,) numbers into the split's clips, `starts` (takes,) at how many rows of
    a take a window that counts may start.
    """

    vectors: NDArray[np.float32]
    take: NDArray[np.int64]
    counts: NDArray[np.bool_]
    clip: NDArray[np.int64]
    starts: NDArray[np.int64]


def write_windows(folder: Path, split: str, windows: EncodedWindows) -> None:
    """Write the arrays of a split."""
    (folder / split).mkdir()
    for field in fields(windows):
        np.save(folder / split / f"{field.name}.npy", getattr(windows, field.name))


def read_windows(folder: Path, split: str) -> EncodedWindows:
    """Map the arrays of a split into memory."""
    try:
        arrays = {
            field.name: np.load(folder / split / f"{field.name}.npy", mmap_mode="r")
            for field in fields(EncodedWindows)
        }
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{folder}: is damaged ({error}); delete it and embed anew") from error
    return EncodedWindows(**arrays)


def write_facts(
    folder: Path,
    facts: Mapping[str, Any],
    clips: Mapping[str, Sequence[Clip]],
    left_out: Mapping[str, list[str]],
) -> None:
    """Write what the vectors depend on, the clips of each split and the messages of those without audio."""
    named = {split: [(clip.name, clip.label) for clip in of] for split, of in clips.items()}
    content = {**facts, **surroundings(), "left_out": dict(left_out), "clips": named}
    write_json(folder / FACTS, content)


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what the vectors depend on."""
    if not (folder / FACTS).is_file():
        raise RunFolderError(f"{folder}: holds no vectors; make them with python -m tools.embed")
    facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return facts


def require_facts(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Raise and name what is not as it was when the vectors were computed."""
    facts = read_facts(folder)
    if others := [CAUSES[name] for name, value in wanted.items() if facts[name] != value]:
        raise RunFolderError(
            f"{folder}: was made with other {' and other '.join(others)}; delete it or choose another "
            "folder, and run python -m tools.embed anew"
        )
