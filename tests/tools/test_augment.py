"""Augmentations keep what they promise: length, level, signal-to-noise ratio, band."""

import numpy as np
import pytest

from tools.augmentation.augment import (
    camera,
    clip_peaks,
    decode_mu_law,
    encode_mu_law,
    gain,
    mix,
    rms,
    speed,
    telephone,
)
from tools.augmentation.rooms import reverberate, room_response


def noise(seconds: float, seed: int = 0, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(int(seconds * 16000))
    return (level * samples).astype(np.float32)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 25.0])
def test_mix_reaches_the_signal_to_noise_ratio(snr_db: float) -> None:
    event = noise(1.0)
    added = mix(event, noise(0.3, seed=1, level=0.7), snr_db, rms(event)) - event
    assert 20 * np.log10(rms(event) / rms(added)) == pytest.approx(snr_db, abs=0.1)


def test_mix_with_silence_changes_nothing() -> None:
    event = noise(0.5)
    assert mix(event, np.zeros(100, np.float32), 0.0, rms(event)) is event
    assert mix(event, noise(0.5), 0.0, 0.0) is event


def test_gain_is_in_decibels() -> None:
    assert rms(gain(noise(1.0), -20)) == pytest.approx(rms(noise(1.0)) / 10, rel=1e-5)


def test_telephone_takes_away_what_is_above_4_khz() -> None:
    spectrum = np.abs(np.fft.rfft(telephone(noise(2.0)))) ** 2
    hertz = np.fft.rfftfreq(32000, 1 / 16000)
    assert spectrum[hertz > 4200].sum() < 1e-4 * spectrum[hertz < 3500].sum()
    before = np.abs(np.fft.rfft(noise(2.0))) ** 2
    low = (hertz > 300) & (hertz < 3000)
    assert spectrum[low].sum() == pytest.approx(before[low].sum(), rel=0.1)


def test_telephone_keeps_silence_and_odd_lengths() -> None:
    assert not telephone(np.zeros(1001, np.float32)).any()
    assert telephone(noise(1.0)[:15999]).shape == (15999,)


def test_mu_law_is_fine_for_quiet_sound() -> None:
    pcm = np.linspace(-1, 1, 4001)
    error = np.abs(decode_mu_law(encode_mu_law(pcm)) - pcm)
    assert error.max() < 0.03
    assert error[np.abs(pcm) < 0.01].max() < 1e-3


def test_speed_moves_the_pitch() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    faster = speed(tone, 1.25)
    assert faster.size == 12800
    assert np.abs(np.fft.rfft(faster)).argmax() / 0.8 == pytest.approx(1250, abs=2)


def test_clip_peaks_cuts_at_a_share() -> None:
    pcm = noise(0.5)
    assert np.abs(clip_peaks(pcm, 0.3)).max() == pytest.approx(0.3 * np.abs(pcm).max())


def test_room_keeps_length_and_adds_a_tail() -> None:
    click = np.zeros(16000, np.float32)
    click[1000] = 1.0
    for seed in range(5):
        response = room_response(np.random.default_rng(seed))
        assert rms(response) * np.sqrt(response.size) == pytest.approx(1.0, rel=1e-4)
        heard = reverberate(click, response)
        assert heard.size == click.size
        assert not np.abs(heard[:999]).max() > 1e-5
        assert np.abs(heard[1500:3000]).max() > 1e-4


def test_camera_is_repeatable_and_in_range() -> None:
    event = np.concatenate((np.zeros(8000), noise(0.3, level=0.3), np.zeros(8000)))
    event = event.astype(np.float32)
    for seed in range(30):
        first, again = (
            camera(event, np.random.default_rng(seed), lambda rng: noise(1.0, seed=2))
            for _ in range(2)
        )
        assert np.array_equal(first, again)
        assert first.shape == event.shape
        assert first.dtype == np.float32
        assert np.isfinite(first).all()
        assert np.abs(first).max() < 1.3
        assert first.any()


def test_camera_leaves_silence_silent() -> None:
    silence = np.zeros(16000, np.float32)
    for seed in range(10):
        assert not camera(silence, np.random.default_rng(seed), lambda rng: noise(1.0)).any()
