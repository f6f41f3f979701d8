"""Lose packets of a sound, as a camera on a weak radio link does."""

import numpy as np

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm

PACKET_SAMPLES = SAMPLE_RATE_HZ // 50
MOST_PACKETS = 10


def drop_outs(pcm: Pcm, rng: np.random.Generator, *, losses_per_second: float, repeat: bool) -> Pcm:
    """Lose 20-200 ms at random moments; a decoder repeats what came before or is silent."""
    heard = pcm.copy()
    losses = rng.poisson(losses_per_second * pcm.size / SAMPLE_RATE_HZ) if pcm.size else 0
    for start in rng.integers(pcm.size, size=losses):
        count = PACKET_SAMPLES * int(rng.integers(1, MOST_PACKETS + 1))
        lost = heard[start : start + count]
        before = heard[max(0, start - count) : start]
        lost[:] = np.resize(before, lost.size) if repeat else 0.0
    return heard
