"""Propose which windows of a clip hold its event, by distances to class and silence prototypes.

The paper's cleaning: a window whose embedding is nearer to silence than to its own class is a pause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from audio_guard_engine.card import FrontEnd
from tools.augmentation.synth_background import synthesize_background
from tools.data.corrections import DROP, KEEP
from tools.data.dataset import DatasetError
from tools.measures.prototypes import Vectors, k_means, nearest_distance
from tools.windows.embeddings import EmbeddedWindows, embed_pcm
from tools.windows.features import FRONT_END

QUIET_DBFS = -60.0  # what a close microphone gives of an empty room
FAINT_ROOMS_DBFS = (-90.0, -80.0, -70.0, QUIET_DBFS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How a proposal is made.

    `prototypes` per class and of silence. Another class is proposed for a window whose distance to it
    is less than `surely` times that to its own; 1 believes the distances, 0 the labels.
    """

    prototypes: int = 8
    surely: float = 0.6
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Prototypes:
    """Prototypes (k, d) of each label and of silence."""

    of_label: Mapping[str, Vectors]
    silence: Vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposals:
    """Distances (n,) of windows and what is proposed for each: keep, drop or another label.

    `other` names the nearest class besides the window's own.
    """

    own_distance: Vectors
    silence_distance: Vectors
    other: list[str]
    other_distance: Vectors
    proposal: list[str]


def find_prototypes(
    windows: EmbeddedWindows,
    labels: Sequence[str],
    network: nn.Module,
    rule: Rule,
    front_end: FrontEnd = FRONT_END,
) -> Prototypes:
    """Take prototypes of a class from the loud windows of its train clips, and of silence.

    Silence is what is quiet in the train clips, digital silence and faint synthetic rooms.
    """
    rng = np.random.default_rng(rule.seed)
    train = _of_windows(windows, [clip.split == "train" for clip in windows.clips])
    of_label = {}
    for label in labels:
        of_clips = _of_windows(windows, [clip.label == label for clip in windows.clips])
        chosen = windows.vectors[train & of_clips & windows.loud]
        if not len(chosen):
            raise DatasetError(
                f"no train clip of {label} can be used; add recordings of it"
                + "".join(f"\n{failure}" for failure in windows.failures)
            )
        of_label[label] = k_means(chosen, rule.prototypes, rng)
    quiet = windows.vectors[train & (windows.level_dbfs <= QUIET_DBFS)]
    faint = [embed_pcm(network, pcm, front_end)[0] for pcm in faint_rooms()]
    silence = k_means(np.concatenate((*faint, quiet)), rule.prototypes, rng)
    return Prototypes(of_label=of_label, silence=silence)


def faint_rooms() -> list[NDArray[np.float32]]:
    """Return digital silence and synthetic rooms that are hardly heard."""
    second = np.zeros(FRONT_END.sample_rate_hz, np.float32)
    rooms = [synthesize_background(seed) for seed in range(2 * len(FAINT_ROOMS_DBFS))]
    return [second] + [
        (room * 10 ** (level / 20) / max(1e-9, float(np.sqrt(np.square(room).mean())))).astype(
            np.float32
        )
        for room, level in zip(rooms, 2 * FAINT_ROOMS_DBFS, strict=True)
    ]


def propose(
    windows: EmbeddedWindows, background: str, prototypes: Prototypes, rule: Rule
) -> Proposals:
    """Measure the windows against the prototypes; of the background no window is a pause."""
    labels = list(prototypes.of_label)
    distances = np.stack(
        [nearest_distance(windows.vectors, prototypes.of_label[label]) for label in labels], axis=1
    )
    silence = nearest_distance(windows.vectors, prototypes.silence)
    label_of_clip = np.array([labels.index(clip.label) for clip in windows.clips])
    own_label = label_of_clip[windows.clip]
    rows = np.arange(len(distances))
    own = distances[rows, own_label].copy()
    distances[rows, own_label] = np.inf
    other = distances.argmin(axis=1)
    other_distance = distances[rows, other]
    event = own_label != labels.index(background)
    pause = event & (silence < np.minimum(own, other_distance))
    stranger = ~pause & (other_distance < rule.surely * own)
    proposal = [
        DROP if dropped else labels[name] if strange else KEEP
        for dropped, strange, name in zip(pause, stranger, other, strict=True)
    ]
    return Proposals(
        own_distance=own,
        silence_distance=silence,
        other=[labels[name] for name in other],
        other_distance=other_distance,
        proposal=proposal,
    )


def _of_windows(windows: EmbeddedWindows, of_clips: Sequence[bool]) -> NDArray[np.bool_]:
    return np.array(of_clips)[windows.clip]
