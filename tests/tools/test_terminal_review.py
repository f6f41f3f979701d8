"""In the terminal a clip is shown and played, and one key decides."""

import io
import os
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from tools.augmentation.synth_alarms import synthesize_alarm
from tools.data.dataset import Clip
from tools.reviewing.conflicts import Conflict
from tools.reviewing.reviewed_file import ReviewedFile
from tools.reviewing.terminal import review_in_terminal
from tools.reviewing.text_pictures import text_curve, text_spectrogram

LABELS = ("alarm", "others")
# Generated clips: no files are needed.
CLIPS = [Clip(name=f"alarm:{n}", label="alarm", split="train", group=str(n)) for n in range(3)]
CONFLICTS = [
    Conflict(
        clip=clip,
        heard="others",
        own_score=0.04,
        heard_score=0.95,
        scores=np.array([[0.04, 0.96], [0.0, 0.95]], np.float32),
    )
    for clip in CLIPS
]


@pytest.fixture
def reviewed(tmp_path: Path) -> ReviewedFile:
    return ReviewedFile(tmp_path / "reviewed.csv", CLIPS, LABELS)


def review(reviewed: ReviewedFile, monkeypatch: pytest.MonkeyPatch, keys: str) -> list[str]:
    """Press keys, each with Enter, and return the decisions."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{key}\n" for key in keys.split(" "))))
    review_in_terminal(CONFLICTS, LABELS, reviewed)
    return [reviewed.decision(clip.name) for clip in CLIPS]


@pytest.fixture(autouse=True)
def no_player(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize(
    ("keys", "decisions"),
    [
        ("k d u", ["keep", "drop", "unsure"]),
        ("2 1 D", ["others", "keep", "drop"]),
        ("n  d", ["", "", "drop"]),
        ("d b k q", ["keep", "", ""]),
        ("b x p k q", ["keep", "", ""]),
        ("d", ["drop", "", ""]),  # then the input ends
    ],
)
def test_keys_decide_and_move(
    reviewed: ReviewedFile, monkeypatch: pytest.MonkeyPatch, keys: str, decisions: list[str]
) -> None:
    assert review(reviewed, monkeypatch, keys) == decisions


def test_clip_is_shown_with_scores_picture_and_keys(
    reviewed: ReviewedFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    review(reviewed, monkeypatch, "x q")
    said = capsys.readouterr().out
    assert "1/3  alarm:0  (train)" in said
    assert "labeled alarm (4%), but it sounds like others (95%)" in said
    assert f"{'▁' * 72}  alarm" in said
    assert f"{'█' * 72}  others" in said
    assert "█" in said
    assert "1 alarm  2 others" in said
    assert "no such key: x" in said
    assert "play the files by yourself" in said


def test_clip_is_played_by_an_installed_player(
    reviewed: ReviewedFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loudspeaker = tmp_path / "loudspeaker"
    os.mkfifo(loudspeaker)
    player = tmp_path / "aplay"
    player.write_text(f'#!/bin/sh\nexec cat "$2" > {loudspeaker}\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("tools.reviewing.player.PLAYERS", (("aplay", "--quiet"),))
    heard: list[bytes] = []

    def listen_then_quit(prompt: str) -> str:
        heard.append(loudspeaker.read_bytes())
        return "q"

    monkeypatch.setattr("builtins.input", listen_then_quit)
    review_in_terminal(CONFLICTS, LABELS, reviewed)
    assert len(heard) == 1
    with wave.open(io.BytesIO(heard[0])) as sound:
        assert sound.getframerate() == 16000
        assert sound.getnframes() == synthesize_alarm(0).size


def test_picture_shows_where_the_sound_is() -> None:
    frames = np.full((100, 64), -4.0, np.float32)
    frames[50:, 32:] = 2.0  # the high half of the bands in the second half of the time
    picture = text_spectrogram(frames, columns=4, rows=2)
    assert picture == ["  ██", "    "]
    assert text_spectrogram(np.zeros((2, 64), np.float32), rows=2) == ["  ", "  "]


def test_curve_rises_with_the_score() -> None:
    assert text_curve(np.array([0.0, 0.5, 1.0], np.float32), columns=6) == "▁▁▅▅██"
    assert text_curve(np.array([0.0, 1.0, 0.0, 0.0], np.float32), columns=2) == "█▁"
