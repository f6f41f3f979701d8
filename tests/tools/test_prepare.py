"""A source becomes a data set that training reads; what is wrong with its files is named."""

import csv
import errno
import json
import wave
from pathlib import Path

import numpy as np
import pytest

from tools import prepare
from tools.data.dataset import read_dataset
from tools.data.flac import to_int16
from tools.data.recordings import Recording
from tools.data.splits import assign_splits
from tools.windows.features import decode

SHARES = {"train": 70.0, "val": 15.0, "test": 15.0}


def sound(seed: int, seconds: float = 0.5, rate_hz: int = 16_000) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * rate_hz))
    return (0.1 * noise).astype(np.float32)


def write_wav(path: Path, pcm: np.ndarray, rate_hz: int = 16_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(to_int16(pcm).astype("<i2").tobytes())


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Four sound recordings of each of two classes."""
    folder = tmp_path / "clips"
    for number in range(4):
        write_wav(folder / "dog" / f"{number}.wav", sound(number))
        write_wav(folder / "others" / f"{number}.wav", sound(10 + number))
    return folder


def run(*arguments: object) -> int:
    return prepare.main([str(argument) for argument in arguments])


def report_of(out: Path) -> dict[str, dict[str, str]]:
    report = json.loads((out / "prepare-report.json").read_text())
    files: dict[str, dict[str, str]] = {file["path"]: file for file in report["files"]}
    return files


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "catalogue.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_folder_per_class_becomes_a_data_set_that_training_reads(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(clips, "--out", out, "--strict") == 0
    made = read_dataset(out, ("dog", "others"))
    assert len(made) == 8
    for label in ("dog", "others"):
        assert {clip.split for clip in made if clip.label == label} == {"train", "val", "test"}
    original = {row["path"]: clips / row["original"] for row in rows_of(out)}
    for clip in made:
        assert clip.path is not None
        assert np.array_equal(to_int16(decode(clip.path)), to_int16(decode(original[clip.name])))
    assert "8 used" in capsys.readouterr().out


def test_other_rates_become_16_khz(clips: Path, tmp_path: Path) -> None:
    write_wav(clips / "dog" / "high.wav", sound(20, 1.0, 44_100), 44_100)
    assert run(clips, "--out", tmp_path / "out") == 0
    (row,) = (row for row in rows_of(tmp_path / "out") if row["original"] == "dog/high.wav")
    assert row["source_rate_hz"] == "44100"
    assert decode(tmp_path / "out" / row["path"]).size == pytest.approx(16_000, abs=32)


def test_each_file_is_in_the_report_with_what_was_done(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "dog" / "nothing.wav").touch()
    (clips / "dog" / "broken.wav").write_bytes(b"no audio at all" * 99)
    (clips / "dog" / "notes.txt").write_text("rex")
    (clips / "README").write_text("clips")
    write_wav(clips / "dog" / "quiet.wav", np.zeros(16_000, np.float32))
    write_wav(clips / "dog" / "blip.wav", sound(21, 0.05))
    write_wav(clips / "dog" / "sub" / "again.wav", sound(0))
    write_wav(clips / "dog" / "unsure.wav", sound(22))
    write_wav(clips / "others" / "unsure.wav", sound(22))
    out = tmp_path / "out"
    assert run(clips, "--out", out) == 0
    files = report_of(out)
    everything = {p.relative_to(clips).as_posix() for p in clips.rglob("*") if p.is_file()}
    assert set(files) == everything
    verdicts = {name: file["verdict"] for name, file in files.items() if file["verdict"] != "used"}
    assert verdicts == {
        "README": "ignored",
        "dog/notes.txt": "ignored",
        "dog/nothing.wav": "empty",
        "dog/broken.wav": "corrupt",
        "dog/quiet.wav": "silent",
        "dog/blip.wav": "too short",
        "dog/sub/again.wav": "duplicate",
        "dog/unsure.wav": "contradiction",
        "others/unsure.wav": "contradiction",
    }
    said = capsys.readouterr().err
    assert all(files[name]["reason"] in said for name, v in verdicts.items() if v != "ignored")
    assert "dog/0.wav, which is used; delete one" in said
    placed = {path.relative_to(out).as_posix() for path in out.rglob("*.flac")}
    assert placed == {row["path"] for row in rows_of(out)}
    assert len(placed) == 8


def test_strict_tells_of_refused_files_by_the_exit_code(clips: Path, tmp_path: Path) -> None:
    (clips / "dog" / "notes.txt").write_text("is no recording, so it is not refused")
    assert run(clips, "--out", tmp_path / "a", "--strict") == 0
    (clips / "dog" / "nothing.wav").touch()
    assert run(clips, "--out", tmp_path / "b", "--strict") == 1
    assert len(rows_of(tmp_path / "b")) == 8


def test_class_without_a_usable_recording_is_named(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "cry").mkdir()
    assert run(clips, "--out", tmp_path / "out") == 0
    assert "cry: no clip in train, val, test; add recordings" in capsys.readouterr().err


def test_catalogue_keeps_its_splits_groups_and_other_columns(clips: Path, tmp_path: Path) -> None:
    (clips / "spare.wav").touch()
    lines = ["path,label,split,group,licence"]
    lines += [f"dog/{n}.wav,dog,{split},g{n},CC0" for n, split in enumerate(("val", "test"))]
    lines += [f"dog/{n}.wav,dog,,g1,CC0" for n in (2, 3)]
    lines += ["others/0.wav,others,train,,", "others/gone.wav,others,train,,"]
    (clips / "catalogue.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    out = tmp_path / "out"
    assert run(clips, "--out", out) == 0
    kept = {row["original"]: (row["split"], row["group"], row["licence"]) for row in rows_of(out)}
    assert kept == {
        "dog/0.wav": ("val", "g0", "CC0"),
        "dog/1.wav": ("test", "g1", "CC0"),
        "dog/2.wav": ("test", "g1", "CC0"),
        "dog/3.wav": ("test", "g1", "CC0"),
        "others/0.wav": ("train", "others/0.wav", ""),
    }
    files = report_of(out)
    assert files["others/gone.wav"]["verdict"] == "missing"
    assert files["spare.wav"]["verdict"] == files["others/1.wav"]["verdict"] == "ignored"


def test_prepared_set_is_prepared_again_to_the_same(clips: Path, tmp_path: Path) -> None:
    assert run(clips, "--out", tmp_path / "a") == 0
    assert run(tmp_path / "a", "--out", tmp_path / "b") == 0
    assert rows_of(tmp_path / "a") == rows_of(tmp_path / "b")


def test_of_equal_recordings_the_one_in_the_test_split_stays(clips: Path, tmp_path: Path) -> None:
    write_wav(clips / "dog" / "zero.wav", sound(0))
    rows = "path,label,split\ndog/0.wav,dog,train\ndog/zero.wav,dog,test\n"
    (clips / "catalogue.csv").write_text(rows)
    assert run(clips, "--out", tmp_path / "out") == 0
    assert [row["original"] for row in rows_of(tmp_path / "out")] == ["dog/zero.wav"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,class\na.wav,dog\n", "no column label"),
        ("path,label\na.wav,../dog\n", r"line 2: label '../dog' cannot name a folder"),
        ("path,label\n,dog\n", "line 2: no path"),
        ("path,label,split\na.wav,dog,exam\n", "line 2: split 'exam' is none of"),
        ("path,label,split,group\ndog/0.wav,dog,val,g\ndog/1.wav,dog,test,g\n", "group g is in"),
        ("path,label\na.wav,dog\n", "no recording that can be used"),
    ],
)
def test_bad_catalogue_is_refused_and_leaves_nothing(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    catalogue = clips / "mine.csv"
    catalogue.write_text(text)
    assert run(catalogue, "--out", tmp_path / "out") == 1
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [clips]


def test_wrong_folders_are_named_with_the_cure(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "no", "--out", tmp_path / "out") == 1
    assert "no: no such file or folder; pass a catalogue CSV" in capsys.readouterr().err
    assert run(clips / "dog", "--out", tmp_path / "out") == 1
    assert "dog: holds no sub-folder; make one per class" in capsys.readouterr().err
    assert run(clips, "--out", clips / "out") == 1
    assert "lies inside" in capsys.readouterr().err
    assert run(clips, "--out", clips.parent) == 1
    assert "is there already; choose another --out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stop", "code"),
    [(OSError(errno.ENOSPC, "No space left on device"), 1), (KeyboardInterrupt(), 130)],
)
def test_full_disk_or_interrupt_leaves_nothing(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stop: BaseException,
    code: int,
) -> None:
    write = Path.write_bytes
    left = [3]

    def failing(path: Path, data: bytes) -> int:
        left[0] -= 1
        if not left[0]:
            raise stop
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", failing)
    assert run(clips, "--out", tmp_path / "out") == code
    assert "No space left" in (said := capsys.readouterr().err) or "nothing was written" in said
    assert list(tmp_path.iterdir()) == [clips]


def recordings(count: int, label: str = "dog", per_group: int = 1) -> list[Recording]:
    return [
        Recording(name=f"{label}{i}", path=Path(), label=label, group=f"{label}{i // per_group}")
        for i in range(count)
    ]


def test_splits_follow_the_shares_and_stay_when_recordings_are_added() -> None:
    few, many = (assign_splits(recordings(count), SHARES) for count in (60, 1000))
    assert few.items() <= many.items()
    found = [list(many.values()).count(split) for split in ("train", "val", "test")]
    assert found == pytest.approx([700, 150, 150], abs=40)


@pytest.mark.parametrize(
    ("count", "splits"),
    [(1, {"train"}), (2, {"train", "val"}), (3, {"train", "val", "test"})],
)
def test_small_class_has_training_and_validation_first(count: int, splits: set[str]) -> None:
    for label in (f"class{number}" for number in range(30)):
        assert set(assign_splits(recordings(count, label), SHARES).values()) == splits


def test_files_of_a_folder_may_be_one_recording(clips: Path, tmp_path: Path) -> None:
    for number in range(12):
        write_wav(clips / "dog" / "rex" / f"{number}.wav", sound(40 + number))
    out = tmp_path / "out"
    assert run(clips, "--out", out, "--group-by-folder") == 0
    rex = [row for row in rows_of(out) if "rex" in row["original"]]
    assert {row["group"] for row in rex} == {"dog/rex"}
    assert len({row["split"] for row in rex}) == 1
