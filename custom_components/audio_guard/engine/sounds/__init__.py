"""Sounds that the project synthesizes itself: one for every label of the model."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .alarm import smoke_alarm
from .cry import crying
from .dog import barking
from .fire import crackling_fire
from .glass import breaking_glass
from .presence import footsteps_and_door
from .shotgun import gunshot
from .speech import babble
from .synth import Signal, fade, peak_to

# Reverberation this far below a sound's peak counts as its end.
TAIL_DB = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """How a sound is made and how loud its peak is, as a camera would hear it."""

    synthesize: Callable[[np.random.Generator], Signal]
    peak_dbfs: float


SOUNDS = {
    "alarm": Sound(synthesize=smoke_alarm, peak_dbfs=-8),
    "cry": Sound(synthesize=crying, peak_dbfs=-10),
    "dog": Sound(synthesize=barking, peak_dbfs=-7),
    "fire": Sound(synthesize=crackling_fire, peak_dbfs=-14),
    "glass": Sound(synthesize=breaking_glass, peak_dbfs=-5),
    "others": Sound(synthesize=babble, peak_dbfs=-16),
    "presence": Sound(synthesize=footsteps_and_door, peak_dbfs=-9),
    "shotgun": Sound(synthesize=gunshot, peak_dbfs=-3),
}


def perform(label: str, seed: int = 0) -> Signal:
    """Synthesize one label's sound at 16 kHz, without the inaudible end of its reverberation.

    The same seed gives the same samples. Raises `KeyError`.
    """
    sound = SOUNDS[label]
    signal = peak_to(sound.synthesize(generator(label, seed)), sound.peak_dbfs)
    audible = np.flatnonzero(np.abs(signal) > 10 ** ((sound.peak_dbfs - TAIL_DB) / 20))
    return fade(signal[audible[0] : audible[-1] + 1], 0.0, 0.01)


def generator(name: str, seed: int) -> np.random.Generator:
    """Return a generator of a sound's own, so that one sound's change leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
