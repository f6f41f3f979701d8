"""Synthesize a gunshot: the blast, its boom and what houses and trees send back."""

import numpy as np

from .room import OUTDOORS, in_room
from .synth import Signal, band, decay, mix, noise, samples, times


def gunshot(rng: np.random.Generator) -> Signal:
    """Return one shot of about 2 s, reverberation included."""
    dry = np.zeros(samples(0.9))
    mix(dry, blast(rng), 0.0)
    mix(dry, 0.5 * crackle(rng), 0.0)
    mix(dry, 0.9 * boom(rng), 0.002)
    return in_room(np.tanh(1.8 * dry), OUTDOORS, rng)


def blast(rng: np.random.Generator) -> Signal:
    """Return the pressure wave (Friedlander's curve) under broadband noise."""
    time = times(0.4)
    wave = (1 - time / 0.003) * decay(time, 0.003)
    roar = noise(rng, len(time), band(80, 4000, order=1))
    return 1.5 * wave + roar * (decay(time, 0.025) + 0.35 * decay(time, 0.13))


def crackle(rng: np.random.Generator) -> Signal:
    """Return the sharp treble of the first milliseconds."""
    time = times(0.05)
    return 2 * noise(rng, len(time), band(2500, 7600)) * decay(time, 0.006)


def boom(rng: np.random.Generator) -> Signal:
    """Return the low end that lasts longest."""
    time = times(0.8)
    sweep_hz = 55 + 70 * decay(time, 0.05)
    tone = np.sin(2 * np.pi * np.cumsum(sweep_hz) / 16_000)
    rumble = noise(rng, len(time), band(50, 350))
    return (0.6 * tone + 0.6 * rumble) * decay(time, 0.14)
