"""Synthesize what else is meant to alarm people: sirens, beepers, bells, horns, car alarms.

All chance comes from the seed. Recordings of these are few, and each device has a pitch and a rhythm of its own.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ

CLIP_SECONDS = 8.0
HIGHEST_HERTZ = 7500.0
SIREN_SHARE = 0.5  # of the clips; the rest is shared by the other kinds

Wave = NDArray[np.float64]


def synthesize_siren(seed: int) -> NDArray[np.float32]:
    """Return 8 s of a random siren, beeper, bell, horn or car alarm, peak at -26...-2 dBFS."""
    rng = np.random.default_rng((7003, seed))
    others = (beeper, bell, horn, car_alarm)
    shares = [SIREN_SHARE, *[(1 - SIREN_SHARE) / len(others)] * len(others)]
    makers: tuple[Callable[[np.random.Generator, float], Wave], ...] = (siren, *others)
    wave = makers[int(rng.choice(len(makers), p=shares))](rng, CLIP_SECONDS)
    wave = wave + rng.uniform(0, 0.01) * rng.standard_normal(wave.size)
    peak = 10 ** (rng.uniform(-26, -2) / 20)
    return (wave / np.abs(wave).max() * peak).astype(np.float32)


def siren(rng: np.random.Generator, seconds: float) -> Wave:
    """Return a tone that sweeps or jumps between two pitches.

    Wail (seconds per sweep), yelp and burglar alarms (several sweeps a second), hi-lo (two tones in turn).
    """
    low_hz = rng.uniform(400, 2400)
    high_hz = min(low_hz * rng.uniform(1.15, 3.0), 4200.0)
    period = float(np.exp(rng.uniform(np.log(0.08), np.log(6.0))))
    phase = (_times(seconds) / period + rng.random()) % 1.0
    shape = str(rng.choice(("triangle", "sine", "rise", "fall", "jump")))
    course = {
        "triangle": 1 - np.abs(2 * phase - 1),
        "sine": 0.5 - 0.5 * np.cos(2 * np.pi * phase),
        "rise": phase,
        "fall": 1 - phase,
        "jump": (phase < 0.5).astype(np.float64),
    }[shape]
    return _tone(low_hz * (high_hz / low_hz) ** course, rng)


def beeper(rng: np.random.Generator, seconds: float) -> Wave:
    """Return groups of short beeps with pauses: alarm clocks, keypads, freezers, low-battery chirps."""
    beep = float(np.exp(rng.uniform(np.log(0.04), np.log(0.8))))
    gap = beep * rng.uniform(0.5, 2.0)
    pause = rng.uniform(0.3, 1.5) * (rng.random() < 0.7)
    gate = _pattern(seconds, beep, gap, int(rng.integers(1, 6)), pause, rng)
    pitch_hz = float(np.exp(rng.uniform(np.log(800), np.log(4200))))
    return gate * _tone(np.full(gate.size, pitch_hz), rng)


def horn(rng: np.random.Generator, seconds: float) -> Wave:
    """Return a buzzer or a fire horn: a low tone rich in overtones, steady or in pulses."""
    times = _times(seconds)
    pitch_hz = rng.uniform(180, 900)
    wobble = 1 + rng.uniform(0, 0.03) * np.sin(2 * np.pi * rng.uniform(3, 60) * times)
    tone = _tone(pitch_hz * wobble, rng, rich=True)
    if rng.random() < 0.3:
        return tone
    beep = rng.uniform(0.15, 1.2)
    pause = rng.uniform(0, 1.5)
    return tone * _pattern(seconds, beep, beep, int(rng.integers(1, 4)), pause, rng)


def bell(rng: np.random.Generator, seconds: float) -> Wave:
    """Return a bell that a hammer strikes 7 to 25 times a second, as of fire bells and old alarm clocks."""
    strikes = np.zeros(int(seconds * SAMPLE_RATE_HZ))
    every = SAMPLE_RATE_HZ / rng.uniform(7, 25)
    at = np.arange(rng.uniform(0, every), strikes.size - 1, every)
    at = (at + rng.uniform(-0.03, 0.03, at.size) * every).clip(0, strikes.size - 1).astype(int)
    strikes[at] = rng.uniform(0.7, 1.0, at.size)
    ring_times = _times(0.6)
    ground_hz = rng.uniform(600, 2200)
    ring = np.zeros(ring_times.size)
    for ratio in (1.0, *np.sort(rng.uniform(1.2, 6.0, 6))):
        if ground_hz * ratio < HIGHEST_HERTZ:
            decay = np.exp(-ring_times / rng.uniform(0.04, 0.3))
            ring += (
                rng.uniform(0.2, 1.0) * decay * np.sin(2 * np.pi * ground_hz * ratio * ring_times)
            )
    size = strikes.size + ring.size - 1
    return np.fft.irfft(np.fft.rfft(strikes, size) * np.fft.rfft(ring, size), size)[: strikes.size]


def car_alarm(rng: np.random.Generator, seconds: float) -> Wave:
    """Return sirens, beeps and horns that take turns every few seconds."""
    makers = (siren, siren, beeper, horn)
    parts: list[Wave] = []
    size = _times(seconds).size
    while sum(map(len, parts)) < size:
        parts.append(makers[int(rng.integers(len(makers)))](rng, rng.uniform(1.0, 3.0)))
    return np.concatenate(parts)[:size]


def _times(seconds: float) -> Wave:
    return np.arange(max(1, int(seconds * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ


def _tone(pitch_hz: Wave, rng: np.random.Generator, *, rich: bool = False) -> Wave:
    """Return a tone that follows a pitch (n,) in hertz, with random overtones, peak 1."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    fall = rng.uniform(0.3, 1.2) if rich else rng.uniform(0.8, 4.0)
    step = 2 if rng.random() < 0.4 else 1  # square waves have odd overtones only
    wave = np.zeros(pitch_hz.size)
    for overtone in range(1, 26, step):
        audible = np.clip((HIGHEST_HERTZ - overtone * pitch_hz) / 500, 0, 1)
        if not audible.any():
            break
        wave += audible * overtone**-fall * np.sin(overtone * phase + rng.uniform(0, 2 * np.pi))
    return wave / max(float(np.abs(wave).max()), 1e-9)


def _pattern(
    seconds: float, beep: float, gap: float, beeps: int, pause: float, rng: np.random.Generator
) -> Wave:
    """Return a gate (n,) in 0..1 that opens for `beeps` beeps, then rests; edges of 1 to 10 ms."""
    gate = np.zeros(int(seconds * SAMPLE_RATE_HZ))
    at = rng.uniform(0, min(0.5, seconds / 2))
    while at < seconds:
        for _ in range(beeps):
            start, end = (int(x * SAMPLE_RATE_HZ) for x in (at, at + beep))
            gate[start:end] = 1.0
            at += beep + gap
        at += pause
    edge = np.hanning(2 * int(rng.uniform(0.001, 0.01) * SAMPLE_RATE_HZ) + 3)
    return np.convolve(gate, edge / edge.sum(), mode="same")
