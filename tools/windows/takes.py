"""Turn a clip into takes: as it is for evaluation, augmented and gated for training."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.augment import camera, speed
from tools.data.dataset import Clip
from tools.windows.features import FRONT_END, frame_count, load_pcm, loud, window_energy
from tools.windows.pcm_store import Take, new_take

MARGIN_SECONDS = 0.72


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationTake:
    """Take a clip as the engine would hear it.

    `starts` marks, among its windows every 48 frames, those that count in window tables: of an event
    clip the windows within `gate_db` of its loudest, of a background clip all.
    """

    background_label: str
    gate_db: float

    def __call__(self, clip: Clip) -> list[Take]:
        """Compute the one take of a clip."""
        pcm = load_pcm(clip)
        frames = frame_count(pcm)
        energy = window_energy(pcm, frames)[:: FRONT_END.patch_hop_frames]
        starts = np.zeros(frames, np.bool_)
        counts = clip.label == self.background_label
        starts[: energy.size * FRONT_END.patch_hop_frames : FRONT_END.patch_hop_frames] = (
            True if counts else loud(energy, self.gate_db)
        )
        return [new_take(pcm, starts)]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingTakes:
    """Make the clean take of a clip and its augmented variants.

    Silence is put around the clip, so that its sound also sits at the edges of windows. A window
    carries the clip's label when its energy is within `gate_db` of the loudest; what is not loud
    enough is not used, except in background clips, where every window counts.
    """

    variants: Mapping[str, int]
    backgrounds: Sequence[Clip]
    background_label: str
    gate_db: float
    seed: int

    def __call__(self, clip: Clip) -> list[Take]:
        """Compute all takes of one clip; they depend on the clip's name and the seed only."""
        digest = hashlib.sha256(f"{self.seed}:{clip.name}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
        pcm = load_pcm(clip)
        takes = [self._take(clip, _with_margins(pcm), None)]
        for _ in range(self.variants.get(clip.label, 0)):
            played = speed(pcm, rng.uniform(0.87, 1.15))
            takes.append(self._take(clip, _with_margins(played), rng))
        return takes

    def _take(self, clip: Clip, pcm: NDArray[np.float32], rng: np.random.Generator | None) -> Take:
        heard = pcm if rng is None else camera(pcm, rng, self._background)
        frames = frame_count(pcm)
        starts = np.zeros(frames, np.bool_)
        energy = window_energy(pcm, frames)
        quiet_counts = clip.label == self.background_label
        starts[: energy.size] = True if quiet_counts else loud(energy, self.gate_db)
        return new_take(heard, starts)

    def _background(self, rng: np.random.Generator) -> NDArray[np.float32]:
        return _cached_pcm(self.backgrounds[int(rng.integers(len(self.backgrounds)))])


@lru_cache(maxsize=400)
def _cached_pcm(clip: Clip) -> NDArray[np.float32]:
    return load_pcm(clip)


def _with_margins(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(pcm, int(MARGIN_SECONDS * FRONT_END.sample_rate_hz))
