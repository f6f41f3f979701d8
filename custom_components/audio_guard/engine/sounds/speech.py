"""Synthesize babble: voices that talk without words."""

import numpy as np

from .room import LIVING_ROOM, in_room
from .synth import (
    TOP_HZ,
    Formant,
    Signal,
    band,
    curve,
    fade,
    mix,
    noise,
    samples,
    voice,
    wander,
)

# First three formants of five vowels, Hz (Peterson and Barney 1952, men).
VOWELS_HZ = {
    "i": (270, 2290, 3010),
    "e": (530, 1840, 2480),
    "a": (730, 1090, 2440),
    "o": (570, 840, 2410),
    "u": (300, 870, 2240),
}


def babble(rng: np.random.Generator, seconds: float = 6.0) -> Signal:
    """Return three people in one room who take turns and talk over each other."""
    dry = np.zeros(samples(seconds))
    for pitch_hz, tract, loud in ((115.0, 1.0, 1.0), (205.0, 1.16, 0.7), (140.0, 1.04, 0.45)):
        at_seconds = rng.uniform(0, 0.8)
        while at_seconds < seconds - 1.5:
            phrase = talk(rng, pitch_hz, tract)
            mix(dry, loud * phrase, at_seconds)
            at_seconds += len(phrase) / samples(1) + rng.uniform(0.2, 0.9)
    return in_room(fade(dry, 0.01, 0.1), LIVING_ROOM, rng)


def talk(rng: np.random.Generator, pitch_hz: float, tract: float) -> Signal:
    """Return a phrase: syllables under a melody that sinks to its end."""
    syllables = int(rng.integers(5, 10))
    out = np.zeros(samples(0.26 * syllables + 0.3))
    at_seconds = 0.0
    for number in range(syllables):
        melody = pitch_hz * (1.15 - 0.3 * number / syllables) * rng.uniform(0.93, 1.1)
        seconds = rng.uniform(0.14, 0.24)
        if rng.random() < 0.6:
            mix(out, 0.25 * consonant(rng), at_seconds)
            at_seconds += 0.06
        mix(out, rng.uniform(0.6, 1.0) * vowel(rng, seconds, melody, tract), at_seconds)
        at_seconds += seconds - 0.02
    return out[: samples(at_seconds + 0.05)]


def vowel(rng: np.random.Generator, seconds: float, pitch_hz: float, tract: float) -> Signal:
    """Return one syllable's voiced part, on the way from one vowel to another."""
    start, stop = rng.choice(list(VOWELS_HZ), size=2)
    glide: list[Formant] = [
        (tract * curve(seconds, (0, low), (0.3, low), (1, high)), width, gain)
        for low, high, width, gain in zip(
            VOWELS_HZ[start], VOWELS_HZ[stop], (90, 110, 160), (1.0, 0.6, 0.35), strict=True
        )
    ]
    pitch = pitch_hz * curve(seconds, (0, 0.97), (0.4, 1.05), (1, 0.92))
    pitch *= wander(rng, len(pitch), 50, 0.01)
    tone = voice(pitch, [*glide, (3500.0 * tract, 300, 0.15)], tilt=1.0)
    return fade(tone / (np.abs(tone).max() + 1e-9), 0.03, 0.05)


def consonant(rng: np.random.Generator) -> Signal:
    """Return a hiss or a burst of breath between vowels."""
    low_hz = float(rng.choice([1500.0, 2500.0, 4000.0]))
    return fade(noise(rng, samples(0.08), band(low_hz, TOP_HZ)), 0.02, 0.03)
