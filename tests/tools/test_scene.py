"""Test the demo camera's scene and sounds."""

import subprocess
import sys
import wave

import numpy as np
import pytest

from audio_guard_engine.sounds import SOUNDS
from audio_guard_engine.sounds.alarm import BEEP_SECONDS, CYCLE_SECONDS
from tools.demo_camera import scene
from tools.demo_camera.scene import QUIET_SECONDS, ROOM_TONE_DBFS, SCRIPT, Scene

LABELS = ["alarm", "cry", "dog", "fire", "glass", "others", "presence", "shotgun"]


@pytest.fixture(scope="module")
def rendered() -> Scene:
    return scene.render()


def part(rendered: Scene, start_seconds: float, stop_seconds: float) -> np.ndarray:
    rate_hz = rendered.sample_rate_hz
    return rendered.pcm[round(start_seconds * rate_hz) : round(stop_seconds * rate_hz)]


def rms_dbfs(pcm: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(pcm.astype(np.float64) ** 2)))


def test_every_label_has_a_sound_and_a_cue() -> None:
    assert sorted(SOUNDS) == LABELS
    assert sorted(cue.label for cue in SCRIPT) == LABELS


def test_the_same_seed_gives_the_same_scene(rendered: Scene) -> None:
    again = scene.render()
    assert np.array_equal(again.pcm, rendered.pcm)
    assert again.events == rendered.events


def test_another_seed_gives_another_scene(rendered: Scene) -> None:
    other = scene.render(seed=1)
    assert not np.array_equal(other.pcm[:16_000], rendered.pcm[:16_000])
    assert other.events != rendered.events


def test_the_scene_is_float32_of_60_to_90_seconds(rendered: Scene) -> None:
    assert rendered.pcm.dtype == np.float32
    assert rendered.sample_rate_hz == 16_000
    assert 60 <= len(rendered.pcm) / 16_000 <= 90


@pytest.mark.parametrize("seed", range(1, 4))
def test_nothing_clips(seed: int) -> None:
    assert np.abs(scene.render(seed).pcm).max() < 0.9


def test_events_follow_the_script_with_quiet_between(rendered: Scene) -> None:
    assert [event.label for event in rendered.events] == [cue.label for cue in SCRIPT]
    end = len(rendered.pcm) / rendered.sample_rate_hz
    starts = [event.start_seconds for event in rendered.events] + [end]
    stops = [0.0] + [event.stop_seconds for event in rendered.events]
    for stop, start in zip(stops, starts, strict=True):
        assert start - stop == pytest.approx(QUIET_SECONDS, abs=0.001)
        assert rms_dbfs(part(rendered, stop, start)) == pytest.approx(ROOM_TONE_DBFS, abs=2)


def test_events_peak_at_their_level(rendered: Scene) -> None:
    for event in rendered.events:
        heard = part(rendered, event.start_seconds, event.stop_seconds)
        peak_dbfs = 20 * np.log10(np.abs(heard).max())
        assert peak_dbfs == pytest.approx(SOUNDS[event.label].peak_dbfs, abs=0.2)
        assert -20 <= SOUNDS[event.label].peak_dbfs <= -3


@pytest.mark.parametrize("sample_rate_hz", [8_000, 48_000])
def test_another_rate_keeps_the_timetable(rendered: Scene, sample_rate_hz: int) -> None:
    other = scene.render(sample_rate_hz=sample_rate_hz)
    assert other.events == rendered.events
    assert len(other.pcm) == round(len(rendered.pcm) * sample_rate_hz / 16_000)


@pytest.mark.parametrize("label", LABELS)
def test_one_sound_is_the_one_of_the_scene(rendered: Scene, label: str) -> None:
    single = scene.sound(label)
    event = next(event for event in rendered.events if event.label == label)
    heard = part(rendered, event.start_seconds, event.stop_seconds)
    assert single.dtype == np.float32
    assert np.abs(heard - single).max() < 0.01  # the room tone


def test_an_unknown_sound_raises() -> None:
    with pytest.raises(KeyError, match="meow"):
        scene.sound("meow")


def test_the_alarm_beeps_in_temporal_three() -> None:
    pcm = scene.sound("alarm")
    level = np.sqrt(np.mean(pcm[: len(pcm) // 800 * 800].reshape(-1, 800) ** 2, axis=1))  # 50 ms
    starts = [0.0, 1.0, 2.0, CYCLE_SECONDS, CYCLE_SECONDS + 1, CYCLE_SECONDS + 2]
    beeps = [level[round((start + BEEP_SECONDS / 2) * 20)] for start in starts]
    gaps = [level[round((start + BEEP_SECONDS + 0.4) * 20)] for start in starts]
    assert min(beeps) > 5 * max(gaps)  # the room still rings
    spectrum = np.abs(np.fft.rfft(pcm))
    loudest_hz = np.argmax(spectrum) * 16_000 / len(pcm)
    assert 3000 < loudest_hz < 3250


def test_the_module_writes_a_wav_and_prints_the_timetable(tmp_path, rendered: Scene) -> None:
    out = tmp_path / "scene.wav"
    command = [sys.executable, "-W", "error", "-m", "tools.demo_camera.scene", str(out)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(printed.splitlines()) == len(rendered.events)
    for line, event in zip(printed.splitlines(), rendered.events, strict=True):
        assert event.title in line
    with wave.open(str(out)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert np.abs(pcm - rendered.pcm).max() <= 2**-16 + 1e-9
