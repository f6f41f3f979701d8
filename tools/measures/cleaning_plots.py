"""Draw what the cleaning saw: a clip's distances over time, distances to silence, clusters."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from tools.data.corrections import DROP, KEEP
from tools.measures.cleaning import Proposals, Prototypes
from tools.measures.prototypes import principal_axes
from tools.windows.embeddings import EmbeddedWindows
from tools.windows.features import FRONT_END, load_pcm, window_frames

WINDOW_SECONDS = 0.96
MOST_POINTS = 300  # of a class in a picture


def telling_clip(windows: EmbeddedWindows, proposals: Proposals, label: str) -> int | None:
    """Return the clip of a label with the most of both events and pauses, if one has both."""
    kinds = np.array(proposals.proposal)
    both = {
        number: min((kinds[mine] == KEEP).sum(), (kinds[mine] == DROP).sum())
        for number, clip in enumerate(windows.clips)
        if clip.label == label and (mine := windows.clip == number).any()
    }
    best = max(both, key=lambda number: both[number], default=None)
    return best if best is not None and both[best] else None


def draw_clip(windows: EmbeddedWindows, proposals: Proposals, number: int, path: Path) -> None:
    """Draw a clip's spectrogram (the paper's Figure 2) and its windows' distances (Figure 3)."""
    clip, mine = windows.clips[number], windows.clip == number
    frames = window_frames(load_pcm(clip))
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(8, 5), sharex=True, layout="constrained", height_ratios=(2, 3)
    )
    seconds = len(frames) * FRONT_END.hop_samples / FRONT_END.sample_rate_hz
    top.imshow(frames.T, origin="lower", aspect="auto", extent=(0, seconds, 0, FRONT_END.mel_bands))
    top.set(ylabel="mel band", title=f"{clip.name}: {clip.label}; red: proposed to drop")
    middle = windows.start_seconds[mine] + WINDOW_SECONDS / 2
    for name, distance in (
        (f"to {clip.label}", proposals.own_distance),
        ("to silence", proposals.silence_distance),
        ("to the nearest other class", proposals.other_distance),
    ):
        bottom.plot(middle, distance[mine], marker="o", markersize=3, label=name)
    hop = FRONT_END.patch_hop_frames * FRONT_END.hop_samples / FRONT_END.sample_rate_hz
    for at, row in zip(middle, np.flatnonzero(mine), strict=True):
        if proposals.proposal[row] == DROP:
            bottom.axvspan(at - hop / 2, at + hop / 2, color="red", alpha=0.15, linewidth=0)
    bottom.set(xlabel="seconds", ylabel="Euclidean distance", ylim=(0, None), xlim=(0, seconds))
    bottom.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def draw_silence(
    windows: EmbeddedWindows, proposals: Proposals, labels: Sequence[str], path: Path
) -> None:
    """Draw each class's distances to silence, smallest first (the paper's Figure 3)."""
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    of_window = np.array([windows.clips[number].label for number in windows.clip])
    for label in labels:
        distance = np.sort(proposals.silence_distance[of_window == label])
        axes.plot(np.linspace(0, 100, distance.size), distance, label=label)
    axes.set(xlabel="% of the class's windows", ylabel="Euclidean distance to silence")
    axes.set(ylim=(0, None), title="Windows near silence hold no event")
    axes.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def draw_clusters(
    windows: EmbeddedWindows, prototypes: Prototypes, labels: Sequence[str], path: Path
) -> None:
    """Draw windows and prototypes in the plane in which the windows differ most."""
    mean, axes_of_plane = principal_axes(windows.vectors)
    figure, axes = plt.subplots(figsize=(7.5, 6), layout="constrained")
    of_window = np.array([windows.clips[number].label for number in windows.clip])
    rng = np.random.default_rng(0)
    for number, label in enumerate(labels):
        rows = np.flatnonzero((of_window == label) & windows.loud)
        rows = rng.permutation(rows)[:MOST_POINTS]
        color = f"C{number}"
        points = (windows.vectors[rows] - mean) @ axes_of_plane
        axes.scatter(*points.T, s=6, alpha=0.4, color=color, label=label)
        centers = (prototypes.of_label[label] - mean) @ axes_of_plane
        axes.scatter(*centers.T, s=60, marker="X", color=color, edgecolors="black")
    centers = (prototypes.silence - mean) @ axes_of_plane
    axes.scatter(*centers.T, s=90, marker="*", color="black", label="silence")
    axes.set(xlabel="first principal axis", ylabel="second", title="Loud windows; X: prototypes")
    axes.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)
