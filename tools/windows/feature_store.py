"""Keep the log-mel frames of many clips on disk, computed once by several processes.

A store is a folder with `frames.f16` (all frames of all recordings one after the other, float16),
`starts.bool` (whether a training window may start at a frame) and `index.json`.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip, DatasetError
from tools.runs.progress import progress
from tools.windows.features import FRONT_END

FORMAT = 1
FEW_CLIPS = 64  # fewer are done sooner than processes start


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """The frames of one clip, as it is or in one augmented variant.

    `frames` (n, 64) float16; `starts` (n,) whether a window that starts there counts as the label.
    """

    frames: NDArray[np.float16]
    starts: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureStore:
    """Takes of clips: take i has frames `offsets[i]:offsets[i + 1]` and is of `clips[clip[i]]`.

    `failures` are the messages of clips that hold no audio; they have no takes.
    """

    clips: list[Clip]
    clip: NDArray[np.int64]
    offsets: NDArray[np.int64]
    frames: NDArray[np.float16]
    starts: NDArray[np.bool_]
    failures: list[str]

    def take_frames(self, take: int) -> NDArray[np.float16]:
        """Return the frames of one take, (n, 64)."""
        return self.frames[self.offsets[take] : self.offsets[take + 1]]

    def take_starts(self, take: int) -> NDArray[np.bool_]:
        """Return the marks of one take, (n,)."""
        return self.starts[self.offsets[take] : self.offsets[take + 1]]


def open_store(
    folder: Path,
    clips: Sequence[Clip],
    takes_of: Callable[[Clip], list[Take]],
    settings: str,
    *,
    title: str,
    workers: int | None = None,
) -> FeatureStore:
    """Return the store of these clips and settings below `folder`, computing it if it is not there.

    `takes_of` runs in other processes; `settings` names all it depends on.
    """
    key = _key(clips, settings)
    store = folder / key
    if not (store / "index.json").is_file():
        _build(store, clips, takes_of, title, workers or min(4, os.cpu_count() or 1))
    index = json.loads((store / "index.json").read_text())
    _require_takes(clips, index["clip"], index["failures"])
    return FeatureStore(
        clips=list(clips),
        clip=np.array(index["clip"], np.int64),
        offsets=np.concatenate(([0], np.cumsum(index["lengths"]))).astype(np.int64),
        frames=np.memmap(store / "frames.f16", np.float16, "r").reshape(-1, FRONT_END.mel_bands),
        starts=np.fromfile(store / "starts.bool", np.bool_),
        failures=index["failures"],
    )


def _require_takes(
    clips: Sequence[Clip], clip_of_take: Sequence[int], failures: Sequence[str]
) -> None:
    """Raise when all clips of a label failed."""
    lost = {clip.label for clip in clips} - {clips[number].label for number in clip_of_take}
    if lost:
        raise DatasetError(f"no clip of {', '.join(sorted(lost))} can be used: {failures[0]}")


def _key(clips: Sequence[Clip], settings: str) -> str:
    digest = hashlib.sha256(f"{FORMAT}\n{FRONT_END}\n{settings}\n".encode())
    for clip in clips:
        stat = clip.path.stat() if clip.path and clip.path.exists() else None
        changed = (stat.st_size, stat.st_mtime_ns) if stat else ()
        digest.update(f"{clip.name}|{clip.label}|{clip.path}|{changed}\n".encode())
    return digest.hexdigest()[:16]


def _build(
    store: Path,
    clips: Sequence[Clip],
    takes_of: Callable[[Clip], list[Take]],
    title: str,
    workers: int,
) -> None:
    """Write a store into a temporary folder and move it into place when it is whole."""
    store.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".building-", dir=store.parent))
    made.chmod(0o755)
    try:
        work = partial(_takes_or_failure, takes_of)
        if len(clips) < FEW_CLIPS or workers == 1:
            _write(made, map(work, clips))
        else:
            # Forking a process that runs PyTorch's threads may deadlock.
            fresh = multiprocessing.get_context("forkserver")
            with ProcessPoolExecutor(workers, fresh) as pool:
                results = pool.map(work, clips, chunksize=8)
                _write(made, progress(results, total=len(clips), title=title))
        made.replace(store)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _takes_or_failure(takes_of: Callable[[Clip], list[Take]], clip: Clip) -> list[Take] | str:
    try:
        return takes_of(clip)
    except DatasetError as error:
        return str(error)


def _write(folder: Path, results: Iterable[list[Take] | str]) -> None:
    clip_of_take, lengths, failures = [], [], []
    with (
        (folder / "frames.f16").open("wb") as frames,
        (folder / "starts.bool").open("wb") as starts,
    ):
        for number, result in enumerate(results):
            if isinstance(result, str):
                failures.append(result)
                continue
            for take in result:
                frames.write(take.frames.astype(np.float16).tobytes())
                starts.write(take.starts.astype(np.bool_).tobytes())
                clip_of_take.append(number)
                lengths.append(len(take.frames))
    index = {"clip": clip_of_take, "lengths": lengths, "failures": failures}
    (folder / "index.json").write_text(json.dumps(index))
