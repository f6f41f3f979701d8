"""Decisions are on disk at once, the file is always whole, and a list that is there goes on."""

import csv
import errno
from pathlib import Path

import numpy as np
import pytest

from tools.data.corrections import read_corrections
from tools.data.dataset import Clip, DatasetError
from tools.reviewing.conflicts import Conflict
from tools.reviewing.reviewed_file import ReviewedFile

LABELS = ("cry", "dog")
CLIPS = [Clip(name=f"{n}.wav", label="dog", split="train", group=str(n)) for n in range(3)]


def conflict(number: int) -> Conflict:
    return Conflict(
        clip=CLIPS[number],
        heard="cry",
        own_score=0.0251,
        heard_score=0.9,
        scores=np.zeros((1, 2), np.float32),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "reviewed.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_decisions_are_saved_one_by_one_and_can_be_changed(path: Path) -> None:
    reviewed = ReviewedFile(path, CLIPS, LABELS)
    reviewed.decide(conflict(0), "drop")
    assert rows_of(path) == [
        {
            "path": "0.wav",
            "label": "dog",
            "decision": "drop",
            "split": "train",
            "heard": "cry",
            "heard_score": "0.900",
            "own_score": "0.025",
        }
    ]
    reviewed.decide(conflict(1), "cry")
    reviewed.decide(conflict(0), "dog")
    assert [row["decision"] for row in rows_of(path)] == ["keep", "cry"]
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert read_corrections([path], CLIPS, LABELS).clips == {"0.wav": "keep", "1.wav": "cry"}


def test_list_that_is_there_goes_on_with_what_people_added(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("path,label,decision,remark\n0.wav,dog,unsure,far away\n1.wav,dog,,\n")
    reviewed = ReviewedFile(path, CLIPS, LABELS)
    assert len(reviewed) == 1
    assert [reviewed.decision(clip.name) for clip in CLIPS] == ["unsure", "", ""]
    reviewed.decide(conflict(2), "keep")
    rows = rows_of(path)
    assert [row["decision"] for row in rows] == ["unsure", "", "keep"]
    assert rows[0]["remark"] == "far away"


def test_list_of_other_data_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("path,label,decision\nelsewhere.wav,dog,drop\n")
    with pytest.raises(DatasetError, match=r"line 2: no clip 'elsewhere\.wav'"):
        ReviewedFile(path, CLIPS, LABELS)


def test_list_of_windows_is_not_written_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("path,label,start_seconds,proposal\n0.wav,dog,0.00,drop\n")
    with pytest.raises(DatasetError, match=r"reviewed\.csv: is a list of windows"):
        ReviewedFile(path, CLIPS, LABELS)


def test_full_disk_loses_no_decision(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed = ReviewedFile(path, CLIPS, LABELS)
    reviewed.decide(conflict(0), "drop")

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(csv.DictWriter, "writerows", full)
        with pytest.raises(OSError, match="No space left"):
            reviewed.decide(conflict(1), "drop")
    assert [row["path"] for row in rows_of(path)] == ["0.wav"]
    assert reviewed.decision("1.wav") == ""
    reviewed.decide(conflict(1), "keep")
    assert [row["decision"] for row in rows_of(path)] == ["drop", "keep"]
