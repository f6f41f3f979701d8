"""A training that was interrupted goes on as if nothing had happened."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from tools import train
from tools.networks.trainer import EpochFigures
from tools.runs.checkpoint import load_network


def run_train(*arguments: object) -> int:
    return train.main([str(argument) for argument in (*arguments, "--no-report")])


@pytest.fixture
def stopped(
    recipe_path: Path, data: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the folder of a training that Ctrl-C ended in its second epoch."""
    whole_epoch, done = train.Trainer.run_epoch, []

    def interrupted(trainer: train.Trainer) -> EpochFigures:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return whole_epoch(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(train.Trainer, "run_epoch", interrupted)
        out = tmp_path / "stopped"
        assert (
            run_train("--recipe", recipe_path, "--data", data, "--out", out, "--cache", cache) == 0
        )
    return out


def test_resumed_training_ends_where_an_unbroken_one_ends(
    stopped: Path, run: Path, data: Path, cache: Path
) -> None:
    assert (stopped / "last.pt").is_file()
    assert run_train("--resume", "--data", data, "--out", stopped, "--cache", cache) == 0
    resumed, unbroken = (
        json.loads((folder / "metrics.json").read_text()) for folder in (stopped, run)
    )
    for mine, theirs in zip(resumed["epochs"], unbroken["epochs"], strict=True):
        del mine["seconds"], theirs["seconds"]
        assert mine == pytest.approx(theirs, abs=1e-3)
    weights, others = (load_network(folder)[1].state_dict() for folder in (stopped, run))
    for name, value in weights.items():
        assert torch.allclose(value.float(), others[name].float(), atol=1e-3), name
    assert not (stopped / "last.pt").exists()


def test_unfinished_run_is_not_overwritten(
    stopped: Path, recipe_path: Path, data: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--recipe", recipe_path, "--data", data, "--out", stopped, "--cache", cache)
    assert run_train(*arguments) == 1
    assert "holds an unfinished run; go on with --resume" in capsys.readouterr().err


def test_resume_on_other_data_is_refused(
    stopped: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(data, changed)
    shutil.copy(changed / "alarm" / "0.wav", changed / "alarm" / "9.wav")
    assert (
        run_train("--resume", "--data", changed, "--out", stopped, "--cache", tmp_path / "c") == 1
    )
    assert "its data has changed since" in capsys.readouterr().err


def test_nothing_to_resume_is_named(
    run: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (run, tmp_path / "none"):
        assert run_train("--resume", "--data", data, "--out", folder) == 1
        assert "holds no unfinished training; leave --resume out" in capsys.readouterr().err


def test_damaged_weights_are_named(stopped: Path) -> None:
    (stopped / "best.pt").write_bytes(b"half")
    with pytest.raises(train.RunFolderError, match=r"best\.pt: is damaged"):
        load_network(stopped)
