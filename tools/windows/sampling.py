"""Draw training windows so that rare classes and single recordings count."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.logmel import frames
from tools.runs.recipe import Recipe
from tools.windows.features import FRONT_END
from tools.windows.pcm_store import FULL_SCALE, PcmStore

LONGEST_CLIP_WINDOWS = 8
GENERATED_WEIGHT = 0.5


class WindowSampler:
    """Draw windows: first the label, then a clip, then one of its takes, then a start.

    With even sampling the background has a fixed share, events share the rest evenly; with natural
    sampling labels have the shares of their windows. A recording cut into many clips counts as the
    square root of their number, a long clip as the square root of its windows. `shares` (labels,)
    are the chances of the labels.
    """

    def __init__(self, store: PcmStore, recipe: Recipe, rng: np.random.Generator) -> None:
        """Prepare the weights of all takes."""
        self._store = store
        self._rng = rng
        self._labels = recipe.labels
        self._front_end = recipe.front_end
        natural = recipe.training.sampling == "natural"
        self.shares = _natural_shares(store, recipe) if natural else _even_shares(recipe)
        self._takes, chances = _takes_by_label(store, recipe)
        self._reach = [np.cumsum(chance) for chance in chances]

    def draw(self, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return patches (count, input frames, bands) and their label numbers (count,)."""
        labels = self._rng.choice(len(self._labels), count, p=self.shares)
        return self._patches([int(self._draw_takes(label, 1)[0]) for label in labels]), labels

    def draw_label(self, label: str, count: int) -> NDArray[np.float32]:
        """Return patches of one label."""
        number = self._labels.index(label)
        return self._patches(self._draw_takes(number, count).tolist())

    def _draw_takes(self, label: int, count: int) -> NDArray[np.int64]:
        places = np.searchsorted(self._reach[label], self._rng.random(count), side="right")
        return self._takes[label][np.minimum(places, self._takes[label].size - 1)]

    def _patches(self, takes: Sequence[int]) -> NDArray[np.float32]:
        pcm = np.stack([self._window(take) for take in takes]).astype(np.float32)
        return frames(pcm / np.float32(FULL_SCALE), self._front_end)[
            :, : self._front_end.input_frames
        ]

    def _window(self, take: int) -> NDArray[np.int16]:
        starts = np.flatnonzero(self._store.take_starts(take))
        start = int(starts[self._rng.integers(starts.size)])
        return self._store.window(take, start, self._front_end)


def _even_shares(recipe: Recipe) -> NDArray[np.float64]:
    share = recipe.training.background_share
    even = (1 - share) / len(recipe.events)
    return np.array([share if label == recipe.background else even for label in recipe.labels])


def _natural_shares(store: PcmStore, recipe: Recipe) -> NDArray[np.float64]:
    windows = np.zeros(len(recipe.labels))
    for take, number in enumerate(store.clip):
        windows[recipe.labels.index(store.clips[number].label)] += store.take_starts(take).sum()
    return windows / windows.sum()


def _takes_by_label(
    store: PcmStore, recipe: Recipe
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float64]]]:
    clips_in_group = Counter(clip.group for clip in store.clips)
    takes_of_clip = Counter(store.clip.tolist())
    weights = np.zeros(len(store.clip))
    for take, number in enumerate(store.clip):
        clip = store.clips[number]
        windows = int(store.take_starts(take).sum()) / FRONT_END.patch_hop_frames
        weights[take] = (
            np.sqrt(min(windows, LONGEST_CLIP_WINDOWS) / clips_in_group[clip.group])
            / takes_of_clip[int(number)]
            * (1.0 if clip.path else GENERATED_WEIGHT)
        )
    labels = np.array([recipe.labels.index(store.clips[i].label) for i in store.clip])
    takes = [np.flatnonzero((labels == i) & (weights > 0)) for i in range(len(recipe.labels))]
    return takes, [weights[of] / weights[of].sum() for of in takes]
