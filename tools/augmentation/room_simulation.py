"""Simulate a room of a home, heard from where a camera hangs: what pyroomacoustics is asked for."""

import numpy as np
import pyroomacoustics as acoustics
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm

Point = NDArray[np.float64]

SMALLEST_M = (2.0, 2.0, 2.3)
LARGEST_M = (10.0, 6.0, 3.2)  # in larger ones the shortest decay would need walls that swallow all
DECAY_SECONDS = (0.15, 0.7)  # by Sabine's formula; what comes out lasts 0.1-1.0 s
DISTANCE_M = (0.5, 8.0)
BANDS_HZ = (125, 250, 500, 1000, 2000, 4000)
MOST_TILT = 1.5
LEAD_SAMPLES = 4  # the direct sound falls between samples: its first ripples stay


def simulate(rng: np.random.Generator) -> Pcm:
    """Return the impulse response of a random room, from the direct sound on, with unit energy."""
    size = rng.uniform(SMALLEST_M, LARGEST_M)
    microphone = _camera_place(size, rng)
    source = _source_place(size, microphone, rng)
    whole = _trace(size, source, microphone, rng)
    travel = np.linalg.norm(source - microphone) / acoustics.constants.get("c")
    filter_delay = acoustics.constants.get("frac_delay_length") // 2
    response = whole[int(travel * SAMPLE_RATE_HZ) + filter_delay - LEAD_SAMPLES :]
    return (response / np.linalg.norm(response)).astype(np.float32)


def _camera_place(size: Point, rng: np.random.Generator) -> Point:
    """Return a place at a wall, between the height of a shelf and the ceiling."""
    return rng.uniform((0.05, 0.05, 1.0), (0.3, size[1] - 0.05, size[2] - 0.1))


def _source_place(size: Point, microphone: Point, rng: np.random.Generator) -> Point:
    """Return a place between the floor and a head's height, neither too near nor too far."""
    while True:
        place = rng.uniform((0.2, 0.2, 0.05), (size[0] - 0.2, size[1] - 0.2, 2.0))
        if DISTANCE_M[0] <= np.linalg.norm(place - microphone) <= DISTANCE_M[1]:
            return place


def _trace(
    size: Point, source: Point, microphone: Point, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Compute a response: the first echoes by image sources, the others by traced rays."""
    acoustics.constants.set("num_threads", 1)  # clips are worked on side by side already
    acoustics.random.seed(int(rng.integers(2**63)))
    room = acoustics.ShoeBox(
        size,
        fs=SAMPLE_RATE_HZ,
        materials=_walls(size, rng),
        max_order=3,
        ray_tracing=True,
        air_absorption=True,
    )
    room.set_ray_tracing(energy_thres=1e-5)
    room.add_source(source)
    room.add_microphone(microphone)
    room.compute_rir()
    return np.asarray(room.rir[0][0])


def _walls(size: Point, rng: np.random.Generator) -> acoustics.Material:
    """Return walls that take more of the high tones, as furniture and curtains do."""
    absorption, _ = acoustics.inverse_sabine(rng.uniform(*DECAY_SECONDS), size)
    tilt = rng.uniform(1.0, MOST_TILT)
    taken = absorption * np.geomspace(1 / tilt, tilt, len(BANDS_HZ))
    return acoustics.Material(
        {
            "description": "walls",
            "coeffs": np.minimum(taken, 1.0).tolist(),
            "center_freqs": list(BANDS_HZ),
        }
    )
