"""Synthesize sounds that hold no event, as long as wanted: noises, mains hum, silence, talk, music.

A sound is made of blocks that fade into each other, each at a level of chance.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from audio_guard_engine.sounds.speech import babble
from audio_guard_engine.sounds.synth import Signal, fade, mix, noise, ring, samples, times
from tools.augmentation.pcm import Pcm
from tools.streams.lines import Read

BLOCK_SECONDS = 30.0
FADE_SECONDS = 0.05
LEVELS_DBFS = (-60.0, -15.0)  # RMS; louder noise would clip
# Talk and music take long to synthesize; after so many blocks the first comes again, at another level.
DIFFERENT_BLOCKS = 24


def quiet_sound(kind: str, seed: int, levels_dbfs: tuple[float, float] = LEVELS_DBFS) -> Read:
    """Return a way to read any stretch of a sound of one of `KINDS`; its blocks have levels within a range."""
    step = samples(BLOCK_SECONDS - FADE_SECONDS)

    @lru_cache(maxsize=DIFFERENT_BLOCKS)
    def block(number: int) -> Pcm:
        return _block(KINDS[kind], np.random.default_rng((seed, number)))

    def read(start: int, stop: int) -> Pcm:
        heard = np.zeros(stop - start, np.float32)
        for number in range(max(0, start // step - 1), max(0, -(-stop // step))):
            pcm = block(number % DIFFERENT_BLOCKS) * _level(seed, number, levels_dbfs)
            first, last = max(start, number * step), min(stop, number * step + pcm.size)
            if first < last:
                heard[first - start : last - start] += pcm[
                    first - number * step : last - number * step
                ]
        return heard.clip(-1.0, 1.0)

    return read


def _block(make: Callable[[np.random.Generator], Signal], rng: np.random.Generator) -> Pcm:
    """Return a block with an RMS of 1, or of 0."""
    signal = make(rng)[: samples(BLOCK_SECONDS)]
    level = np.sqrt(np.mean(signal**2))
    return fade(signal / max(level, 1e-12), FADE_SECONDS, FADE_SECONDS).astype(np.float32)


def _level(seed: int, number: int, levels_dbfs: tuple[float, float]) -> np.float32:
    chance = np.random.default_rng((seed, number, 1))
    return np.float32(10 ** (chance.uniform(*levels_dbfs) / 20))


def _white_noise(rng: np.random.Generator) -> Signal:
    return rng.standard_normal(samples(BLOCK_SECONDS))


def _pink_noise(rng: np.random.Generator) -> Signal:
    """Return noise with as much power in each octave, down to 30 Hz."""
    return noise(rng, samples(BLOCK_SECONDS), lambda hertz: np.maximum(hertz, 30.0) ** -0.5)


def _mains_hum(rng: np.random.Generator) -> Signal:
    """Return the harmonics of 50 or 60 Hz, with a converter's faint noise."""
    mains_hz = rng.choice((50.0, 60.0))
    at = 2 * np.pi * mains_hz * times(BLOCK_SECONDS)
    hum = 1e-3 * _white_noise(rng)
    for number in range(1, 21):
        hum += rng.uniform(0, 1) / number * np.sin(number * at + rng.uniform(0, 2 * np.pi))
    return hum


def _silence(_: np.random.Generator) -> Signal:
    return np.zeros(samples(BLOCK_SECONDS))


def _talk(rng: np.random.Generator) -> Signal:
    return babble(rng, BLOCK_SECONDS)


def _music(rng: np.random.Generator) -> Signal:
    """Return plucked chords and a melody of a major key over a beat of drum and hat."""
    played = np.zeros(samples(BLOCK_SECONDS))
    key_hz = 110.0 * 2 ** (rng.integers(12) / 12)
    beat_seconds = 60 / rng.uniform(70, 140)
    beats = int(BLOCK_SECONDS / beat_seconds)
    for beat in range(beats):
        at_seconds = beat * beat_seconds
        mix(played, 0.6 * _note(rng, key_hz * 4 * _degree(rng)), at_seconds)
        mix(played, _hit(rng, 0.25, 60.0 if beat % 2 == 0 else 180.0), at_seconds)
        mix(played, 0.2 * _hit(rng, 0.05, 6000.0), at_seconds + beat_seconds / 2)
        if beat % 4 == 0:
            root = key_hz * _degree(rng)
            for third in (1.0, 1.25, 1.5):
                mix(played, 0.5 * _note(rng, 2 * root * third), at_seconds)
    return played


def _degree(rng: np.random.Generator) -> float:
    """Return the interval of a note of the major scale."""
    return float(2 ** (rng.choice((0, 2, 4, 5, 7, 9, 11)) / 12))


def _note(rng: np.random.Generator, pitch_hz: float) -> Signal:
    """Return a plucked string."""
    numbers = np.arange(1, 9)
    return ring(samples(1.5), numbers * pitch_hz, 0.5 / numbers, 1 / numbers, rng)


def _hit(rng: np.random.Generator, seconds: float, low_hz: float) -> Signal:
    """Return a short burst of noise around a pitch."""
    burst = noise(rng, samples(seconds), lambda hertz: np.exp(-np.abs(hertz / low_hz - 1)))
    return burst * np.exp(-8 * times(seconds) / seconds)


KINDS: Mapping[str, Callable[[np.random.Generator], Signal]] = {
    "white noise": _white_noise,
    "pink noise": _pink_noise,
    "mains hum": _mains_hum,
    "silence": _silence,
    "talk": _talk,
    "music": _music,
}
