"""Draw training windows from a store of sound."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames
from tools.runs.recipe import Recipe
from tools.windows.pcm_store import FULL_SCALE, PcmStore
from tools.windows.take_sampling import TakeSampler


class WindowSampler:
    """Draw windows: first a take as `TakeSampler` does, then one of its starts.

    `shares` (labels,) are the chances of the labels.
    """

    def __init__(self, store: PcmStore, recipe: Recipe, rng: np.random.Generator) -> None:
        """Prepare the weights of all takes."""
        self._store = store
        self._rng = rng
        self._front_end = recipe.front_end
        self._takes = TakeSampler(recipe, store.clips, store.clip, start_counts(store), rng)
        self.shares = self._takes.shares

    def draw(self, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return patches (count, input frames, bands) and their label numbers (count,)."""
        takes, labels = self._takes.draw(count)
        return self._patches(takes), labels

    def draw_label(self, label: str, count: int) -> NDArray[np.float32]:
        """Return patches of one label."""
        return self._patches(self._takes.draw_label(label, count))

    def _patches(self, takes: NDArray[np.int64]) -> NDArray[np.float32]:
        windows = [(take, self._start(take)) for take in takes.tolist()]
        return window_patches(self._store, windows, self._front_end)

    def _start(self, take: int) -> int:
        starts = np.flatnonzero(self._store.take_starts(take))
        return int(starts[self._rng.integers(starts.size)])


def start_counts(store: PcmStore) -> NDArray[np.int64]:
    """Return at how many rows of each take a window may start, (takes,)."""
    return np.add.reduceat(store.starts, store.offsets[:-1], dtype=np.int64)


def window_patches(
    store: PcmStore, windows: Iterable[tuple[int, int]], front_end: FrontEnd
) -> NDArray[np.float32]:
    """Return the patches (n, input frames, bands) of windows that are takes and starts in them."""
    pcm = np.stack([store.window(take, start, front_end) for take, start in windows])
    return frames(pcm.astype(np.float32) / np.float32(FULL_SCALE), front_end)[
        :, : front_end.input_frames
    ]
