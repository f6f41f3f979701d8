"""The sound of a stream is what its plan says, at the level asked for, whatever stretch is read."""

from itertools import pairwise

import numpy as np
import pytest

from tests.stream_sounds import home, noise, store_of, tone
from tools.augmentation.pcm import loudest_rms, rms
from tools.streams.lines import LINES, read_through
from tools.streams.plan import Plan, event_plan, take_sound
from tools.streams.sound import LOUDEST_PEAK, QUIETEST_BACKGROUND, StreamSound
from tools.windows.pcm_store import PcmStore


@pytest.fixture(scope="module")
def store() -> PcmStore:
    return home()


@pytest.fixture(scope="module")
def plan(store: PcmStore) -> Plan:
    return event_plan(store, "others", seed=0)


def test_any_stretches_make_the_same_sound(store: PcmStore, plan: Plan) -> None:
    sound = StreamSound(store, plan, snr_db=30.0)
    whole = sound.read(0, plan.samples)
    edges = [
        0,
        *sorted(np.random.default_rng(0).integers(0, plan.samples, 9).tolist()),
        plan.samples,
    ]
    parts = [sound.read(a, b) for a, b in pairwise(edges)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


@pytest.mark.parametrize("snr_db", [0.0, 20.0, 40.0])
def test_event_stands_out_by_the_ratio(store: PcmStore, plan: Plan, snr_db: float) -> None:
    """At 40 dB the mix would be too loud, is turned down, and the ratio holds nevertheless."""
    mixed = StreamSound(store, plan, snr_db)
    alone = StreamSound(store, Plan(background=plan.background, events=(), samples=plan.samples))
    for event in plan.events:
        heard = mixed.read(event.start, event.stop)
        under = alone.read(event.start, event.stop)
        pure = take_sound(store, event.take)
        basis = np.stack((pure, under), axis=1).astype(np.float64)
        (of_event, of_background), *_ = np.linalg.lstsq(basis, heard, rcond=None)
        measured = of_event * loudest_rms(pure) / (of_background * rms(under))
        assert 20 * np.log10(measured) == pytest.approx(snr_db, abs=0.05)
        assert np.abs(heard).max() <= LOUDEST_PEAK + 1e-4
        assert (of_background < 0.9) == (snr_db == 40.0)


def test_background_keeps_its_level_away_from_events(store: PcmStore, plan: Plan) -> None:
    loud, alone = (
        StreamSound(
            store, Plan(background=plan.background, events=events, samples=plan.samples), 40.0
        )
        for events in (plan.events, ())
    )
    middle = (plan.events[0].stop + plan.events[1].start) // 2
    np.testing.assert_array_equal(
        loud.read(middle - 8_000, middle), alone.read(middle - 8_000, middle)
    )


def test_recordings_fade_into_each_other_without_a_click() -> None:
    steady = np.full(80_000, 0.25, np.float32)
    plan = event_plan(store_of(("others", steady)), "others", 0)
    heard = StreamSound(store_of(("others", steady)), plan).read(1_000, plan.samples)
    np.testing.assert_allclose(heard, 0.25, atol=1e-4)


def test_event_in_digital_silence_is_heard_quietly() -> None:
    silence = np.zeros(80_000, np.float32)
    silence[[0, -1]] = 1e-3
    store = store_of(("others", silence), ("dog", tone(500, 1.0)))
    plan = event_plan(store, "others", 0)
    (event,) = plan.events
    heard = StreamSound(store, plan, snr_db=20.0).read(event.start, event.stop)
    assert loudest_rms(heard) == pytest.approx(10 * QUIETEST_BACKGROUND, rel=0.1)


def test_there_is_silence_around_the_stream(store: PcmStore, plan: Plan) -> None:
    sound = StreamSound(store, plan)
    assert not sound.read(-1_000, 0).any()
    assert not sound.read(plan.samples, plan.samples + 1_000).any()
    assert sound.read(-100, 900).size == 1_000


def test_telephone_line_carries_nothing_above_4_khz() -> None:
    pcm = noise(0, 3.0, level=0.1)
    levels = {}
    for line in ("plain", "mu_law"):
        heard = read_through(LINES[line], lambda start, stop: _cut(pcm, start, stop))(
            16_000, 32_000
        )
        power = np.square(np.abs(np.fft.rfft(heard)))
        levels[line] = 10 * np.log10(power[4_200:].sum() / power[300:3_000].sum())
    assert levels["plain"] > 0
    assert levels["plain"] > 0
    assert levels["mu_law"] < -30


def test_lines_keep_the_time() -> None:
    pcm = noise(1, 3.0, level=0.1)
    for line in ("plain", "mu_law", "opus"):
        heard = read_through(LINES[line], lambda start, stop: _cut(pcm, start, stop))(
            16_000, 32_000
        )
        spectrum = np.fft.rfft(heard) * np.conj(np.fft.rfft(pcm[16_000:32_000]))
        assert np.argmax(np.fft.irfft(spectrum)) == pytest.approx(0, abs=2), line


def _cut(pcm: np.ndarray, start: int, stop: int) -> np.ndarray:
    return np.pad(pcm, 48_000)[start + 48_000 : stop + 48_000]
