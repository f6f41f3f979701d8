"""Training leaves one run folder that says what it is, stops on Ctrl-C and names what is wrong."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from tools import train
from tools.networks.network import CompactNetwork, WeightAverage, weight_count
from tools.networks.network_recipe import CompactRecipe
from tools.networks.trainer import EpochFigures
from tools.runs.checkpoint import load_network
from tools.runs.recipe import read_recipe


def run_train(*arguments: object) -> int:
    return train.main([str(argument) for argument in (*arguments, "--no-report")])


def test_run_folder_says_what_it_is(run: Path, recipe_path: Path) -> None:
    assert (run / "recipe.toml").read_text() == recipe_path.read_text()
    facts = json.loads((run / "run.json").read_text())
    assert facts["clips"] == {"train": 6, "val": 2}
    assert facts["commit"]
    assert facts["left_out"] == []
    metrics = json.loads((run / "metrics.json").read_text())
    assert [row["epoch"] for row in metrics["epochs"]] == [1, 2]
    assert metrics["best_epoch"] in (1, 2)
    assert (run / "curves.png").stat().st_size > 1000
    assert "## Training" in (run / "report" / "report.md").read_text()


def test_same_seed_gives_the_same_weights(
    run: Path, recipe_path: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    assert run_train("--recipe", recipe_path, "--data", data, "--out", again, "--cache", cache) == 0
    first, second = (load_network(folder)[1].state_dict() for folder in (run, again))
    for name, value in first.items():
        assert torch.allclose(value.float(), second[name].float(), atol=1e-4), name


def test_finished_run_is_not_overwritten(
    run: Path, recipe_path: Path, data: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (run / "best.pt").read_bytes()
    assert run_train("--recipe", recipe_path, "--data", data, "--out", run, "--cache", cache) == 1
    assert "holds a finished run" in capsys.readouterr().err
    assert (run / "best.pt").read_bytes() == before


def test_interrupt_keeps_the_best_weights(
    recipe_path: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole_epoch = train.Trainer.run_epoch
    epochs = iter((whole_epoch,))

    def interrupted(trainer: train.Trainer) -> EpochFigures:
        for epoch in epochs:
            return epoch(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(train.Trainer, "run_epoch", interrupted)
    out = tmp_path / "stopped"
    assert run_train("--recipe", recipe_path, "--data", data, "--out", out, "--cache", cache) == 0
    assert "stopped after 1 epochs" in capsys.readouterr().err
    assert (out / "curves.png").is_file()
    load_network(out)


def test_broken_clip_is_reported_and_the_rest_is_used(
    recipe_path: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = tmp_path / "clips"
    shutil.copytree(data, clips)
    broken = [clips / "alarm" / f"broken{number}.wav" for number in range(5)]
    for path in broken:
        path.touch()
    out = tmp_path / "run"
    cache = tmp_path / "cache"
    assert run_train("--recipe", recipe_path, "--data", clips, "--out", out, "--cache", cache) == 0
    said = capsys.readouterr().err
    left_out = json.loads((out / "run.json").read_text())["left_out"]
    assert len(left_out) == 4  # the fifth is a test clip, which training does not touch
    assert all("is empty (0 bytes); delete it" in line and line in said for line in left_out)


def test_missing_data_and_recipe_are_named(
    recipe_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run_train("--recipe", recipe_path, "--data", tmp_path / "no", "--out", out) == 1
    assert "no such file or folder; pass a catalogue" in capsys.readouterr().err
    assert run_train("--recipe", tmp_path / "no.toml", "--data", tmp_path, "--out", out) == 1
    assert "no.toml: cannot be read" in capsys.readouterr().err
    assert not out.exists()


def test_network_has_the_size_it_is_shipped_for() -> None:
    network = CompactNetwork(CompactRecipe(), 96, 64, 8)
    assert 350_000 < weight_count(network) < 500_000
    assert network(torch.zeros(2, 1, 96, 64)).shape == (2, 8)
    assert network.embedding(torch.zeros(2, 1, 96, 64)).shape == (2, 128)


def test_average_follows_the_weights() -> None:
    layer = torch.nn.Linear(1, 1)
    average = WeightAverage(layer, 0.9)
    with torch.no_grad():
        layer.weight.fill_(5.0)
    for _ in range(200):
        average.update(layer)
    assert average.state()["weight"].item() == pytest.approx(5.0, abs=1e-3)


def test_recipe_round_trips_through_the_run_folder(run: Path, recipe_path: Path) -> None:
    assert read_recipe(run / "recipe.toml") == read_recipe(recipe_path)
