"""What a network contradicts is reviewed, written down and used by the next training."""

import csv
import hashlib
import io
import json
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.conftest import write_wav
from tools import clean, evaluate, export, review, train
from tools.data.dataset import Clip
from tools.reviewing.page_server import ReviewServer
from tools.runs.recipe import Recipe, read_recipe
from tools.windows.training_data import evaluation_store, read_clips, training_store

Verb = Callable[[list[str]], int]
MISLABELED = {"train/alarm2.wav": "others", "train/others2.wav": "alarm"}


def run_verb(verb: Verb, *arguments: object) -> int:
    return verb([str(argument) for argument in arguments])


def sound_of(label: str, seed: int) -> NDArray[np.float32]:
    """Return 2 s: alarms are loud tones, all others quiet noise."""
    time = np.arange(32000) / 16000
    if label == "alarm":
        return (0.3 * np.sin(2 * np.pi * (3000 + 10 * seed) * time)).astype(np.float32)
    return (0.002 * np.random.default_rng(seed).standard_normal(time.size)).astype(np.float32)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Three train and two val clips per label, one train clip of each under the other's label."""
    folder = tmp_path / "clips"
    lines = ["path,label,split,group"]
    for split, seeds in (("train", 3), ("val", 2)):
        for label in ("alarm", "others"):
            for seed in range(seeds):
                name = f"{split}/{label}{seed}.wav"
                write_wav(folder / name, sound_of(MISLABELED.get(name, label), seed))
                lines.append(f"{name},{label},{split},{name}")
    # To read one of these is to fail.
    lines += [f"test/{label}.wav,{label},test,{label}" for label in ("alarm", "others")]
    (folder / "catalogue.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def recipe(recipe_path: Path) -> Recipe:
    return read_recipe(recipe_path)


@pytest.fixture(autouse=True)
def sure_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the run's network hear an alarm in what is loud: the tiny one is too dull to be sure."""

    def score(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        loud = patches.max(axis=(1, 2)) > 0
        return np.where(loud[:, None], [0.9, 0.1], [0.1, 0.9]).astype(np.float32)

    monkeypatch.setattr(review, "TorchScorer", lambda network, recipe: score)
    monkeypatch.setenv("PATH", "")  # no player


def review_by_keys(
    monkeypatch: pytest.MonkeyPatch, clips: Path, run: Path, cache: Path, keys: str
) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(keys))
    out = clips.parent / "reviewed.csv"
    options = ("--run", run, "--out", out, "--cache", cache, "--terminal")
    return run_verb(review.main, clips, *options)


def decisions_in(path: Path) -> dict[str, str]:
    with path.open(newline="") as lines:
        return {row["path"]: row["decision"] for row in csv.DictReader(lines)}


def store_names(clips: list[Clip]) -> set[tuple[str, str]]:
    return {(clip.name, clip.label) for clip in clips if clip.path}


def test_mislabeled_clips_are_reviewed_and_the_next_training_follows(
    run: Path,
    recipe: Recipe,
    recipe_path: Path,
    clips: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert review_by_keys(monkeypatch, clips, run, cache, "2\nd\n") == 0
    said = capsys.readouterr()
    assert "1/2" in said.out
    assert "2/2" in said.out
    assert "2 clips are decided" in said.out
    assert "left out" not in said.err  # nobody read the test split
    list_of = tmp_path / "reviewed.csv"
    assert decisions_in(list_of) == {"train/alarm2.wav": "others", "train/others2.wav": "drop"}

    options = ("--recipe", recipe_path, "--data", clips, "--cache", cache, "--epochs", 1)
    out = tmp_path / "next"
    assert run_verb(train.main, "--no-report", *options, "--out", out, "--reviewed", list_of) == 0
    facts = json.loads((out / "run.json").read_text())
    assert facts["clips"] == {"train": 5, "val": 4}
    digest = hashlib.sha256(list_of.read_bytes()).hexdigest()
    assert facts["reviewed"] == [{"name": "reviewed.csv", "sha256": digest}]
    assert "0 clips kept, 1 dropped, 1 relabeled" in capsys.readouterr().err

    store = training_store(recipe, read_clips(recipe, clips, [list_of]), clips, cache)
    assert store_names(store.clips) == {
        ("train/alarm0.wav", "alarm"),
        ("train/alarm1.wav", "alarm"),
        ("train/alarm2.wav", "others"),
        ("train/others0.wav", "others"),
        ("train/others1.wav", "others"),
    }


def test_review_goes_on_where_it_stopped(
    run: Path,
    clips: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert review_by_keys(monkeypatch, clips, run, cache, "u\nq\n") == 0
    assert review_by_keys(monkeypatch, clips, run, cache, "k\n") == 0
    decided = decisions_in(tmp_path / "reviewed.csv")
    assert decided == {"train/alarm2.wav": "unsure", "train/others2.wav": "keep"}
    capsys.readouterr()
    assert review_by_keys(monkeypatch, clips, run, cache, "") == 0
    assert "contradicts no label" in capsys.readouterr().out


def test_page_is_served_until_ctrl_c(
    run: Path,
    clips: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    serve_forever = ReviewServer.serve_forever

    def browse_then_stop(server: ReviewServer) -> None:
        serving = threading.Thread(target=serve_forever, args=(server, 0.01), daemon=True)
        serving.start()
        request = urllib.request.Request(
            f"{server.address}clips/0/decision", b'{"decision": "drop"}', method="PUT"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204
        server.shutdown()
        serving.join(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(ReviewServer, "serve_forever", browse_then_stop)
    out = tmp_path / "deeper" / "reviewed.csv"
    assert run_verb(review.main, clips, "--run", run, "--out", out, "--cache", cache) == 0
    said = capsys.readouterr().out
    assert "2 clips to review: http://127.0.0.1:" in said
    assert f"python -m tools.train --data {clips} --reviewed {out}" in said
    assert decisions_in(out) == {"train/alarm2.wav": "drop"}


def test_edited_proposals_of_clean_are_used_by_the_next_training(
    run: Path, recipe: Recipe, recipe_path: Path, clips: Path, cache: Path, tmp_path: Path
) -> None:
    assert run_verb(clean.main, clips, "--run", run, "--out", tmp_path / "cleaning") == 0
    proposals = tmp_path / "cleaning" / "proposals.csv"
    with proposals.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    starts = {row["start_seconds"] for row in rows if row["path"] == "val/alarm0.wav"}
    assert starts == {"0.00", "0.48", "0.96", "1.44"}
    for row in rows:
        dropped = row["label"] == "alarm" and float(row["start_seconds"]) < 0.9
        row["proposal"] = "drop" if dropped else "keep"
    with proposals.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    options = ("--recipe", recipe_path, "--data", clips, "--cache", cache, "--epochs", 1)
    out = tmp_path / "next"
    assert run_verb(train.main, "--no-report", *options, "--out", out, "--reviewed", proposals) == 0
    corrected = read_clips(recipe, clips, [proposals])
    val = evaluation_store(recipe, corrected, "val", cache)
    hops = {
        val.clips[number].name: np.flatnonzero(val.take_starts(take)[::48]).tolist()
        for take, number in enumerate(val.clip)
    }
    assert hops["val/alarm0.wav"] == [2, 3]
    assert hops["val/others0.wav"] == [0, 1, 2, 3]
    store = training_store(recipe, corrected, clips, cache)
    (clean_take,) = (
        take
        for take, number in enumerate(store.clip)
        if store.clips[number].name == "train/alarm0.wav"
        and take == np.argmax(store.clip == number)
    )
    # 72 frames of margin, then the first window that was kept is nearest from 1.5 hops on.
    assert np.flatnonzero(store.take_starts(clean_take))[0] == 72 + 1.5 * 48


@pytest.mark.parametrize("verb", ["train", "export", "evaluate"])
def test_list_of_other_data_is_refused_before_anything_is_made(
    verb: str,
    run: Path,
    recipe_path: Path,
    clips: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stale = tmp_path / "stale.csv"
    stale.write_text("path,label,decision\nelsewhere.wav,alarm,drop\n")
    out = tmp_path / "out"
    common = ("--data", clips, "--out", out, "--cache", cache, "--reviewed", stale)
    codes = {
        "train": lambda: run_verb(train.main, "--no-report", "--recipe", recipe_path, *common),
        "export": lambda: run_verb(export.main, run, *common),
        "evaluate": lambda: run_verb(evaluate.main, *common),
    }
    assert codes[verb]() == 1
    assert "stale.csv, line 2: no clip 'elsewhere.wav' in the data" in capsys.readouterr().err
    assert not out.exists()


def test_list_that_leaves_a_label_without_clips_is_refused(
    recipe_path: Path, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reviewed.csv"
    rows = [f"train/alarm{seed}.wav,alarm,drop" for seed in range(3)]
    path.write_text("\n".join(("path,label,decision", *rows)) + "\n")
    out = tmp_path / "out"
    common = ("--data", clips, "--out", out, "--reviewed", path)
    assert run_verb(train.main, "--no-report", "--recipe", recipe_path, *common) == 1
    assert "no train clip of alarm" in capsys.readouterr().err
    assert not out.exists()


def test_wrong_run_and_out_are_named(
    run: Path, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "reviewed.csv"
    assert run_verb(review.main, clips, "--run", clips, "--out", out) == 1
    assert "holds no best.pt; train first" in capsys.readouterr().err
    catalogue = clips / "catalogue.csv"
    before = catalogue.read_text()
    assert run_verb(review.main, clips, "--run", run, "--out", catalogue) == 1
    assert "catalogue.csv: no column" in capsys.readouterr().err
    assert catalogue.read_text() == before
    assert run_verb(review.main, clips, "--run", run, "--out", tmp_path) == 1
    assert "cannot be read (Is a directory)" in capsys.readouterr().err


def test_ctrl_c_while_the_network_listens_is_no_error(
    run: Path,
    clips: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(review, "score_store", interrupted)
    out = tmp_path / "reviewed.csv"
    assert run_verb(review.main, clips, "--run", run, "--out", out, "--cache", cache) == 130
    assert "stopped" in capsys.readouterr().err
    assert not out.exists()
