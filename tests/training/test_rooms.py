"""Rooms keep length, level and time, and ring as long as homes do."""

import subprocess
import sys

import numpy as np
import pyroomacoustics
import pytest

from tools.augmentation.pcm import Pcm, rms
from tools.augmentation.room_simulation import LEAD_SAMPLES
from tools.augmentation.rooms import numbered_response, reverberate, room_response

ROOMS = range(12)


def early_share(response: Pcm) -> float:
    """Return how much of the energy comes with the direct sound."""
    return float(np.square(response[:40]).sum())


@pytest.mark.parametrize("number", ROOMS)
def test_a_response_has_unit_energy_and_begins_with_the_direct_sound(number: int) -> None:
    response = numbered_response(number)
    assert rms(response) * np.sqrt(response.size) == pytest.approx(1.0, rel=1e-4)
    direct = np.abs(response[LEAD_SAMPLES : LEAD_SAMPLES + 2]).max()
    assert direct > 0.1 * np.abs(response).max()
    assert direct > 3 * np.abs(response[:2]).max()


def test_rooms_ring_as_long_as_homes_do() -> None:
    decays = [
        pyroomacoustics.experimental.measure_rt60(numbered_response(number), fs=16000, decay_db=30)
        for number in ROOMS
    ]
    assert 0.1 < min(decays) < 0.35
    assert 0.6 < max(decays) < 1.3


def test_some_sources_are_near_and_some_far() -> None:
    shares = [early_share(numbered_response(number)) for number in ROOMS]
    assert min(shares) < 0.2
    assert max(shares) > 0.4


def test_a_number_always_makes_the_same_room() -> None:
    made = numbered_response(3)
    numbered_response.cache_clear()
    numbered_response(5)
    assert np.array_equal(made, numbered_response(3))
    assert not np.array_equal(made[:1000], numbered_response(4)[:1000])


def test_the_generator_chooses_the_room() -> None:
    first, again = (room_response(np.random.default_rng(1)) for _ in range(2))
    assert first is again
    assert first is not room_response(np.random.default_rng(2))


def test_nobody_can_spoil_a_shared_response() -> None:
    with pytest.raises(ValueError, match="read-only"):
        numbered_response(0)[0] = 1.0


def test_sound_keeps_its_length_and_its_beginning() -> None:
    click = np.zeros(16000, np.float32)
    click[1000] = 1.0
    for number in ROOMS:
        heard = reverberate(click, numbered_response(number))
        assert heard.shape == click.shape
        assert heard.dtype == np.float32
        assert np.abs(heard[:1000]).max() < 1e-5
        assert np.abs(heard[1000:1010]).max() > 0.02
        assert np.abs(heard[1500:3000]).max() > 1e-4


@pytest.mark.parametrize("samples", [1, 1600])
def test_short_sounds_keep_their_length(samples: int) -> None:
    assert reverberate(np.ones(samples, np.float32), numbered_response(0)).shape == (samples,)


def test_a_process_that_makes_no_room_does_not_load_the_simulation() -> None:
    check = "import sys, tools.augmentation.augment; sys.exit('scipy' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
