"""Draw a typical clip of each class as the network sees it (the paper's Appendix C)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import mel_matrix
from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows, of_clips
from tools.windows.features import load_pcm, window_frames

COLUMNS = 4
LONGEST_SECONDS = 6.0
TICKS = 5


def typical_clip(windows: ScoredWindows, label: int) -> int | None:
    """Return the number of the clip with the highest mean score of its own label.

    Of the longer half of the clips: short ones show little. None where there is no clip.
    """
    mine = windows.counts & (windows.truth == label)
    clips, lengths = np.unique(windows.clip[mine], return_counts=True)
    longer = clips[lengths >= np.median(lengths)] if clips.size else clips
    means = [windows.scores[mine & (windows.clip == clip), label].mean() for clip in longer]
    return int(longer[np.argmax(means)]) if means else None


def draw_spectrograms(
    windows: ScoredWindows,
    clips: Sequence[Clip],
    labels: Sequence[str],
    front_end: FrontEnd,
    path: Path,
) -> None:
    """Draw a grid of the labels' typical clips, of a long one the seconds around its best window."""
    rows = -(-len(labels) // COLUMNS)
    figure, axes = plt.subplots(
        rows, COLUMNS, figsize=(12, 2.6 * rows), layout="constrained", squeeze=False
    )
    for plot in axes.flat[len(labels) :]:
        plot.set_axis_off()
    for number, (label, plot) in enumerate(zip(labels, axes.flat, strict=False)):
        clip = typical_clip(windows, number)
        if clip is None:
            plot.set_axis_off()
            plot.set(title=f"{label}: no clip")
            continue
        mine = of_clips(windows, np.arange(len(clips)) == clip)
        frames = window_frames(load_pcm(clips[clip]), front_end)
        _draw(plot, frames, int(mine.scores[:, number].argmax()), front_end)
        mean = mine.scores[mine.counts, number].mean()
        plot.set(title=f"{label}, mean score {mean:.2f}")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _draw(plot: Axes, frames: NDArray[np.float32], best_window: int, front_end: FrontEnd) -> None:
    frame_seconds = front_end.hop_samples / front_end.sample_rate_hz
    most = round(LONGEST_SECONDS / frame_seconds)
    middle = best_window * front_end.patch_hop_frames + front_end.patch_frames // 2
    first = max(0, min(middle - most // 2, len(frames) - most))
    shown = frames[first : first + most]
    seconds = (first * frame_seconds, (first + len(shown)) * frame_seconds)
    plot.imshow(shown.T, origin="lower", aspect="auto", extent=(*seconds, 0, front_end.mel_bands))
    bands = np.linspace(0, front_end.mel_bands - 1, TICKS).astype(int)
    centers = mel_matrix(front_end).argmax(axis=0) * front_end.sample_rate_hz / front_end.fft_size
    plot.set_yticks(bands + 0.5, [f"{centers[band] / 1000:.1f}" for band in bands])
    plot.set(xlabel="seconds", ylabel="kHz")
