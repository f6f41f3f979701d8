"""Turn a clip into takes: as it is for evaluation, augmented and gated for training."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.augment import camera, speed
from tools.data.dataset import Clip
from tools.windows.counting import counting_windows
from tools.windows.features import FRONT_END, frame_count, hop_count, load_pcm, window_energy
from tools.windows.pcm_store import Take, new_take

MARGIN_SECONDS = 0.72


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationTake:
    """Take a clip as the engine would hear it.

    `starts` marks, among its windows every 48 frames, those that count in window tables: of an event
    clip the windows within `gate_db` of its loudest, of a background clip all. Windows that people
    dropped never count.
    """

    background_label: str
    gate_db: float

    def __call__(self, clip: Clip) -> list[Take]:
        """Compute the one take of a clip."""
        pcm = load_pcm(clip)
        hop = FRONT_END.patch_hop_frames
        energy = window_energy(pcm, frame_count(pcm))[::hop]
        starts = np.zeros(frame_count(pcm), np.bool_)
        starts[: energy.size * hop : hop] = counting_windows(
            clip,
            energy,
            np.arange(energy.size),
            energy.size,
            background_label=self.background_label,
            gate_db=self.gate_db,
        )
        return [new_take(pcm, starts)]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingTakes:
    """Make the clean take of a clip and its augmented variants.

    Silence is put around the clip, so that its sound also sits at the edges of windows. A window
    carries the clip's label when its energy is within `gate_db` of the loudest; what is not loud
    enough is not used, except in background clips, where every window counts. A window that starts
    nearest to one that people dropped is not used either.
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
        return [self._take(clip, pcm, 1.0, None)] + [
            self._take(clip, pcm, rng.uniform(0.87, 1.15), rng)
            for _ in range(self.variants.get(clip.label, 0))
        ]

    def _take(
        self,
        clip: Clip,
        pcm: NDArray[np.float32],
        factor: float,
        rng: np.random.Generator | None,
    ) -> Take:
        """Play a clip faster by a factor, through a random camera if there is a generator."""
        played = _with_margins(speed(pcm, factor))
        heard = played if rng is None else camera(played, rng, self._background)
        energy = window_energy(played, frame_count(played))
        margin = MARGIN_SECONDS / FRONT_END.patch_hop_seconds
        start_hops = (np.arange(energy.size) / FRONT_END.patch_hop_frames - margin) * factor
        starts = np.zeros(frame_count(played), np.bool_)
        starts[: energy.size] = counting_windows(
            clip,
            energy,
            start_hops,
            hop_count(pcm),
            background_label=self.background_label,
            gate_db=self.gate_db,
        )
        return new_take(heard, starts)

    def _background(self, rng: np.random.Generator) -> NDArray[np.float32]:
        return _cached_pcm(self.backgrounds[int(rng.integers(len(self.backgrounds)))])


@lru_cache(maxsize=400)
def _cached_pcm(clip: Clip) -> NDArray[np.float32]:
    return load_pcm(clip)


def _with_margins(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(pcm, int(MARGIN_SECONDS * FRONT_END.sample_rate_hz))
