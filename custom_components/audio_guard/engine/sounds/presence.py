"""Synthesize somebody who walks in: footsteps on a wooden floor and a door that slams."""

import numpy as np

from .room import BEDROOM, LIVING_ROOM, in_room
from .synth import Signal, band, decay, mix, noise, peak_to, ring, samples, times

DOOR_SECONDS = 4.4


def footsteps_and_door(rng: np.random.Generator) -> Signal:
    """Return eight steps that come nearer, then the door."""
    steps = footsteps(rng)
    slam = door_slam(rng)
    out = np.zeros(samples(DOOR_SECONDS) + len(slam))
    mix(out, peak_to(steps, -2.0), 0.0)
    mix(out, peak_to(slam, 0.0), DOOR_SECONDS)
    return out


def footsteps(rng: np.random.Generator, steps: int = 8) -> Signal:
    """Return heel and toe at two steps a second, left and right a little different."""
    dry = np.zeros(samples(0.5 * steps + 0.3))
    for number in range(steps):
        near = 0.45 + 0.55 * number / steps
        at_seconds = 0.5 * number + rng.uniform(0, 0.03)
        foot = 1.0 if number % 2 else 0.85
        mix(dry, near * foot * thud(rng, 1.0, foot), at_seconds)
        mix(dry, near * foot * 0.4 * thud(rng, 0.6, 1.3), at_seconds + rng.uniform(0.07, 0.09))
    return in_room(dry, BEDROOM, rng)


def thud(rng: np.random.Generator, weight: float, brightness: float) -> Signal:
    """Return a shoe on boards: they give a dull knock, the sole a short click."""
    count = samples(0.22)
    time = times(0.22)
    modes_hz = np.array([95, 160, 240, 390, 620]) * brightness * rng.uniform(0.95, 1.05, size=5)
    decay_seconds = np.array([0.016, 0.014, 0.012, 0.009, 0.006])
    boards = ring(count, modes_hz, decay_seconds, np.array([1, 0.9, 0.7, 0.5, 0.3]), rng)
    sole = noise(rng, count, band(700 * brightness, 3500)) * decay(time, 0.006)
    scrape = noise(rng, count, band(1500, 6000)) * np.exp(-(((time - 0.03) / 0.02) ** 2))
    thump = noise(rng, count, band(70, 450)) * np.exp(-(((time - 0.012) / 0.014) ** 2))
    step: Signal = weight * (0.3 * boards + 0.9 * thump) + 0.3 * sole + 0.12 * scrape
    return step


def door_slam(rng: np.random.Generator) -> Signal:
    """Return a door that falls shut: latch, panel and the frame that rattles after."""
    dry = np.zeros(samples(0.9))
    time = times(0.6)
    count = len(time)
    modes_hz = np.array([62, 98, 143, 210, 305, 450, 640, 900]) * rng.uniform(0.95, 1.05, size=8)
    decay_seconds = np.array([0.06, 0.055, 0.045, 0.04, 0.03, 0.025, 0.02, 0.015])
    panel = ring(count, modes_hz, decay_seconds, np.linspace(1, 0.35, 8), rng)
    # A door is slower than a shot: the frame takes milliseconds to stop it.
    crash = noise(rng, count, band(60, 500)) * decay(time, 0.04) * (1 - decay(time, 0.006))
    mix(dry, 0.25 * latch(rng), 0.0)
    mix(dry, 0.3 * panel + 1.4 * crash, 0.03)
    for delay, gain in ((0.11, 0.35), (0.17, 0.2), (0.21, 0.12)):
        mix(dry, gain * latch(rng), delay)
    return in_room(dry, LIVING_ROOM, rng)


def latch(rng: np.random.Generator) -> Signal:
    """Return the click of a lock's metal."""
    count = samples(0.08)
    modes_hz = rng.uniform(1500, 5500, size=6)
    metal = ring(count, modes_hz, rng.uniform(0.004, 0.015, size=6), np.ones(6), rng)
    return metal + 2 * noise(rng, count, band(900, 6000)) * decay(times(0.08), 0.003)
