"""Make clean clips sound as a camera hears them: far, quiet, noisy, band-limited, coded.

All functions take and return 16 kHz mono PCM in -1..1; all chance comes from the generator given.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.rooms import reverberate, room_response

Pcm = NDArray[np.float32]
SAMPLE_RATE_HZ = 16000
MU = 255.0


def rms(pcm: Pcm) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64)))) if pcm.size else 0.0


def gain(pcm: Pcm, decibels: float) -> Pcm:
    """Change the level."""
    return (pcm * np.float32(10 ** (decibels / 20))).astype(np.float32)


def speed(pcm: Pcm, factor: float) -> Pcm:
    """Play faster (factor > 1) or slower: pitch and tempo change together."""
    count = max(1, int(pcm.size / factor))
    return np.interp(np.arange(count) * factor, np.arange(pcm.size), pcm).astype(np.float32)


def mix(pcm: Pcm, background: Pcm, snr_db: float, event_rms: float) -> Pcm:
    """Add a background, looped to the clip's length, at a signal-to-noise ratio."""
    looped = np.resize(background, pcm.size)
    level = rms(looped)
    if level == 0.0 or event_rms == 0.0:
        return pcm
    return (pcm + looped * np.float32(event_rms / level * 10 ** (-snr_db / 20))).astype(np.float32)


def clip_peaks(pcm: Pcm, share: float) -> Pcm:
    """Cut the wave at a share of its peak, as an overdriven microphone does."""
    peak = float(np.abs(pcm).max(initial=0.0)) * share
    return np.clip(pcm, -peak, peak) if peak else pcm


def telephone(pcm: Pcm) -> Pcm:
    """Send the sound through 8 kHz G.711 mu-law, which most cameras use."""
    spectrum = np.fft.rfft(np.clip(pcm, -1.0, 1.0))
    hertz = np.fft.rfftfreq(pcm.size, 1 / SAMPLE_RATE_HZ)
    spectrum *= np.clip((3900.0 - hertz) / 300.0, 0.0, 1.0)
    narrow = np.fft.irfft(spectrum, pcm.size)[::2]
    coded = decode_mu_law(encode_mu_law(narrow))
    doubled = np.zeros(pcm.size)
    doubled[::2] = coded
    spectrum = np.fft.rfft(doubled) * np.clip((4100.0 - hertz) / 200.0, 0.0, 1.0)
    return (2 * np.fft.irfft(spectrum, pcm.size)).astype(np.float32)


def encode_mu_law(pcm: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Code PCM into 256 mu-law steps (the continuous law of G.711, without its bit layout)."""
    magnitude = np.log1p(MU * np.minimum(np.abs(pcm), 1.0)) / np.log1p(MU)
    return np.round((np.sign(pcm) * magnitude + 1) * 127.5).astype(np.uint8)


def decode_mu_law(coded: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Undo `encode_mu_law`; the step next to zero is taken as zero."""
    companded = coded.astype(np.float64) / 127.5 - 1
    companded[np.abs(companded) < 1 / 127.5] = 0.0
    return np.sign(companded) * np.expm1(np.abs(companded) * np.log1p(MU)) / MU


def camera(
    pcm: Pcm, rng: np.random.Generator, background: Callable[[np.random.Generator], Pcm]
) -> Pcm:
    """Send a clip through a random room, distance, background, overdrive and telephone line."""
    event_rms = _loud_rms(pcm)
    heard = pcm
    if rng.random() < 0.6:
        heard = reverberate(heard, room_response(rng))
    if rng.random() < 0.5:
        heard = mix(heard, background(rng), rng.uniform(-5, 25), event_rms)
    peak = float(np.abs(heard).max(initial=0.0))
    if peak > 0:
        heard = gain(heard, min(rng.uniform(-35, 6), 6 - 20 * np.log10(peak)))
    if rng.random() < 0.1:
        heard = clip_peaks(heard, rng.uniform(0.1, 0.7))
    heard = np.clip(heard, -1.0, 1.0)
    return telephone(heard) if rng.random() < 0.5 else heard


def _loud_rms(pcm: Pcm, part: int = 3200) -> float:
    """Return the level of the loudest 0.2 s, so that a short event counts by itself."""
    if pcm.size < part:
        return rms(pcm)
    parts = pcm[: pcm.size // part * part].reshape(-1, part)
    return float(np.sqrt(np.square(parts, dtype=np.float64).mean(axis=1).max()))
