"""Synthesize a wood fire: crackles near the microphone over the roar of the flames."""

import numpy as np

from .room import BY_THE_HEARTH, in_room
from .synth import Signal, band, decay, mix, noise, samples, times, wander


def crackling_fire(rng: np.random.Generator, seconds: float = 8.0) -> Signal:
    """Return a burning wood pile with about 60 crackles a second, most of them faint."""
    count = samples(seconds)
    dry = 0.04 * noise(rng, count, band(40, 160)) * wander(rng, count, 5, 0.35)
    dry += 0.015 * noise(rng, count, band(300, 6000, order=1)) * wander(rng, count, 5, 0.2)
    for at_seconds in crackle_times(rng, seconds):
        mix(dry, min(rng.pareto(1.7) * 0.12, 0.9) * crackle(rng), at_seconds)
    return in_room(dry, BY_THE_HEARTH, rng)


def crackle_times(rng: np.random.Generator, seconds: float) -> Signal:
    """Return when wood cracks: singly, and in flurries of a few within tenths of a second."""
    single = rng.uniform(0, seconds, size=rng.poisson(60 * seconds))
    seeds = rng.uniform(0, seconds, size=rng.poisson(seconds))
    flurries = [seed + rng.exponential(0.09, size=rng.integers(4, 14)) for seed in seeds]
    return np.concatenate([single, *flurries])


def crackle(rng: np.random.Generator) -> Signal:
    """Return one crack: a band of noise some milliseconds long."""
    seconds = rng.uniform(0.003, 0.012)
    time = times(seconds)
    low_hz = rng.uniform(600, 4000)
    return noise(rng, len(time), band(low_hz, low_hz * 2.2)) * decay(time, seconds / 5)
