"""Encode the windows of clips: some of each take to learn from, all of what is judged by."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip, data_hash, select
from tools.measures.window_tables import BATCH, score_store
from tools.runs.progress import progress
from tools.runs.recipe import Recipe
from tools.windows.encoded import EncodedWindows
from tools.windows.features import FRONT_END
from tools.windows.pcm_store import PcmStore
from tools.windows.sampling import start_counts, window_patches
from tools.windows.training_data import augmentation_hash, training_clips

Encode = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def clips_to_encode(recipe: Recipe, clips: list[Clip], data: Path) -> dict[str, list[Clip]]:
    """Return the clips of each split that has some, as a recipe learns from them."""
    train = training_clips(recipe, clips, data)
    others = {split: select(clips, split) for split in ("val", "test")}
    return {"train": train} | {split: of for split, of in others.items() if of}


def data_facts(recipe: Recipe, clips: Mapping[str, Sequence[Clip]]) -> dict[str, str]:
    """Return hashes of what vectors depend on besides their encoder."""
    chosen = (recipe.seed, recipe.labels, recipe.background, recipe.front_end, recipe.data)
    return {
        "data_hash": data_hash(clip for of in clips.values() for clip in of),
        "recipe_hash": hashlib.sha256(repr(chosen).encode()).hexdigest(),
        "augmentation_hash": augmentation_hash(),
    }


def encode_some(
    store: PcmStore, recipe: Recipe, encode: Encode, windows_per_take: int
) -> EncodedWindows:
    """Encode windows of each take that start at random where a window counts.

    A take gets as many as fit into its time, a hop apart, but no more than `windows_per_take`.
    """
    windows = _draw_windows(store, windows_per_take, np.random.default_rng(recipe.seed))
    batches = [windows[first : first + BATCH] for first in range(0, len(windows), BATCH)]
    vectors = [
        encode(window_patches(store, batch, recipe.front_end))
        for batch in progress(batches, total=len(batches), title="batches of train windows")
    ]
    return EncodedWindows(
        vectors=np.concatenate(vectors),
        take=np.array([take for take, _ in windows]),
        counts=np.ones(len(windows), np.bool_),
        clip=store.clip,
        starts=start_counts(store),
    )


def encode_all(store: PcmStore, recipe: Recipe, encode: Encode) -> EncodedWindows:
    """Encode each window of each clip, a hop apart."""
    windows = score_store(store, recipe.labels, encode, recipe.front_end)
    return EncodedWindows(
        vectors=windows.scores,
        take=np.searchsorted(store.clip, windows.clip),  # a clip has one take here
        counts=windows.counts,
        clip=store.clip,
        starts=start_counts(store),
    )


def _draw_windows(store: PcmStore, most: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return takes and starts in them, in order."""
    windows = []
    for take in range(len(store.clip)):
        starts = np.flatnonzero(store.take_starts(take))
        count = min(most, math.ceil(starts.size / FRONT_END.patch_hop_frames))
        chosen = np.sort(rng.choice(starts, count, replace=False)) if count else starts
        windows += [(take, int(start)) for start in chosen]
    return windows
