"""Synthesize a barking dog: a rough glottal source through a short, opening throat."""

import numpy as np

from .room import LIVING_ROOM, in_room
from .synth import Formant, Signal, curve, fade, formant_gain, mix, noise, samples, voice, wander


def barking(rng: np.random.Generator, barks: int = 6) -> Signal:
    """Return barks in twos and threes, as dogs do at a door."""
    dry = np.zeros(samples(0.6 * barks + 1.0))
    pitch_hz = rng.uniform(430, 520)
    at_seconds = 0.0
    for number in range(barks):
        mix(dry, rng.uniform(0.75, 1.0) * bark(pitch_hz * rng.uniform(0.94, 1.06), rng), at_seconds)
        at_seconds += rng.uniform(0.36, 0.44) if number % 3 < 2 else rng.uniform(0.75, 0.95)
    return in_room(dry, LIVING_ROOM, rng)


def bark(pitch_hz: float, rng: np.random.Generator) -> Signal:
    """Return one bark: the pitch jumps up and falls while the mouth opens and shuts."""
    seconds = rng.uniform(0.16, 0.21)
    pitch = pitch_hz * curve(seconds, (0, 0.75), (0.18, 1.2), (0.45, 1.1), (1, 0.6))
    pitch *= wander(rng, len(pitch), 180, 0.03)
    formants: list[Formant] = [
        (curve(seconds, (0, 480), (0.25, 900), (0.6, 850), (1, 500)), 260, 1.0),
        (curve(seconds, (0, 1100), (0.25, 1600), (0.6, 1500), (1, 1000)), 320, 0.9),
        (2600.0, 500, 0.45),
        (3900.0, 800, 0.2),
    ]
    throat = voice(pitch, formants, tilt=0.7)
    fixed = [(850.0, 500, 1.0), (1550.0, 600, 0.8), (2700.0, 900, 0.6), (4200.0, 1500, 0.3)]
    breath = noise(rng, len(pitch), lambda hz: formant_gain(hz, fixed))
    throat /= np.sqrt(np.mean(throat**2))
    # The vocal folds of a barking dog beat chaotically: noise rides on the tone.
    rough = throat * (1 + 0.35 * noise(rng, len(pitch), lambda hz: 1 / (1 + (hz / 150) ** 4)))
    loudness = curve(seconds, (0, 0), (0.06, 0.9), (0.25, 1), (0.6, 0.6), (1, 0))
    return fade((rough + 0.45 * breath) * loudness, 0.003, 0.02)
