"""Time what a prediction costs per class, as the paper's Table 4 does.

Timed is one thread's way from a decoded clip to the scores of its last window: log-mel frames, then the
network, one window after the other as a camera's come. The paper's samples are such windows.
"""

import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import LogMel
from tools.data.dataset import Clip, DatasetError
from tools.measures.window_tables import Score
from tools.windows.features import load_pcm, padded

CLIPS_PER_LABEL = 5


def time_labels(
    clips: Sequence[Clip], labels: Sequence[str], front_end: FrontEnd, score: Score, seed: int = 0
) -> dict[str, Any]:
    """Return the time per label of a few clips drawn of each, their mean and the limit of live sound."""
    with threadpool_limits(1):
        _seconds(np.zeros(1, np.float32), front_end, score)  # the first run is slow
        classes = {
            label: _time_clips([c for c in clips if c.label == label], front_end, score, seed)
            for label in labels
        }
    samples = sum(row["samples"] for row in classes.values())
    seconds = sum(row["seconds"] for row in classes.values())
    return {
        "processor": processor(),
        "limit_seconds": front_end.patch_hop_seconds,
        "samples": samples,
        "seconds": seconds,
        "seconds_per_sample": seconds / samples,
        "classes": classes,
    }


def processor() -> str:
    """Return what this machine's processor is called, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _time_clips(
    clips: Sequence[Clip], front_end: FrontEnd, score: Score, seed: int
) -> dict[str, Any]:
    """Time as many clips as there should be, drawn of those that hold audio."""
    used, samples, seconds = 0, 0, 0.0
    for number in np.random.default_rng(seed).permutation(len(clips)):
        try:
            pcm = load_pcm(clips[number])
        except DatasetError:
            continue  # whoever scored the split has named it
        windows, took = _seconds(pcm, front_end, score)
        used, samples, seconds = used + 1, samples + windows, seconds + took
        if used == CLIPS_PER_LABEL:
            break
    return {
        "clips": used,
        "samples": samples,
        "seconds": seconds,
        "seconds_per_sample": seconds / samples if samples else None,
    }


def _seconds(pcm: NDArray[np.float32], front_end: FrontEnd, score: Score) -> tuple[int, float]:
    """Return how many windows a clip has and how long it took to score them."""
    log_mel, sound = LogMel(front_end), padded(pcm)
    start = time.perf_counter()
    windows = sum(len(score(patch[np.newaxis])) for patch in _patches(log_mel, sound, front_end))
    return windows, time.perf_counter() - start


def _patches(
    log_mel: LogMel, sound: NDArray[np.float32], front_end: FrontEnd
) -> Iterator[NDArray[np.float32]]:
    """Compute the patches of a padded clip one after the other, as the engine does of a stream."""
    first = front_end.patch_samples
    yield log_mel.whole(sound[:first])
    for at in range(first, sound.size, front_end.patch_hop_samples):
        yield log_mel.advance(sound[at : at + front_end.patch_hop_samples])
