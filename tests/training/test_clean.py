"""Cleaning proposes which windows to leave out, and changes and judges nothing of the test split."""

import csv
import errno
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import write_wav
from tools import clean
from tools.augmentation.synth_background import synthesize_background
from tools.data.dataset import Clip
from tools.measures.cleaning import Prototypes, Rule, propose
from tools.windows import embeddings
from tools.windows.embeddings import EmbeddedWindows

SECOND = 16_000


def run_clean(*arguments: object) -> int:
    return clean.main([str(argument) for argument in arguments])


def beep_then_silence(seed: int) -> np.ndarray:
    time = np.arange(2 * SECOND) / SECOND
    beep = 0.3 * np.sin(2 * np.pi * (3000 + 10 * seed) * time)
    return np.concatenate((beep, np.zeros(3 * SECOND))).astype(np.float32)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two train clips and one val clip per class; alarms beep for 2 s, then all is silent for 3 s."""
    folder = tmp_path / "clips"
    lines = ["path,label,split,group"]
    for seed, split in enumerate(("train", "train", "val")):
        write_wav(folder / f"alarm{seed}.wav", beep_then_silence(seed))
        write_wav(folder / f"others{seed}.wav", synthesize_background(seed)[: 3 * SECOND])
        lines += [
            f"{label}{seed}.wav,{label},{split},{label}{seed}" for label in ("alarm", "others")
        ]
    # To read one of these is to fail.
    lines += [f"{label}9.wav,{label},test,{label}9" for label in ("alarm", "others")]
    (folder / "catalogue.csv").write_text("\n".join(lines) + "\n")
    return folder


def proposals_of(out: Path) -> list[dict[str, str]]:
    with (out / "proposals.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def digest_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path} {path.stat().st_mtime_ns}".encode() + path.read_bytes())
    return digest.hexdigest()


def test_pauses_are_proposed_to_drop_and_sounds_to_keep(
    run: Path, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run_clean(clips, "--run", run, "--out", out, "--prototypes", 2) == 0
    alarms = [row for row in proposals_of(out) if row["label"] == "alarm"]
    silent = [row for row in alarms if 2.0 <= float(row["start_seconds"]) <= 4.0]
    loud = [row for row in alarms if float(row["start_seconds"]) <= 1.0]
    assert {row["proposal"] for row in silent} == {"drop"}
    assert {row["proposal"] for row in loud} == {"keep"}
    assert all(float(row["silence_distance"]) < float(row["own_distance"]) for row in silent)
    assert all(row["proposal"] != "drop" for row in proposals_of(out) if row["label"] == "others")
    for picture in ("clip-alarm.png", "silence.png", "clusters.png"):
        assert (out / picture).stat().st_size > 1000
    report = json.loads((out / "clean-report.json").read_text())
    counted = sum(sum(counts.values()) for counts in report["proposals"].values())
    assert counted == len(proposals_of(out))
    assert "alarm: " in capsys.readouterr().out


def test_test_split_is_neither_read_nor_judged_nor_anything_changed(
    run: Path, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    load_pcm = embeddings.load_pcm

    def noted(clip: Clip) -> np.ndarray:
        read.append(clip.name)
        return load_pcm(clip)

    monkeypatch.setattr(embeddings, "load_pcm", noted)
    before = digest_of(clips)
    assert run_clean(clips, "--run", run, "--out", tmp_path / "without") == 0
    assert digest_of(clips) == before
    for label in ("alarm", "others"):
        write_wav(clips / f"{label}9.wav", beep_then_silence(9))
    assert run_clean(clips, "--run", run, "--out", tmp_path / "with") == 0
    assert len(read) == 12
    assert not [name for name in read if "9" in name]
    rows = proposals_of(tmp_path / "with")
    assert rows == proposals_of(tmp_path / "without")
    assert {row["split"] for row in rows} == {"train", "val"}
    assert json.loads((tmp_path / "without" / "clean-report.json").read_text())["left_out"] == []


def windows_of(vectors: list[list[float]], label: str) -> EmbeddedWindows:
    count = len(vectors)
    return EmbeddedWindows(
        clips=[Clip(name="a", label=label, split="train", group="a")],
        clip=np.zeros(count, np.int64),
        vectors=np.array(vectors),
        start_seconds=np.arange(count) * 0.48,
        level_dbfs=np.zeros(count),
        loud=np.ones(count, np.bool_),
        failures=[],
    )


@pytest.mark.parametrize(
    ("label", "vector", "proposal"),
    [
        ("dog", [9.0, 0.0], "keep"),
        ("dog", [1.0, 0.0], "drop"),
        ("dog", [1.0, 9.0], "cry"),
        ("dog", [5.2, 5.0], "keep"),  # hardly nearer to cry's place than to dog's: not sure
        ("dog", [-9.0, 0.0], "others"),
        ("others", [1.0, 0.0], "keep"),  # silence is background too
        ("others", [1.0, 9.0], "cry"),
    ],
)
def test_proposal_follows_from_the_distances(
    label: str, vector: list[float], proposal: str
) -> None:
    places = {"cry": [[0.0, 10.0]], "dog": [[10.0, 0.0]], "others": [[-10.0, 0.0]]}
    prototypes = Prototypes(
        of_label={name: np.array(place) for name, place in places.items()},
        silence=np.zeros((1, 2)),
    )
    proposals = propose(windows_of([vector], label), "others", prototypes, Rule())
    assert proposals.proposal == [proposal]


def test_some_clips_of_each_class_can_be_drawn(run: Path, clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run_clean(clips, "--run", run, "--out", out, "--clips", 2) == 0
    rows = proposals_of(out)
    assert len({row["path"] for row in rows}) == 2
    assert {row["label"] for row in rows} == {"alarm", "others"}


def test_broken_clip_is_named_and_the_rest_is_cleaned(
    run: Path, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "alarm1.wav").write_bytes(b"")
    assert run_clean(clips, "--run", run, "--out", tmp_path / "out") == 0
    assert "alarm1.wav: is empty (0 bytes); delete it" in capsys.readouterr().err
    (clips / "alarm0.wav").write_bytes(b"")
    assert run_clean(clips, "--run", run, "--out", tmp_path / "again") == 1
    assert "no train clip of alarm can be used" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("stop", "code"),
    [(OSError(errno.ENOSPC, "No space left on device"), 1), (KeyboardInterrupt(), 130)],
)
def test_full_disk_or_interrupt_leaves_nothing(
    run: Path,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: BaseException,
    code: int,
) -> None:
    def failing(*arguments: object) -> None:
        raise stop

    monkeypatch.setattr(clean, "draw_clusters", failing)
    assert run_clean(clips, "--run", run, "--out", tmp_path / "out") == code
    assert list(tmp_path.iterdir()) == [clips]


def test_wrong_folders_are_named_with_the_cure(
    run: Path, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run_clean(clips, "--run", clips, "--out", out) == 1
    assert "holds no best.pt; train first" in capsys.readouterr().err
    assert run_clean(tmp_path / "no", "--run", run, "--out", out) == 1
    assert "no such file or folder" in capsys.readouterr().err
    assert run_clean(clips, "--run", run, "--out", clips) == 1
    assert "choose another --out" in capsys.readouterr().err
