"""The data set is read whole, and what is wrong with it is named."""

import csv
from pathlib import Path

import pytest

from tools.data.dataset import (
    SPLITS,
    Clip,
    DatasetError,
    check_groups,
    read_dataset,
    require_every_label,
    select,
)

LABELS = ("alarm", "others")


def write_catalogue(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "catalogue.csv"
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(**changes: str) -> dict[str, str]:
    return {"path": "a.ogg", "label": "alarm", "split": "train", "group": "a"} | changes


def test_catalogue_gives_clips_with_paths_beside_it(tmp_path: Path) -> None:
    catalogue = write_catalogue(tmp_path, [row(), row(path="b.ogg", group="b", split="val")])
    clips = read_dataset(catalogue, LABELS)
    assert clips == read_dataset(tmp_path, LABELS)
    assert [clip.path for clip in clips] == [tmp_path / "a.ogg", tmp_path / "b.ogg"]
    assert [clip.name for clip in select(clips, "val")] == ["b.ogg"]


def test_missing_data_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere: no such file or folder; pass a catalogue"):
        read_dataset(tmp_path / "nowhere", LABELS)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"path": "a.ogg", "label": "alarm"}], "no column split, group"),
        ([row(label="cat")], "line 2: label 'cat' is none of alarm, others"),
        ([row(split="exam")], "line 2: split 'exam' is none of train, val, test"),
        ([row(), row(path="b.ogg", split="test")], r"b\.ogg: its group a is in train and in test"),
    ],
)
def test_bad_catalogue_is_refused(tmp_path: Path, rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_dataset(write_catalogue(tmp_path, rows), LABELS)


def test_label_without_clips_is_named(tmp_path: Path) -> None:
    clips = read_dataset(write_catalogue(tmp_path, [row()]), LABELS)
    with pytest.raises(DatasetError, match="no train clip of others; add recordings"):
        require_every_label(clips, LABELS, "train", tmp_path)


def test_folder_per_class_is_split_the_same_way_each_time(tmp_path: Path) -> None:
    for label in LABELS:
        (tmp_path / label).mkdir()
        for number in range(10):
            (tmp_path / label / f"{number}.wav").touch()
    clips = read_dataset(tmp_path, LABELS)
    assert clips == read_dataset(tmp_path, LABELS)
    for label in LABELS:
        splits = [clip.split for clip in clips if clip.label == label]
        assert {split: splits.count(split) for split in splits} == {
            "train": 6,
            "val": 2,
            "test": 2,
        }


@pytest.mark.parametrize(
    ("count", "splits"),
    [
        (1, ["train"]),
        (2, ["train", "val"]),
        (3, ["train", "val", "test"]),
        (4, ["train", "train", "val", "test"]),
        (5, ["train", "train", "train", "val", "test"]),
        (6, ["train", "train", "train", "train", "val", "test"]),
    ],
)
def test_small_class_has_clips_to_train_and_choose_by_first(
    tmp_path: Path, count: int, splits: list[str]
) -> None:
    (tmp_path / "alarm").mkdir()
    for number in range(count):
        (tmp_path / "alarm" / f"{number}.wav").touch()
    clips = read_dataset(tmp_path, LABELS[:1])
    assert sorted((clip.split for clip in clips), key=SPLITS.index) == splits


def test_empty_class_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "alarm").mkdir()
    with pytest.raises(DatasetError, match=r"alarm: holds no audio; put recordings of alarm"):
        read_dataset(tmp_path, LABELS)
    (tmp_path / "alarm" / "a.wav").touch()
    with pytest.raises(DatasetError, match=r"others: no such folder; make it"):
        read_dataset(tmp_path, LABELS)


@pytest.mark.recordings
def test_no_recording_spans_splits_of_the_catalogue(sounds: Path) -> None:
    labels = ("alarm", "cry", "dog", "fire", "glass", "others", "presence", "shotgun")
    clips = read_dataset(sounds, labels)
    groups = {split: {c.group for c in select(clips, split)} for split in ("train", "val", "test")}
    assert all(groups.values())
    assert not groups["train"] & groups["val"]
    assert not (groups["train"] | groups["val"]) & groups["test"]


def test_group_check_can_fail() -> None:
    clip = Clip(name="a", label="alarm", split="train", group="g")
    other = Clip(name="b", label="alarm", split="val", group="g")
    with pytest.raises(DatasetError):
        check_groups([clip, other])
