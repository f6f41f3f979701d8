"""Synthesize a breaking window: the blow, the pane's cry and the shards that fall."""

import numpy as np

from .room import LIVING_ROOM, in_room
from .synth import Signal, band, decay, mix, noise, ring, samples, times


def breaking_glass(rng: np.random.Generator) -> Signal:
    """Return a pane that is hit, bursts and rains on a hard floor for about a second."""
    dry = np.zeros(samples(1.9))
    mix(dry, 0.7 * blow(rng), 0.0)
    for delay, gain in ((0.004, 1.0), (0.03, 0.8), (0.075, 0.5)):
        mix(dry, gain * burst(rng), delay)
    for at_seconds in fall_times(rng):
        late = np.exp(-at_seconds / 0.55)
        mix(dry, late * rng.pareto(2.2) * 0.45 * shard(rng), at_seconds)
    return in_room(dry, LIVING_ROOM, rng)


def blow(rng: np.random.Generator) -> Signal:
    """Return the dull knock of what hits the pane."""
    time = times(0.12)
    return noise(rng, len(time), band(150, 1200)) * decay(time, 0.018)


def burst(rng: np.random.Generator) -> Signal:
    """Return cracks running through the pane: hiss, and many modes that die at once."""
    count = samples(0.5)
    time = times(0.5)
    hiss = noise(rng, count, band(2200, 7600)) * decay(time, 0.035)
    modes_hz = rng.uniform(1400, 7600, size=70)
    decay_seconds = rng.lognormal(np.log(0.05), 0.6, size=70)
    tones = ring(count, modes_hz, decay_seconds, rng.exponential(0.12, size=70), rng)
    return 0.6 * hiss + tones


def fall_times(rng: np.random.Generator) -> Signal:
    """Return when shards hit the floor: most after a fall of 0.1 to 0.6 s, some bounce late."""
    fallen = 0.06 + rng.gamma(2.0, 0.14, size=220)
    bounced = rng.choice(fallen, size=110) + rng.uniform(0.04, 0.3, size=110)
    return np.concatenate((fallen, bounced))


def shard(rng: np.random.Generator) -> Signal:
    """Return one piece of glass that hits stone: a click and a few inharmonic partials."""
    count = samples(0.35)
    size = rng.uniform(0.0, 1.0)
    lowest_hz = 2000 + 3500 * (1 - size)
    modes_hz = np.minimum(lowest_hz * np.array([1.0, 1.34, 1.83, 2.41, 2.9]), 7700)
    modes_hz *= rng.uniform(0.93, 1.0, size=5)
    decay_seconds = rng.uniform(0.007, 0.018 + 0.042 * size) * np.array([1.2, 1, 0.8, 0.6, 0.5])
    tone = ring(count, modes_hz, decay_seconds, rng.uniform(0.2, 1, size=5), rng)
    tone[: samples(0.004)] += 0.7 * noise(rng, samples(0.004), band(3000, 7700))
    return tone
