"""Synthesize a smoke alarm's temporal-three signal (ISO 8201, ANSI S3.41)."""

import numpy as np

from .room import HALLWAY, in_room
from .synth import Signal, fade, mix, samples, times, voice, wander

BEEP_SECONDS = 0.5
GAP_SECONDS = 0.5
PAUSE_SECONDS = 1.5
CYCLE_SECONDS = 3 * BEEP_SECONDS + 2 * GAP_SECONDS + PAUSE_SECONDS


def smoke_alarm(rng: np.random.Generator, cycles: int = 3) -> Signal:
    """Return T3 cycles: three beeps of a piezo disk at about 3.1 kHz, then a pause."""
    dry = np.zeros(samples(cycles * CYCLE_SECONDS - PAUSE_SECONDS))
    pitch_hz = rng.uniform(3050, 3200)
    for number in range(3 * cycles):
        cycle, beep = divmod(number, 3)
        at_seconds = cycle * CYCLE_SECONDS + beep * (BEEP_SECONDS + GAP_SECONDS)
        mix(dry, piezo_beep(pitch_hz, rng), at_seconds)
    return in_room(dry, HALLWAY, rng)


def piezo_beep(pitch_hz: float, rng: np.random.Generator) -> Signal:
    """Return one beep: a driven disk that settles in some milliseconds, with its overtone."""
    time = times(BEEP_SECONDS)
    settling = 1 - 0.012 * np.exp(-time / 0.02)
    pitch = pitch_hz * settling * wander(rng, len(time), 40, 0.0008)
    disk = voice(pitch, [(pitch_hz, 3000, 1.0)], tilt=1.0)
    return fade(disk * wander(rng, len(time), 60, 0.05), 0.004, 0.008)
