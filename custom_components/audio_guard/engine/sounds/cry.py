"""Synthesize a crying baby: arched wails over a high pitch, with gasps between."""

import numpy as np

from .room import BEDROOM, in_room
from .synth import (
    SAMPLE_RATE_HZ,
    Formant,
    Signal,
    curve,
    fade,
    formant_gain,
    mix,
    noise,
    samples,
    voice,
    wander,
)


def crying(rng: np.random.Generator, wails: int = 6) -> Signal:
    """Return wails of about a second, each followed by a drawn breath."""
    dry = np.zeros(samples(1.9 * wails))
    at_seconds = 0.0
    pitch_hz = rng.uniform(410, 450)
    for _ in range(wails):
        seconds = rng.uniform(0.75, 1.2)
        mix(dry, wail(seconds, pitch_hz * rng.uniform(0.94, 1.1), rng), at_seconds)
        at_seconds += seconds + 0.08
        mix(dry, 0.04 * gasp(rng), at_seconds)
        at_seconds += 0.26 + rng.uniform(0.05, 0.2)
    return in_room(dry[: samples(at_seconds)], BEDROOM, rng)


def wail(seconds: float, pitch_hz: float, rng: np.random.Generator) -> Signal:
    """Return one cry: pitch and mouth open and close; the folds tremble and turn rough."""
    arch = curve(seconds, (0, 0.8), (0.12, 1.02), (0.4, 1.12), (0.75, 1.02), (1, 0.74))
    time = np.arange(len(arch)) / SAMPLE_RATE_HZ
    tremble = 1 + 0.005 * np.sin(2 * np.pi * rng.uniform(5.5, 7.5) * time)
    pitch = pitch_hz * arch * tremble * wander(rng, len(arch), 60, 0.003)
    formants: list[Formant] = [
        (curve(seconds, (0, 900), (0.3, 1380), (0.7, 1320), (1, 960)), 150, 1.0),
        (curve(seconds, (0, 2040), (0.3, 2400), (0.7, 2280), (1, 1920)), 350, 0.4),
        (3400.0, 500, 0.8),
        (5000.0, 800, 0.4),
    ]
    tone = voice(pitch, formants, tilt=0.6)
    tone /= np.sqrt(np.mean(tone**2))
    fixed = [(1100.0, 600, 0.7), (3300.0, 1500, 1.0), (5200.0, 2000, 0.6)]
    breath = noise(rng, len(arch), lambda hz: formant_gain(hz, fixed))
    loudness = curve(seconds, (0, 0), (0.08, 0.7), (0.35, 1), (0.8, 0.7), (1, 0))
    return fade((tone * wander(rng, len(arch), 90, 0.08) + 0.2 * breath) * loudness, 0.02, 0.05)


def gasp(rng: np.random.Generator) -> Signal:
    """Return a breath drawn in haste."""
    formants = [(1400.0, 900, 0.6), (3000.0, 1500, 1.0), (5500.0, 2500, 0.5)]
    breath = noise(rng, samples(0.26), lambda hz: formant_gain(hz, formants))
    return fade(breath, 0.12, 0.06)
