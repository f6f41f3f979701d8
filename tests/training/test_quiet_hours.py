"""Hours in which nothing happens sound as they should, and what a model raises in them is counted."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.stream_sounds import listener, noise, store_of, tone
from tools.measures import quiet_hours as measured
from tools.measures.quiet_hours import quiet_hours, quiet_hours_text, quiet_recordings
from tools.streams import quiet_sounds
from tools.streams.quiet_sounds import KINDS, quiet_sound

SECOND = 16_000


def hears_a_dog_in_noise(patches: np.ndarray) -> np.ndarray:
    dog = patches.mean(axis=(1, 2)) > np.log(0.02)
    return np.stack((dog, np.zeros_like(dog), ~dog), axis=1).astype(np.float32)


def loudness(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(pcm**2)))


@pytest.mark.parametrize("kind", KINDS)
def test_stretches_are_those_of_the_whole(kind: str) -> None:
    whole = quiet_sound(kind, 1)(0, 31 * SECOND)
    read = quiet_sound(kind, 1)
    edges = (0, 7_777, 29 * SECOND, 30 * SECOND + 5, 31 * SECOND)
    parts = [read(a, b) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert np.abs(whole).max() <= 1.0
    assert (loudness(whole) > 10 ** (-62 / 20)) == (kind != "silence")


def test_there_is_silence_before_the_start() -> None:
    heard = quiet_sound("white noise", 1)(-SECOND, SECOND)
    assert not heard[:SECOND].any()
    assert heard[SECOND:].any()


def test_noises_have_their_color() -> None:
    white, pink = (
        np.abs(np.fft.rfft(quiet_sound(kind, 1)(SECOND, 25 * SECOND))) ** 2
        for kind in ("white noise", "pink noise")
    )
    low, high = slice(24 * 100, 24 * 200), slice(24 * 3_200, 24 * 6_400)
    assert white[low].mean() / white[high].mean() == pytest.approx(1.0, abs=0.15)
    assert pink[low].mean() / pink[high].mean() == pytest.approx(32.0, rel=0.2)


def test_hum_is_of_the_mains() -> None:
    spectrum = np.abs(np.fft.rfft(quiet_sound("mains hum", 1)(SECOND, 21 * SECOND)))
    strongest = np.argsort(spectrum)[-5:] / 20
    assert (np.minimum(strongest % 50, strongest % 60) < 0.1).all()


def test_levels_change_and_blocks_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_sounds, "DIFFERENT_BLOCKS", 2)
    read = quiet_sound("white noise", 1)
    step = 30 * SECOND - 800
    first, second, third = (read(n * step + SECOND, (n + 1) * step - SECOND) for n in range(3))
    ratio = loudness(third) / loudness(first)
    np.testing.assert_allclose(third, first * ratio, atol=1e-6)
    assert ratio != pytest.approx(1.0, abs=0.01)
    assert np.abs(np.corrcoef(first, second)[0, 1]) < 0.01


def test_alerts_are_counted_by_sound_line_and_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "KINDS", {"silence": None, "white noise": None})
    figures = quiet_hours(listener(), hours=0.01)
    assert figures["silence"]["alerts"]["plain"] == {"dog": 0, "glass": 0}
    assert set(figures["white noise"]["alerts"]) == {"plain", "mu_law"}
    jumpy = replace(listener(), score=hears_a_dog_in_noise)
    text = quiet_hours_text(quiet_hours(jumpy, hours=0.01, lines=("plain",)))
    assert "| silence | 0.01 | none |" in text
    assert "| white noise | 0.01 | 1 dog |" in text


def test_recordings_of_a_kind_sound_by_themselves() -> None:
    bark = noise(1, 10.0) + tone(500, 10.0, 0.1)
    store = store_of(("others", bark), *(("others", noise(seed, 10.0)) for seed in (2, 3)))
    chosen = {"speech": {"others0", "others1"}, "music": {"others2"}, "rain": set()}
    figures = quiet_recordings(listener(), store, chosen, lines=("plain",))
    assert list(figures) == ["speech, recorded", "music, recorded"]
    assert figures["speech, recorded"]["alerts"]["plain"] == {"dog": 1, "glass": 0}
    assert figures["music, recorded"]["alerts"]["plain"] == {"dog": 0, "glass": 0}
    assert figures["speech, recorded"]["hours"] == pytest.approx(20 / 3600, abs=1e-3)
