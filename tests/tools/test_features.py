"""Clips are decoded whole and windows are cut as the engine cuts them."""

import wave
from pathlib import Path

import numpy as np
import pytest

from tools.data.dataset import Clip, DatasetError
from tools.windows.features import FRONT_END, decode, load_pcm, loud, window_energy, window_frames


def write_wav(path: Path, pcm: np.ndarray, rate: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((pcm * 32767).astype("<i2").tobytes())
    return path


def tone(seconds: float, rate: int = 16000) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)


def test_decodes_to_16_khz_mono(tmp_path: Path) -> None:
    pcm = decode(write_wav(tmp_path / "a.wav", tone(1.0)))
    assert np.abs(pcm - tone(1.0)).max() < 1e-4
    resampled = decode(write_wav(tmp_path / "b.wav", tone(1.0, 48000), 48000))
    assert abs(resampled.size - 16000) < 200
    assert 0.45 < np.abs(resampled).max() < 0.55


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"no sound at all" * 50, "no audio that FFmpeg can decode")],
)
def test_broken_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"broken\.wav: .*{message}"):
        decode(path)


def test_wav_without_samples_and_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no sample|no audio"):
        decode(write_wav(tmp_path / "none.wav", np.zeros(0)))
    with pytest.raises(DatasetError, match="cannot be read"):
        decode(tmp_path / "missing.wav")


@pytest.mark.parametrize(("seconds", "windows"), [(0.2, 1), (0.96, 1), (1.0, 2), (2.4, 4)])
def test_last_partial_window_counts(seconds: float, windows: int) -> None:
    frames = window_frames(tone(seconds).astype(np.float32))
    assert frames.shape == (96 + 48 * (windows - 1), FRONT_END.mel_bands)


def test_only_windows_near_the_loudest_carry_the_label() -> None:
    pcm = np.concatenate((1e-3 * tone(2.0), tone(0.5), 1e-3 * tone(2.0))).astype(np.float32)
    energy = window_energy(pcm, 450)
    kept = np.flatnonzero(loud(energy, 20.0)) * 160 / 16000
    assert 2.0 - 0.96 <= kept.min() < 1.2
    assert 2.3 < kept.max() <= 2.5


@pytest.mark.parametrize("name", ["alarm:3", "background:0", "background:5"])
def test_generated_clips_depend_on_their_seed_alone(name: str) -> None:
    clip = Clip(name=name, label="alarm", split="train", group=name)
    assert np.array_equal(load_pcm(clip), load_pcm(clip))
    assert np.abs(load_pcm(clip)).max(initial=0) <= 1
    if name != "background:0":
        other = Clip(name=f"{name}1", label="alarm", split="train", group=name)
        assert not np.array_equal(load_pcm(clip), load_pcm(other))


def test_silence_is_among_the_generated_backgrounds() -> None:
    clip = Clip(name="background:0", label="others", split="train", group="silence")
    assert not load_pcm(clip).any()


def test_generated_alarm_beeps_at_an_alarms_pitch() -> None:
    for seed in range(12):
        clip = Clip(name=f"alarm:{seed}", label="alarm", split="train", group="a")
        pcm = load_pcm(clip)
        peak_hz = np.abs(np.fft.rfft(pcm)).argmax() / (pcm.size / 16000)
        assert 490 < peak_hz < 550 or 2850 < peak_hz < 3450
        assert (np.abs(pcm.reshape(-1, 160)).max(axis=1) < 0.1 * np.abs(pcm).max()).mean() > 0.1
