"""Build sounds from harmonics, shaped noise, ringing modes and envelopes, at 16 kHz."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

SAMPLE_RATE_HZ = 16_000
# Leave the last part below Nyquist empty: harmonics that glide through it would alias.
TOP_HZ = 7_600.0


def samples(seconds: float) -> int:
    """Return how many samples a duration takes."""
    return round(seconds * SAMPLE_RATE_HZ)


def times(seconds: float) -> Signal:
    """Return the time of each sample of a duration, in seconds."""
    return np.arange(samples(seconds), dtype=np.float64) / SAMPLE_RATE_HZ


def decay(time: Signal, seconds: float) -> Signal:
    """Return what is left at each time of something that falls to 1/e in some seconds."""
    left: Signal = np.exp(-time / seconds)
    return left


def curve(seconds: float, *points: tuple[float, float]) -> Signal:
    """Draw a line through (part of the duration 0..1, value) points."""
    parts, values = zip(*points, strict=True)
    drawn: Signal = np.interp(np.linspace(0, 1, samples(seconds)), parts, values)
    return drawn


def wander(rng: np.random.Generator, count: int, rate_hz: float, depth: float) -> Signal:
    """Return 1 plus a slow random movement of about `depth`, as nothing alive holds still."""
    knots = rng.standard_normal(max(4, round(count / SAMPLE_RATE_HZ * rate_hz) + 2))
    spread = np.linspace(0, len(knots) - 1, count)
    moved: Signal = 1 + depth * np.interp(spread, np.arange(len(knots)), knots)
    return moved


def noise(rng: np.random.Generator, count: int, gain: Callable[[Signal], Signal]) -> Signal:
    """Return noise of RMS 1 whose spectrum follows `gain(frequency in Hz)`."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    shaped = np.fft.irfft(spectrum * gain(frequencies(count)), count)
    even: Signal = shaped / (np.sqrt(np.mean(shaped**2)) + 1e-12)
    return even


def frequencies(count: int) -> Signal:
    """Return the frequency of each bin of a real FFT over `count` samples, in Hz."""
    return np.asarray(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ), np.float64)


def band(low_hz: float, high_hz: float, order: int = 2) -> Callable[[Signal], Signal]:
    """Return the gain of a band-pass with slopes of 6 dB per octave and order."""

    def gain(frequency: Signal) -> Signal:
        ratio = np.maximum(frequency, 1e-3)
        high_pass = 1 / np.sqrt(1 + (low_hz / ratio) ** (2 * order))
        both: Signal = high_pass / np.sqrt(1 + (ratio / high_hz) ** (2 * order))
        return both

    return gain


def filtered(signal: Signal, gain: Callable[[Signal], Signal]) -> Signal:
    """Weigh the spectrum of a signal by `gain(frequency in Hz)`, without moving it in time."""
    return np.fft.irfft(np.fft.rfft(signal) * gain(frequencies(len(signal))), len(signal))


Formant = tuple[float | Signal, float, float]
"""A resonance of a throat: center (Hz, fixed or per sample), bandwidth (Hz), gain."""


def formant_gain(frequency: Signal, formants: Iterable[Formant]) -> Signal:
    """Return the gain of parallel resonances at each frequency (Hz)."""
    gain = np.zeros_like(frequency)
    for center, width, peak in formants:
        gain += peak / np.sqrt(1 + ((frequency - center) / (width / 2)) ** 2)
    return gain


def voice(pitch_hz: Signal, formants: Iterable[Formant], tilt: float) -> Signal:
    """Sum the harmonics of a gliding pitch, each as loud as the formants make it where it is.

    `tilt` is the power by which the source falls with the harmonic's number: about 1 for a strained
    throat, 2 for a relaxed one. A sum of sines needs no recursive filter and can't alias.
    """
    formants = list(formants)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    out = np.zeros_like(pitch_hz)
    for number in range(1, int(TOP_HZ / float(np.min(pitch_hz))) + 1):
        frequency = number * pitch_hz
        gain = formant_gain(frequency, formants) * (frequency < TOP_HZ)
        out += gain * np.sin(number * phase) / number**tilt
    return out


def ring(
    count: int, modes_hz: Signal, decay_seconds: Signal, gains: Signal, rng: np.random.Generator
) -> Signal:
    """Strike a body: sum its modes, each with its own decay (time to 1/e) and gain."""
    time = np.arange(count) / SAMPLE_RATE_HZ
    out = np.zeros(count)
    for mode_hz, decay, gain in zip(modes_hz, decay_seconds, gains, strict=True):
        audible = time[: min(count, samples(7 * decay) + 1)]
        phase = rng.uniform(0, 2 * np.pi)
        out[: len(audible)] += (
            gain * np.exp(-audible / decay) * np.sin(2 * np.pi * mode_hz * audible + phase)
        )
    return out


def fade(signal: Signal, attack_seconds: float, release_seconds: float) -> Signal:
    """Return the signal with a raised-cosine start and end."""
    out = signal.copy()
    for seconds, ends_first in ((attack_seconds, out), (release_seconds, out[::-1])):
        length = min(samples(seconds), len(out))
        ends_first[:length] *= 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, length))
    return out


def mix(canvas: Signal, sound: Signal, at_seconds: float) -> None:
    """Add a sound to a canvas in place; what would stick out at the end is cut."""
    start = samples(at_seconds)
    part = sound[: max(0, len(canvas) - start)]
    canvas[start : start + len(part)] += part


def peak_to(signal: Signal, level_dbfs: float) -> Signal:
    """Scale a signal so that its highest sample is at a level."""
    scaled: Signal = signal * (10 ** (level_dbfs / 20) / (np.abs(signal).max() + 1e-12))
    return scaled
