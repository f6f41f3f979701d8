"""Hear a sound in a room: one of many simulated ones, each made once per process."""

from functools import lru_cache

import numpy as np

from tools.augmentation.pcm import Pcm, fitted

ROOMS = 256  # at 0.05-0.09 s each, far less work than a room of its own for every clip
SEED = 7003


def room_response(rng: np.random.Generator) -> Pcm:
    """Return the impulse response of one of the rooms, beginning with the direct sound.

    It has unit energy, so a room does not change the level.
    """
    return numbered_response(int(rng.integers(ROOMS)))


@lru_cache(maxsize=ROOMS)
def numbered_response(number: int) -> Pcm:
    """Return the response of a room that is the same in all processes, read-only."""
    # Importing the simulation takes 1.5 s, which processes that hear no room must not pay.
    from tools.augmentation.room_simulation import simulate  # noqa: PLC0415

    response = simulate(np.random.default_rng((SEED, number)))
    response.setflags(write=False)
    return response


def reverberate(pcm: Pcm, response: Pcm) -> Pcm:
    """Convolve PCM with a response; the result is as long as the PCM."""
    size = 1 << (pcm.size + response.size - 1).bit_length()
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(response, size)
    return fitted(np.fft.irfft(spectrum, size).astype(np.float32), pcm.size)
