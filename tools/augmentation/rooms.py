"""Make simple synthetic room impulse responses."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16000
SPEED_OF_SOUND = 343.0


def room_response(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return an impulse response: direct sound, a few reflections and a decaying diffuse tail.

    Reverberation times of 0.15-0.9 s, a source at 1-8 m; high tones decay faster, as air and
    furniture take them first. The response has unit energy, so a room does not change the level.
    """
    decay_seconds = rng.uniform(0.15, 0.9)
    distance_m = rng.uniform(1.0, 8.0)
    length = int(decay_seconds * SAMPLE_RATE_HZ)
    seconds = np.arange(length) / SAMPLE_RATE_HZ
    tail = rng.standard_normal(length) * 10 ** (-3 * seconds / decay_seconds)
    dark = np.convolve(tail, np.full(4, 0.25))[:length]
    blend = np.minimum(1.0, seconds / decay_seconds)
    response = tail * (1 - blend) + dark * blend
    response[: int(0.003 * SAMPLE_RATE_HZ)] = 0.0
    response *= (distance_m / 4.0) / np.sqrt(np.square(response).sum())
    for _ in range(rng.integers(3, 9)):
        delay = rng.uniform(0.001, 0.03)
        response[int(delay * SAMPLE_RATE_HZ)] += rng.choice((-1, 1)) / (
            1 + delay * SPEED_OF_SOUND / distance_m
        )
    response[0] = 1.0
    return (response / np.sqrt(np.square(response).sum())).astype(np.float32)


def reverberate(pcm: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convolve PCM with a response; the result is as long as the PCM."""
    size = 1 << (pcm.size + response.size - 1).bit_length()
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: pcm.size].astype(np.float32)
