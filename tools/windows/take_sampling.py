"""Draw takes so that rare classes and single recordings count."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip
from tools.runs.recipe import Recipe
from tools.windows.features import FRONT_END

LONGEST_CLIP_WINDOWS = 8
GENERATED_WEIGHT = 0.5


class TakeSampler:
    """Draw takes: first the label, then a clip, then one of its takes.

    With even sampling the background has a fixed share, events share the rest evenly; with natural
    sampling labels have the shares of their windows. A recording cut into many clips counts as the
    square root of their number, a long clip as the square root of its windows. The first take of a
    clip is the clean one; with `clean_share` it is drawn so often, whatever the number of copies: else
    clean sound would be the background's mark, which has few. `shares` (labels,) are the chances of
    the labels.
    """

    def __init__(
        self,
        recipe: Recipe,
        clips: Sequence[Clip],
        clip: NDArray[np.int64],
        starts: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        """Prepare the weights of all takes: take i is of `clips[clip[i]]` and has `starts[i]` starts."""
        self._rng = rng
        self._labels = recipe.labels
        labels = np.array([recipe.labels.index(clips[number].label) for number in clip])
        natural = recipe.training.sampling == "natural"
        self.shares = _natural_shares(labels, starts, recipe) if natural else _even_shares(recipe)
        weights = _take_weights(clips, clip, starts)
        weights *= _copy_weights(clip, recipe.training.clean_share)
        self._takes = [
            np.flatnonzero((labels == label) & (weights > 0)) for label in range(len(recipe.labels))
        ]
        self._reach = [np.cumsum(weights[of] / weights[of].sum()) for of in self._takes]

    def draw(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return takes (count,) and their label numbers (count,)."""
        labels = self._rng.choice(len(self._labels), count, p=self.shares)
        return np.concatenate([self._draw_takes(label, 1) for label in labels]), labels

    def draw_label(self, label: str, count: int) -> NDArray[np.int64]:
        """Return takes (count,) of one label."""
        return self._draw_takes(self._labels.index(label), count)

    def _draw_takes(self, label: int, count: int) -> NDArray[np.int64]:
        places = np.searchsorted(self._reach[label], self._rng.random(count), side="right")
        return self._takes[label][np.minimum(places, self._takes[label].size - 1)]


def _even_shares(recipe: Recipe) -> NDArray[np.float64]:
    share = recipe.training.background_share
    even = (1 - share) / len(recipe.events)
    return np.array([share if label == recipe.background else even for label in recipe.labels])


def _natural_shares(
    labels: NDArray[np.int64], starts: NDArray[np.int64], recipe: Recipe
) -> NDArray[np.float64]:
    windows = np.bincount(labels, starts, minlength=len(recipe.labels))
    shares: NDArray[np.float64] = windows / windows.sum()
    return shares


def _take_weights(
    clips: Sequence[Clip], clip: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    clips_in_group = Counter(of.group for of in clips)
    takes_of_clip = np.bincount(clip, minlength=len(clips))
    windows = np.minimum(starts / FRONT_END.patch_hop_frames, LONGEST_CLIP_WINDOWS)
    in_group = np.array([clips_in_group[clips[number].group] for number in clip])
    given = np.array([1.0 if clips[number].path else GENERATED_WEIGHT for number in clip])
    weights: NDArray[np.float64] = np.sqrt(windows / in_group) / takes_of_clip[clip] * given
    return weights


def _copy_weights(clip: NDArray[np.int64], clean_share: float) -> NDArray[np.float64]:
    """Return by how much a take counts more than an even share of its clip; 0 leaves shares even."""
    takes = np.bincount(clip)[clip]
    if not clean_share:
        return np.ones(clip.size)
    clean = np.diff(clip, prepend=-1) != 0
    shares = np.where(clean, clean_share, (1 - clean_share) / np.maximum(takes - 1, 1))
    return np.where(takes == 1, 1.0, shares * takes)
