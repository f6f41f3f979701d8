"""Score all windows of a split and make its tables.

A window is 0.96 s every 0.48 s. Of an event clip only windows within 20 dB of its loudest count.
"All windows" takes every background window; the "paper mix" samples (seed 0) as many of them as
there are event windows together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.measures.metrics import calibration_error, confusion_matrix, table
from tools.runs.progress import progress
from tools.windows.feature_store import FeatureStore
from tools.windows.features import FRONT_END

Score = Callable[[NDArray[np.float32]], NDArray[np.float32]]
BATCH = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredWindows:
    """All windows of a split in order.

    `scores` (n, labels), `clip` (n,) numbers into the store's clips, `truth` (n,) label numbers,
    `counts` (n,) whether a window is loud enough for the tables.
    """

    scores: NDArray[np.float32]
    clip: NDArray[np.int64]
    truth: NDArray[np.int64]
    counts: NDArray[np.bool_]


def score_store(
    store: FeatureStore, labels: Sequence[str], score: Score, *, quiet: bool = False
) -> ScoredWindows:
    """Score each window of each clip; `score` maps patches (n, 96, 64) to scores (n, labels)."""
    clip, where = [], []
    for take, number in enumerate(store.clip):
        first, end = store.offsets[take], store.offsets[take + 1]
        starts = np.arange(first, end - FRONT_END.patch_frames + 1, FRONT_END.patch_hop_frames)
        where.append(starts)
        clip.append(np.full(starts.size, number))
    places, clips = np.concatenate(where), np.concatenate(clip)
    parts = [places[i : i + BATCH] for i in range(0, places.size, BATCH)]
    reach = np.arange(FRONT_END.patch_frames)
    scored = [
        score(store.frames[part[:, None] + reach].astype(np.float32))
        for part in (parts if quiet else progress(parts, total=len(parts), title="windows"))
    ]
    truth = np.array([labels.index(clip.label) for clip in store.clips])
    return ScoredWindows(
        scores=np.concatenate(scored),
        clip=clips,
        truth=truth[clips],
        counts=store.starts[places],
    )


def of_clips(windows: ScoredWindows, clips: NDArray[np.bool_]) -> ScoredWindows:
    """Return the windows of some clips; `clips` marks them among the store's clips."""
    chosen = clips[windows.clip]
    return ScoredWindows(
        scores=windows.scores[chosen],
        clip=windows.clip[chosen],
        truth=windows.truth[chosen],
        counts=windows.counts[chosen],
    )


def split_tables(
    windows: ScoredWindows, labels: Sequence[str], background: str
) -> dict[str, dict[str, Any]]:
    """Return the tables `paper_mix`, `all_windows` and `clips` of a split."""
    mix = paper_mix(windows, labels.index(background))
    return {
        "paper_mix": _window_table(windows, mix, labels),
        "all_windows": _window_table(windows, windows.counts, labels),
        "clips": _clip_table(windows, labels),
    }


def paper_mix(windows: ScoredWindows, background: int, seed: int = 0) -> NDArray[np.bool_]:
    """Choose the counted event windows and as many background windows."""
    events = windows.counts & (windows.truth != background)
    pool = np.flatnonzero(windows.counts & (windows.truth == background))
    rng = np.random.default_rng(seed)
    chosen = events.copy()
    chosen[rng.choice(pool, min(pool.size, int(events.sum())), replace=False)] = True
    return chosen


def _window_table(
    windows: ScoredWindows, chosen: NDArray[np.bool_], labels: Sequence[str]
) -> dict[str, Any]:
    truth, scores = windows.truth[chosen], windows.scores[chosen]
    made = table(confusion_matrix(truth, scores.argmax(axis=1), len(labels)), labels)
    return made | {"calibration_error": calibration_error(scores, truth)}


def _clip_table(windows: ScoredWindows, labels: Sequence[str]) -> dict[str, Any]:
    """Guess a clip by the mean score of its counted windows."""
    clips = np.unique(windows.clip[windows.counts])
    means = np.stack([windows.scores[(windows.clip == c) & windows.counts].mean(0) for c in clips])
    first = np.array([np.argmax(windows.clip == c) for c in clips])
    return table(confusion_matrix(windows.truth[first], means.argmax(axis=1), len(labels)), labels)
