"""Reviewed lists change what they name, never the test split, and say what does not fit."""

from pathlib import Path

import pytest

from tools.data.corrections import Corrections, correct, list_facts, read_corrections, summary
from tools.data.dataset import Clip, DatasetError

LABELS = ("cry", "dog", "others")
CLIPS = [
    Clip(name=name, label=label, split=split, group=name)
    for name, label, split in (
        ("a.wav", "dog", "train"),
        ("b.wav", "others", "train"),
        ("c.wav", "others", "val"),
        ("d.wav", "dog", "test"),
    )
]


def clip_list(folder: Path, *rows: str, name: str = "reviewed.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(("path,label,decision", *rows)) + "\n")
    return path


def window_list(folder: Path, *rows: str, name: str = "proposals.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(("path,label,start_seconds,proposal", *rows)) + "\n")
    return path


def corrected(*lists: Path) -> dict[str, Clip]:
    clips = correct(CLIPS, read_corrections(lists, CLIPS, LABELS))
    return {clip.name: clip for clip in clips}


def test_clips_are_dropped_relabeled_and_vouched_for(tmp_path: Path) -> None:
    clips = corrected(
        clip_list(tmp_path, "a.wav,dog,drop", "b.wav,others,cry", "c.wav,others,keep")
    )
    assert list(clips) == ["b.wav", "c.wav", "d.wav"]
    assert clips["b.wav"].label == "cry"
    assert clips["c.wav"].label == "others"
    assert clips["b.wav"].vouched
    assert clips["c.wav"].vouched
    assert clips["d.wav"] == CLIPS[3]


def test_unsure_and_undecided_clips_stay_as_they_are(tmp_path: Path) -> None:
    clips = corrected(clip_list(tmp_path, "a.wav,dog,unsure", "b.wav,others,"))
    assert list(clips.values()) == CLIPS


def test_windows_dropped_or_of_another_label_are_left_out(tmp_path: Path) -> None:
    clips = corrected(
        window_list(
            tmp_path,
            "a.wav,dog,0.00,keep",
            "a.wav,dog,0.48,drop",
            "a.wav,dog,0.96,cry",
            "a.wav,dog,1.44,dog",
        )
    )
    assert clips["a.wav"].dropped_seconds == (0.48, 0.96)
    assert clips["a.wav"].label == "dog"
    assert not clips["a.wav"].vouched
    assert clips["b.wav"] == CLIPS[1]


def test_window_named_as_the_new_label_of_its_clip_counts(tmp_path: Path) -> None:
    clips = corrected(
        clip_list(tmp_path, "b.wav,others,cry"),
        window_list(tmp_path, "b.wav,others,0.00,cry", "b.wav,others,0.48,dog"),
    )
    assert clips["b.wav"].label == "cry"
    assert clips["b.wav"].dropped_seconds == (0.48,)


def test_later_list_has_the_last_word(tmp_path: Path) -> None:
    first = clip_list(tmp_path, "a.wav,dog,drop", "b.wav,others,drop", name="first.csv")
    later = clip_list(tmp_path, "a.wav,dog,cry", "b.wav,others,unsure", name="later.csv")
    clips = corrected(first, later)
    assert clips["a.wav"].label == "cry"
    assert "b.wav" not in clips


def test_test_clips_may_be_named_but_not_changed(tmp_path: Path) -> None:
    assert corrected(clip_list(tmp_path, "d.wav,dog,keep"))["d.wav"].label == "dog"
    for changing in (
        clip_list(tmp_path, "d.wav,dog,drop"),
        window_list(tmp_path, "d.wav,dog,0.00,others"),
    ):
        with pytest.raises(DatasetError, match=r"csv, line 2: d\.wav is a test clip"):
            corrected(changing)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("z.wav,dog,drop", "line 3: no clip 'z.wav' in the data; use the list with the data"),
        ("b.wav,dog,drop", "line 3: b.wav was dog when the list was made and is others now"),
        ("b.wav,others,cat", "line 3: 'cat' is none of keep, drop, unsure, cry, dog, others"),
        ("a.wav,dog,drop", "line 3: says drop of a.wav, .*line 2 says keep"),
    ],
)
def test_line_that_does_not_fit_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DatasetError, match=f"reviewed.csv, {message}"):
        corrected(clip_list(tmp_path, "a.wav,dog,keep", row))


@pytest.mark.parametrize("start", ["x", "", "nan"])
def test_start_that_is_no_number_is_named(tmp_path: Path, start: str) -> None:
    with pytest.raises(DatasetError, match=f"line 2: start_seconds '{start}' is no number"):
        corrected(window_list(tmp_path, f"a.wav,dog,{start},drop"))


def test_file_that_is_no_list_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("path,label,proposal\na.wav,dog,drop\n")
    with pytest.raises(DatasetError, match=r"list\.csv: no column start_seconds; a list of"):
        corrected(path)
    path.write_bytes(b"path,label,decision\na.wav,dog,dr\xf6p\n")
    with pytest.raises(DatasetError, match=r"list\.csv: is no CSV in UTF-8"):
        corrected(path)
    with pytest.raises(DatasetError, match=r"no\.csv: cannot be read"):
        corrected(tmp_path / "no.csv")


def test_list_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "path,label,decision,remark\r\na.wav,dog, drop ,noise\r\n", encoding="utf-8-sig"
    )
    assert "a.wav" not in corrected(path)


def test_summary_counts_what_was_decided() -> None:
    corrections = Corrections(
        clips={"a.wav": "drop", "b.wav": "cry", "c.wav": "keep"},
        windows={"a.wav": {0.0: "drop"}, "c.wav": {0.0: "dog", 0.48: "keep"}},
    )
    said = summary(corrections, correct(CLIPS, corrections))
    assert said.startswith("reviewed: 1 clips kept, 1 dropped, 1 relabeled; 1 windows left out")


def test_lists_are_told_apart_by_name_and_hash(tmp_path: Path) -> None:
    first = list_facts([clip_list(tmp_path, "a.wav,dog,drop")])
    second = list_facts([clip_list(tmp_path, "a.wav,dog,keep")])
    assert first[0]["name"] == second[0]["name"] == "reviewed.csv"
    assert first[0]["sha256"] != second[0]["sha256"]
