"""The command as people and scripts call it: on files, standard input and cameras."""

import json
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_guard_engine.card import DEFAULT_MODEL
from tools import listen
from tools.demo_camera.scene import Scene, render, sound
from tools.demo_camera.server import DemoCamera

ROOT = Path(__file__).parents[2]
LABELS = {"alarm", "cry", "dog", "fire", "glass", "others", "presence", "shotgun"}
MakeCamera = Callable[..., DemoCamera]


def write_wav(path: Path, pcm: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((np.clip(pcm, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def scene() -> Scene:
    return render(seed=0)


@pytest.fixture(scope="module")
def scene_file(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Path:
    return write_wav(tmp_path_factory.mktemp("listen") / "scene.wav", scene.pcm)


def run(
    arguments: Sequence[str | Path], capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, Any]]]:
    """Run the command with --json; return its exit code and its lines."""
    code = listen.main([*map(str, arguments), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_a_hop_and_a_line_a_detection(
    scene_file: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run([scene_file], capsys)
    assert code == 0
    hops = [line for line in lines if "scores" in line]
    assert [hop["t"] for hop in hops] == pytest.approx(0.96 + 0.48 * np.arange(len(hops)))
    assert hops[-1]["t"] == pytest.approx(len(scene.pcm) / 16_000, abs=0.48)
    for hop in hops:
        assert set(hop) == {"source", "t", "scores", "level_dbfs"}
        assert hop["source"] == str(scene_file)
        assert set(hop["scores"]) == LABELS
        assert all(0 <= score <= 1 for score in hop["scores"].values())
    detections = [line for line in lines if "detection" in line]
    assert all(set(line) == {"source", "detection", "t", "score"} for line in detections)


def test_hears_alarm_glass_and_dog_when_they_sound(
    scene_file: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    detections = [line for line in run([scene_file], capsys)[1] if "detection" in line]
    for label in ("alarm", "glass", "dog"):
        (event,) = (event for event in scene.events if event.label == label)
        times = [line["t"] for line in detections if line["detection"] == label]
        assert any(event.start_seconds <= t <= event.stop_seconds + 1 for t in times), (
            label,
            detections,
        )


@pytest.mark.parametrize("runtime", ["ncnn", "litert"])
def test_any_runtime_gives_the_same_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], runtime: str
) -> None:
    path = write_wav(tmp_path / "glass.wav", sound("glass", seed=2))
    _, automatic = run([path], capsys)
    _, forced = run([path, "--runtime", runtime], capsys)
    for one, other in zip(automatic, forced, strict=True):
        assert one.get("scores", {}) == pytest.approx(other.get("scores", {}), abs=1e-3)


def test_a_short_file_gives_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run([write_wav(tmp_path / "short.wav", np.zeros(3_200))], capsys)
    assert code == 0
    assert [line["t"] for line in lines] == [0.96]


def test_a_file_that_cannot_be_read_is_one_error_and_the_rest_is_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "letter.wav"
    text.write_text("dear camera")
    empty = tmp_path / "empty.wav"
    empty.touch()
    no_samples = write_wav(tmp_path / "nothing.wav", np.zeros(0))
    good = write_wav(tmp_path / "good.wav", np.zeros(1_600))
    code, lines = run([text, empty, no_samples, tmp_path / "gone.wav", tmp_path, good], capsys)
    assert code == 1
    errors = {line["source"]: line["error"] for line in lines if "error" in line}
    assert set(errors) == {
        str(path) for path in (text, empty, no_samples, tmp_path / "gone.wav", tmp_path)
    }
    assert all(errors.values())
    assert [line["source"] for line in lines if "scores" in line] == [str(good)]


def test_hundreds_of_files_in_one_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [write_wav(tmp_path / f"{index}.wav", np.zeros(800)) for index in range(300)]
    code, lines = run(paths, capsys)
    assert code == 0
    assert [line["source"] for line in lines] == [str(path) for path in paths]


def test_listens_to_a_camera_until_it_ends(
    make_camera: MakeCamera, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = make_camera(sound=scene.pcm[: 16_000 * 10], loop=False, user="joe", password="hunter2")
    code = listen.main([camera.url_with_login, "--json"])
    output = capsys.readouterr()
    assert code == 0
    assert "hunter2" not in output.out + output.err
    lines = [json.loads(line) for line in output.out.splitlines()]
    assert {line["source"] for line in lines} == {camera.url.removesuffix("/live")}
    assert "alarm" in {line.get("detection") for line in lines}


def test_a_camera_that_is_away_is_an_error_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, lines = run(["rtsp://joe:hunter2@127.0.0.1:1/live"], capsys)
    assert code == 1
    assert "refuses the connection" in lines[0]["error"]
    assert "hunter2" not in json.dumps(lines)


def test_reads_standard_input(scene_file: Path) -> None:
    command = [sys.executable, "-m", "tools.listen", "--json", "-"]
    with scene_file.open("rb") as file:
        piped = subprocess.run(command, stdin=file, cwd=ROOT, check=True, capture_output=True)
    lines = [json.loads(line) for line in piped.stdout.splitlines()]
    assert lines[0]["source"] == "-"
    assert "glass" in {line.get("detection") for line in lines}


def test_shows_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_wav(tmp_path / "alarm.wav", np.tile(sound("alarm", seed=2), 1))
    assert listen.main([str(path), str(tmp_path / "gone.wav")]) == 1
    output = capsys.readouterr()
    assert "ALARM" in output.out
    assert "█" in output.out
    assert "gone.wav" in output.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "nope", "x.wav"], f"there is no model 'nope'; installed: {DEFAULT_MODEL}"),
        (["--models", "/nowhere", "x.wav"], "installed: none"),
    ],
)
def test_names_what_is_wrong_with_the_model(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert listen.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_ctrl_c_ends_live_sources(make_camera: MakeCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = make_camera()
    joined = threading.Thread.join

    def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
        if thread.name.startswith("listen") and not listening.is_set():
            listening.set()
            raise KeyboardInterrupt
        joined(thread, timeout)

    listening = threading.Event()
    monkeypatch.setattr(threading.Thread, "join", interrupted)
    assert listen.main([camera.url, "--json"]) == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("listen")]


def test_help_explains_itself() -> None:
    command = [sys.executable, "-m", "tools.listen", "--help"]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "python -m tools.listen some.wav" in text
