"""Synthesize a barking dog: a rough glottal source through a short, opening throat."""

import numpy as np

from .room import HALLWAY, in_room
from .synth import Formant, Signal, curve, fade, formant_gain, mix, noise, samples, voice, wander


def barking(rng: np.random.Generator, barks: int = 6) -> Signal:
    """Return barks in twos and threes, as dogs do at a door."""
    dry = np.zeros(samples(0.7 * barks + 0.8))
    pitch_hz = rng.uniform(430, 520)
    at_seconds = 0.0
    for number in range(barks):
        mix(dry, rng.uniform(0.75, 1.0) * bark(pitch_hz * rng.uniform(0.94, 1.06), rng), at_seconds)
        at_seconds += rng.uniform(0.5, 0.6) if number % 3 < 2 else rng.uniform(0.75, 0.95)
    return in_room(dry, HALLWAY, rng)


def bark(pitch_hz: float, rng: np.random.Generator) -> Signal:
    """Return one bark: the pitch jumps up and falls while the mouth opens and shuts."""
    seconds = rng.uniform(0.16, 0.21)
    pitch = pitch_hz * curve(seconds, (0, 0.9), (0.2, 1.15), (0.5, 1.05), (1, 0.45))
    pitch *= wander(rng, len(pitch), 180, 0.01)
    formants: list[Formant] = [
        (curve(seconds, (0, 620), (0.25, 1170), (0.6, 1100), (1, 650)), 380, 1.0),
        (curve(seconds, (0, 1430), (0.25, 2080), (0.6, 1950), (1, 1300)), 320, 1.2),
        (3400.0, 500, 0.1),
    ]
    throat = voice(pitch, formants, tilt=1.0)
    fixed = [(1100.0, 500, 1.0), (2000.0, 600, 1.0), (3000.0, 900, 0.1)]
    breath = noise(rng, len(pitch), lambda hz: formant_gain(hz, fixed))
    throat /= np.sqrt(np.mean(throat**2))
    # The vocal folds of a barking dog beat chaotically: noise rides on the tone.
    rough = throat * (1 + 0.15 * noise(rng, len(pitch), lambda hz: 1 / (1 + (hz / 150) ** 4)))
    loudness = curve(seconds, (0, 0), (0.06, 0.9), (0.25, 1), (0.6, 0.6), (1, 0))
    return fade((rough + 0.25 * breath) * loudness, 0.003, 0.02)
