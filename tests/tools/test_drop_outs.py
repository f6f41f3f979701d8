"""Lost packets leave silence or what came before; the rest of the sound is untouched."""

import numpy as np
import pytest

from tools.augmentation.drop_outs import PACKET_SAMPLES, drop_outs
from tools.augmentation.pcm import Pcm

RAMP = np.linspace(0.1, 1.0, 32000, dtype=np.float32)


def lossy(pcm: Pcm, seed: int, *, repeat: bool = False, losses_per_second: float = 1.0) -> Pcm:
    return drop_outs(
        pcm, np.random.default_rng(seed), losses_per_second=losses_per_second, repeat=repeat
    )


def lost_runs(heard: Pcm) -> np.ndarray:
    """Return the lengths of the stretches that differ from the ramp."""
    edges = np.flatnonzero(np.diff(np.pad(heard != RAMP, 1).astype(int)))
    return edges[1::2] - edges[::2]


def test_lost_packets_are_silent_for_20_to_200_ms() -> None:
    runs = np.concatenate(
        [lost_runs(lossy(RAMP, seed, losses_per_second=0.5)) for seed in range(60)]
    )
    assert len(runs) > 30
    whole = runs[runs % PACKET_SAMPLES == 0]
    assert len(whole) > 0.8 * len(runs)  # the others were cut by the end
    assert whole.min() == PACKET_SAMPLES
    assert np.median(whole) < 10 * PACKET_SAMPLES
    assert all((lossy(RAMP, seed)[lossy(RAMP, seed) != RAMP] == 0).all() for seed in range(9))


def test_losses_come_as_often_as_asked_for() -> None:
    counts = [len(lost_runs(lossy(RAMP, seed, losses_per_second=0.5))) for seed in range(200)]
    assert np.mean(counts) == pytest.approx(1.0, abs=0.25)


def test_repeated_packets_are_what_came_before() -> None:
    for seed in range(20):
        heard = lossy(RAMP, seed, repeat=True, losses_per_second=0.5)
        differs = np.flatnonzero(heard != RAMP)
        assert heard[differs].all()
        assert np.isin(heard, RAMP).all()
        assert (heard[differs] < RAMP[differs]).all()


def test_no_losses_leave_the_sound_alone() -> None:
    assert np.array_equal(lossy(RAMP, 0, losses_per_second=0.0), RAMP)


def test_the_clip_itself_is_not_changed_and_the_seed_decides() -> None:
    sound = RAMP.copy()
    first, again = (lossy(sound, 4, losses_per_second=5.0) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(sound, RAMP)
    assert not np.array_equal(first, lossy(sound, 5, losses_per_second=5.0))


@pytest.mark.parametrize("samples", [0, 1, 1600])
@pytest.mark.parametrize("repeat", [True, False])
def test_short_sounds_keep_their_length(samples: int, repeat: bool) -> None:
    for seed in range(9):
        heard = lossy(RAMP[:samples], seed, repeat=repeat, losses_per_second=50.0)
        assert heard.shape == (samples,)
        assert np.isfinite(heard).all()
