"""Simulate the rooms of homes, heard from where cameras hang."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm, fitted

Point = NDArray[np.float64]

ROOMS = 256  # simulating one takes 0.07 s, so each is made once per process
SEED = 7003
SMALLEST_M = (2.0, 2.0, 2.3)
LARGEST_M = (10.0, 6.0, 3.2)  # in larger ones the shortest decay would need walls that swallow all
DECAY_SECONDS = (0.15, 0.9)
DISTANCE_M = (0.5, 8.0)
BANDS_HZ = (125, 250, 500, 1000, 2000, 4000)
LEAD_SAMPLES = 4  # the direct sound falls between samples: its first ripples stay


def room_response(rng: np.random.Generator) -> Pcm:
    """Return the impulse response of one of many rooms, beginning with the direct sound.

    It has unit energy, so a room does not change the level.
    """
    return simulate(int(rng.integers(ROOMS)))


@lru_cache(maxsize=ROOMS)
def simulate(number: int) -> Pcm:
    """Compute the response of a room: first echoes by image sources, then traced rays."""
    # Importing it takes 1.5 s, which processes that simulate no room must not pay.
    import pyroomacoustics as acoustics  # noqa: PLC0415

    rng = np.random.default_rng((SEED, number))
    size = rng.uniform(SMALLEST_M, LARGEST_M)
    absorption, _ = acoustics.inverse_sabine(rng.uniform(*DECAY_SECONDS), size)
    microphone = _camera_place(size, rng)
    source = _source_place(size, microphone, rng)
    acoustics.random.seed(number)
    acoustics.constants.set("num_threads", 1)
    room = acoustics.ShoeBox(
        size,
        fs=SAMPLE_RATE_HZ,
        materials=acoustics.Material(_walls(absorption, rng.uniform(1.0, 1.5))),
        max_order=3,
        ray_tracing=True,
        air_absorption=True,
    )
    room.set_ray_tracing(energy_thres=1e-5)
    room.add_source(source)
    room.add_microphone(microphone)
    room.compute_rir()
    filter_delay = acoustics.constants.get("frac_delay_length") // 2
    travel = np.linalg.norm(source - microphone) / acoustics.constants.get("c") * SAMPLE_RATE_HZ
    response = room.rir[0][0][filter_delay + int(travel) - LEAD_SAMPLES :]
    response = (response / np.sqrt(np.square(response).sum())).astype(np.float32)
    response.setflags(write=False)
    return response


def _walls(absorption: float, tilt: float) -> dict[str, object]:
    """Return a material that takes more of the high tones, as furniture and curtains do."""
    coefficients = absorption * np.geomspace(1 / tilt, tilt, len(BANDS_HZ))
    return {
        "description": "walls",
        "coeffs": np.clip(coefficients, 0.0, 1.0).tolist(),
        "center_freqs": list(BANDS_HZ),
    }


def _camera_place(size: Point, rng: np.random.Generator) -> Point:
    """Return a place at a wall, between the height of a shelf and the ceiling."""
    return rng.uniform((0.05, 0.05, 1.0), (0.3, size[1] - 0.05, size[2] - 0.1))


def _source_place(size: Point, microphone: Point, rng: np.random.Generator) -> Point:
    """Return a place between the floor and a head's height, neither too near nor too far."""
    while True:
        place = rng.uniform((0.2, 0.2, 0.05), (size[0] - 0.2, size[1] - 0.2, 2.0))
        if DISTANCE_M[0] <= np.linalg.norm(place - microphone) <= DISTANCE_M[1]:
            return place


def reverberate(pcm: Pcm, response: Pcm) -> Pcm:
    """Convolve PCM with a response; the result is as long as the PCM."""
    size = 1 << (pcm.size + response.size - 1).bit_length()
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(response, size)
    return fitted(np.fft.irfft(spectrum, size).astype(np.float32), pcm.size)
