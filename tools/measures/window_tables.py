"""Score all windows of a split and make its tables.

A window is 0.96 s every 0.48 s. Of an event clip only windows within 20 dB of its loudest count.
"All windows" takes every background window; the "paper mix" samples (seed 0) as many of them as
there are event windows together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames as log_mel_frames
from tools.measures.metrics import calibration_error, confusion_matrix, cross_entropy, table
from tools.runs.progress import progress
from tools.windows.features import FRONT_END, patches_of
from tools.windows.pcm_store import PcmStore

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
    store: PcmStore,
    labels: Sequence[str],
    score: Score,
    front_end: FrontEnd = FRONT_END,
    *,
    quiet: bool = False,
) -> ScoredWindows:
    """Score each window of each clip; `score` maps patches (n, input frames, bands) to (n, labels)."""
    takes = range(len(store.clip))
    shown = takes if quiet else progress(takes, total=len(takes), title="clips")
    patches = (
        patches_of(log_mel_frames(store.take_pcm(take), front_end), front_end) for take in shown
    )
    scores, windows = _score_all(patches, score)
    clip = np.repeat(store.clip, windows)
    first = np.repeat(store.offsets[:-1], windows)
    hop = np.concatenate([np.arange(count) for count in windows]) * FRONT_END.patch_hop_frames
    truth = np.array([labels.index(clip.label) for clip in store.clips])
    return ScoredWindows(
        scores=scores, clip=clip, truth=truth[clip], counts=store.starts[first + hop]
    )


def _score_all(
    patches: Iterable[NDArray[np.float32]], score: Score
) -> tuple[NDArray[np.float32], list[int]]:
    """Score in batches; return all scores and how many windows each item had."""
    windows: list[int] = []
    scored: list[NDArray[np.float32]] = []
    waiting: list[NDArray[np.float32]] = []
    for of_take in patches:
        windows.append(len(of_take))
        waiting.append(of_take)
        if sum(map(len, waiting)) >= BATCH:
            scored.append(score(np.concatenate(waiting)))
            waiting = []
    if waiting:
        scored.append(score(np.concatenate(waiting)))
    return np.concatenate(scored), windows


def of_clips(windows: ScoredWindows, clips: NDArray[np.bool_]) -> ScoredWindows:
    """Return the windows of some clips; `clips` marks them among the store's clips."""
    return of_windows(windows, clips[windows.clip])


def of_windows(windows: ScoredWindows, chosen: NDArray[np.bool_]) -> ScoredWindows:
    """Return the windows that are marked (n,)."""
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
    return made | {
        "loss": cross_entropy(scores, truth),
        "calibration_error": calibration_error(scores, truth),
    }


def _clip_table(windows: ScoredWindows, labels: Sequence[str]) -> dict[str, Any]:
    """Guess a clip by the mean score of its counted windows."""
    clips = np.unique(windows.clip[windows.counts])
    means = np.stack([windows.scores[(windows.clip == c) & windows.counts].mean(0) for c in clips])
    first = np.array([np.argmax(windows.clip == c) for c in clips])
    return table(confusion_matrix(windows.truth[first], means.argmax(axis=1), len(labels)), labels)
