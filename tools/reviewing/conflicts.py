"""Find the clips whose labels and scores contradict each other most."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """A clip and the label that a network hears in it rather than any other but its own.

    `own_score`, `heard_score`: of the whole clip. `scores` (windows, labels).
    """

    clip: Clip
    heard: str
    own_score: float
    heard_score: float
    scores: NDArray[np.float32]

    @property
    def margin(self) -> float:
        """Return by how much the heard label is surer than the clip's own."""
        return self.heard_score - self.own_score


def conflicts_of(
    windows: ScoredWindows, clips: Sequence[Clip], labels: Sequence[str], background: str
) -> list[Conflict]:
    """Compare each clip's label with what is heard in its windows that count."""
    edges = np.flatnonzero(np.diff(windows.clip)) + 1
    return [
        _conflict(
            clips[windows.clip[mine[0]]],
            windows.scores[mine],
            clip_scores(windows.scores[mine[windows.counts[mine]]], labels.index(background)),
            labels,
        )
        for mine in np.split(np.arange(windows.clip.size), edges)
    ]


def clip_scores(scores: NDArray[np.float32], background: int) -> NDArray[np.float32]:
    """Return the scores (labels,) of a clip of windows (n, labels).

    One window makes an event, while only background in all of them makes background.
    """
    of_clip: NDArray[np.float32] = scores.max(axis=0)
    of_clip[background] = scores[:, background].min()
    return of_clip


def _conflict(
    clip: Clip, scores: NDArray[np.float32], of_clip: NDArray[np.float32], labels: Sequence[str]
) -> Conflict:
    own = labels.index(clip.label)
    others = of_clip.copy()
    others[own] = -1.0
    heard = int(others.argmax())
    return Conflict(
        clip=clip,
        heard=labels[heard],
        own_score=float(of_clip[own]),
        heard_score=float(of_clip[heard]),
        scores=scores,
    )


def most_conflicting(conflicts: Iterable[Conflict], most: int) -> list[Conflict]:
    """Return the first few contested clips: the worst of each label, then the second of each."""
    contested = [conflict for conflict in conflicts if conflict.margin > 0]
    contested.sort(key=lambda conflict: -conflict.margin)
    seen = Counter[str]()
    rounds: list[tuple[int, Conflict]] = []
    for conflict in contested:
        rounds.append((seen[conflict.clip.label], conflict))
        seen[conflict.clip.label] += 1
    rounds.sort(key=lambda place: place[0])
    return [conflict for _, conflict in rounds[:most]]
