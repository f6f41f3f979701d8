"""Keep the sound of many clips on disk, decoded and augmented once by several processes.

A store is a folder with `pcm.i16` (all takes one after the other, 16-bit, in rows of 10 ms),
`starts.bool` (whether a window that starts at a row counts) and `index.json`. Log-mel frames are computed
from it when they are needed, since networks differ in their front ends.
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

from audio_guard_engine.card import FrontEnd
from tools.data.dataset import Clip, DatasetError
from tools.runs.progress import progress
from tools.runs.whole_file import full_disk_named
from tools.windows.features import FRONT_END, padded

FORMAT = 2
ROW_SAMPLES = FRONT_END.hop_samples
# Rows that the last frame of a patch sticks out by.
MARGIN_ROWS = -(-FRONT_END.window_samples // ROW_SAMPLES) - 1
FULL_SCALE = 32768.0
FEW_CLIPS = 64  # fewer are done sooner than processes start


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """The sound of one clip, as it is or in one augmented variant.

    `pcm` (n,) in -1..1, padded as the engine pads; `starts` (frames,) whether a window that starts
    at a frame counts as the label.
    """

    pcm: NDArray[np.float32]
    starts: NDArray[np.bool_]

    def rows(self) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """Return the sound (n, 160) and the marks (n,) in rows of 10 ms."""
        count = max(-(-self.pcm.size // ROW_SAMPLES), self.starts.size)
        coded = np.clip(np.rint(self.pcm * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
        pcm = np.zeros(count * ROW_SAMPLES, np.int16)
        pcm[: coded.size] = coded
        marks = np.zeros(count, np.bool_)
        marks[: self.starts.size] = self.starts
        return pcm.reshape(count, ROW_SAMPLES), marks


def new_take(pcm: NDArray[np.float32], starts: NDArray[np.bool_]) -> Take:
    """Return a take of a clip that is not padded yet."""
    return Take(pcm=padded(pcm), starts=starts)


@dataclass(frozen=True, kw_only=True, slots=True)
class PcmStore:
    """Takes of clips: take i has the rows `offsets[i]:offsets[i + 1]` and is of `clips[clip[i]]`.

    `rows` (n, 160) are 10 ms each. `failures` are the messages of clips that hold no audio; they have no
    takes.
    """

    clips: list[Clip]
    clip: NDArray[np.int64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int16]
    starts: NDArray[np.bool_]
    failures: list[str]

    def take_pcm(self, take: int) -> NDArray[np.float32]:
        """Return the sound of one take, (n,) in -1..1."""
        rows = self.rows[self.offsets[take] : self.offsets[take + 1]]
        return rows.reshape(-1).astype(np.float32) / np.float32(FULL_SCALE)

    def window(self, take: int, start: int, front_end: FrontEnd) -> NDArray[np.int16]:
        """Return the samples of a window from a row of the take on, with its context.

        Before the take there is silence.
        """
        first = start - front_end.context_frames
        rows = np.zeros((front_end.input_frames + MARGIN_ROWS, ROW_SAMPLES), np.int16)
        offset = self.offsets[take]
        end = min(start + front_end.patch_frames + MARGIN_ROWS, self.offsets[take + 1] - offset)
        there = max(0, first)
        rows[there - first : end - first] = self.rows[offset + there : offset + end]
        return rows.reshape(-1)

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
) -> PcmStore:
    """Return the store of these clips and settings below `folder`, computing it if it is not there.

    `takes_of` runs in other processes; `settings` names all it depends on.
    """
    key = _key(clips, settings)
    store = folder / key
    if not (store / "index.json").is_file():
        _build(store, clips, takes_of, title, workers or min(4, os.cpu_count() or 1))
    index = json.loads((store / "index.json").read_text())
    _require_takes(clips, index["clip"], index["failures"])
    return PcmStore(
        clips=list(clips),
        clip=np.array(index["clip"], np.int64),
        offsets=np.concatenate(([0], np.cumsum(index["lengths"]))).astype(np.int64),
        rows=np.memmap(store / "pcm.i16", np.int16, "r").reshape(-1, ROW_SAMPLES),
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
    digest = hashlib.sha256(f"{FORMAT}\n{settings}\n".encode())
    for clip in clips:
        stat = clip.path.stat() if clip.path and clip.path.exists() else None
        changed = (stat.st_size, stat.st_mtime_ns) if stat else ()
        dropped = clip.dropped_seconds or ""
        digest.update(f"{clip.name}|{clip.label}|{clip.path}|{changed}{dropped}\n".encode())
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
        with full_disk_named(store):
            _fill(made, clips, takes_of, title, workers)
        made.replace(store)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _fill(
    made: Path,
    clips: Sequence[Clip],
    takes_of: Callable[[Clip], list[Take]],
    title: str,
    workers: int,
) -> None:
    work = partial(_takes_or_failure, takes_of)
    if len(clips) < FEW_CLIPS or workers == 1:
        _write(made, progress(map(work, clips), total=len(clips), title=title))
        return
    # Forking a process that runs PyTorch's threads may deadlock.
    fresh = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, fresh) as pool:
        results = pool.map(work, clips, chunksize=8)
        _write(made, progress(results, total=len(clips), title=title))


def _takes_or_failure(takes_of: Callable[[Clip], list[Take]], clip: Clip) -> list[Take] | str:
    try:
        return takes_of(clip)
    except DatasetError as error:
        return str(error)


def _write(folder: Path, results: Iterable[list[Take] | str]) -> None:
    clip_of_take, lengths, failures = [], [], []
    with (
        (folder / "pcm.i16").open("wb") as pcm,
        (folder / "starts.bool").open("wb") as starts,
    ):
        for number, result in enumerate(results):
            if isinstance(result, str):
                failures.append(result)
                continue
            for take in result:
                rows, marks = take.rows()
                pcm.write(rows.tobytes())
                starts.write(marks.tobytes())
                clip_of_take.append(number)
                lengths.append(len(rows))
    index = {"clip": clip_of_take, "lengths": lengths, "failures": failures}
    (folder / "index.json").write_text(json.dumps(index))
