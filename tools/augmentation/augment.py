"""Make clean clips sound as a camera hears them: far, quiet, noisy, overdriven, coded, with gaps.

All chance comes from the generator given.
"""

from collections.abc import Callable

import numpy as np

from tools.augmentation.codecs import A_LAW, AAC, MU_LAW, OPUS, coded, g711
from tools.augmentation.drop_outs import drop_outs
from tools.augmentation.microphone import clip_peaks, hiss, level_control
from tools.augmentation.pcm import Pcm, gain, loudest_rms, rms
from tools.augmentation.rooms import reverberate, room_response

# About half of the lines carry no more than 4 kHz: no class may be known by its bandwidth.
LINES = {"plain": 0.3, "mu_law": 0.25, "a_law": 0.15, "aac": 0.15, "opus": 0.15}


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


def camera(
    pcm: Pcm, rng: np.random.Generator, background: Callable[[np.random.Generator], Pcm]
) -> Pcm:
    """Send a clip through a random room, background, distance, microphone, codec and network."""
    event_rms = loudest_rms(pcm)
    heard = pcm
    if rng.random() < 0.6:
        heard = reverberate(heard, room_response(rng))
    if rng.random() < 0.5:
        heard = mix(heard, background(rng), rng.uniform(-5, 25), event_rms)
    heard = _microphone(_distance(heard, rng), rng)
    heard = _line(heard, rng)
    if rng.random() < 0.1:
        losses = rng.uniform(0.2, 1.0)
        heard = drop_outs(heard, rng, losses_per_second=losses, repeat=bool(rng.random() < 0.5))
    return heard


def _distance(pcm: Pcm, rng: np.random.Generator) -> Pcm:
    """Change the level by -35...6 dB, where 6 dB above full scale is the most."""
    peak = float(np.abs(pcm).max(initial=0.0))
    if not peak:
        return pcm
    return gain(pcm, min(rng.uniform(-35, 6), 6 - 20 * np.log10(peak)))


def _microphone(pcm: Pcm, rng: np.random.Generator) -> Pcm:
    heard = pcm
    if rng.random() < 0.5:
        heard = hiss(heard, rng, rng.uniform(-80, -55))
    if rng.random() < 0.3:
        heard = level_control(
            heard,
            target_dbfs=rng.uniform(-30, -15),
            most_gain_db=rng.uniform(6, 24),
            attack_seconds=rng.uniform(0.01, 0.1),
            release_seconds=rng.uniform(0.5, 3.0),
        )
    if rng.random() < 0.1:
        heard = clip_peaks(heard, rng.uniform(0.1, 0.7))
    return np.clip(heard, -1.0, 1.0)


def _line(pcm: Pcm, rng: np.random.Generator) -> Pcm:
    """Send the sound through one of the codecs that cameras use, or through none."""
    match str(rng.choice(list(LINES), p=list(LINES.values()))):
        case "mu_law":
            return g711(pcm, MU_LAW)
        case "a_law":
            return g711(pcm, A_LAW)
        case "aac":
            rate_hz = int(rng.choice((8000, 16000)))
            bits = int(rng.uniform(1.0, 2.0) * rate_hz)
            return coded(pcm, AAC, sample_rate_hz=rate_hz, bits_per_second=bits)
        case "opus":
            bits = int(rng.uniform(6_000, 24_000))
            return coded(pcm, OPUS, sample_rate_hz=16000, bits_per_second=bits)
        case _:
            return pcm
