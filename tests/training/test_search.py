"""A search trains trials, ends poor ones early, goes on where it stopped and leaves the best recipe."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import search, train
from tools.runs.checkpoint import load_network
from tools.runs.recipe import read_recipe
from tools.searching.recipe_text import changed_text
from tools.searching.space import Choices, Range, read_space

SPACE = """
[training]
learning_rate = { low = 1e-3, high = 1e-2, log = true }
[network]
channels = { choices = [[4, 8, 8], [4, 4, 8]] }
"""

Search = Callable[..., int]


@pytest.fixture
def space(tmp_path: Path) -> Path:
    path = tmp_path / "space.toml"
    path.write_text(SPACE)
    return path


@pytest.fixture
def run_search(recipe_path: Path, space: Path, data: Path, cache: Path, tmp_path: Path) -> Search:
    """Return what searches the tiny recipe in `tmp_path / "search"`."""

    def searched(*arguments: object) -> int:
        common = ["--recipe", recipe_path, "--space", space, "--data", data, "--cache", cache]
        every = [*common, "--out", tmp_path / "search", *arguments]
        return search.main([str(argument) for argument in every])

    return searched


def trials_of(tmp_path: Path) -> list[dict[str, Any]]:
    trials: list[dict[str, Any]] = json.loads((tmp_path / "search" / "search.json").read_text())[
        "trials"
    ]
    return trials


def test_search_leaves_trials_and_the_best_recipe_and_goes_on(
    run_search: Search, data: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_search("--trials", 3) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "search" / "best.toml")
    first = trials_of(tmp_path)
    assert [row["state"] for row in first] == ["finished"] * 3
    assert run_search("--trials", 4) == 0
    trials = trials_of(tmp_path)
    assert trials[:3] == first
    assert len({row["values"]["training.learning_rate"] for row in trials}) == 4
    for row in trials:
        recipe, _ = load_network(tmp_path / "search" / row["trial"])
        assert recipe.training.learning_rate == row["values"]["training.learning_rate"]
        assert list(recipe.network.channels) == row["values"]["network.channels"]
        epochs = json.loads((tmp_path / "search" / row["trial"] / "metrics.json").read_text())
        assert row["figure"] == max(epoch["figure"] for epoch in epochs["epochs"])

    best = max(trials, key=lambda row: row["figure"])
    text = (tmp_path / "search" / "best.toml").read_text()
    assert text == (tmp_path / "search" / best["trial"] / "recipe.toml").read_text()
    arguments = ["--recipe", tmp_path / "search" / "best.toml", "--data", data, "--cache", cache]
    arguments += ["--out", tmp_path / "again", "--epochs", 1]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 0
    assert (tmp_path / "search" / "search.png").stat().st_size > 1000
    table = (tmp_path / "search" / "search.md").read_text().splitlines()
    assert sum(line.startswith("| trial-00") for line in table) == 4


def test_trial_that_lags_behind_is_pruned_and_recorded(
    run_search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, figures = (
        train._row,
        iter((0.8, 0.9, 0.1)),
    )  # two epochs of the first trial, one of the next
    monkeypatch.setattr(train, "_row", lambda *given: row(*given) | {"figure": next(figures)})
    assert run_search("--trials", 2, "--startup", 1) == 0
    whole, pruned = trials_of(tmp_path)
    assert [whole[name] for name in ("state", "figure", "epochs")] == ["finished", 0.9, 2]
    assert [pruned[name] for name in ("state", "figure", "epochs")] == ["pruned", 0.1, 1]
    assert (tmp_path / "search" / pruned["trial"] / "curves.png").is_file()
    assert not (tmp_path / "search" / pruned["trial"] / "last.pt").exists()


def test_interrupted_search_goes_on_with_a_new_trial(
    run_search: Search,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole_epoch, epochs = train.Trainer.run_epoch, iter(range(3))

    def interrupted(trainer: train.Trainer) -> train.EpochFigures:
        for _ in epochs:
            return whole_epoch(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(train.Trainer, "run_epoch", interrupted)
    assert run_search("--trials", 2) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert [row["state"] for row in trials_of(tmp_path)] == ["finished", "stopped"]
    assert read_recipe(tmp_path / "search" / "best.toml")
    monkeypatch.undo()
    assert run_search("--trials", 2) == 0
    assert [row["state"] for row in trials_of(tmp_path)] == ["finished", "stopped", "finished"]


def test_no_trial_begins_after_the_time_is_over(
    run_search: Search, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_search("--minutes", 0) == 0
    assert trials_of(tmp_path) == []
    assert "no trial is finished" in capsys.readouterr().out


def test_search_of_something_else_is_not_gone_on_with(
    run_search: Search, space: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_search("--minutes", 0) == 0
    assert run_search("--minutes", 0, "--epochs", 1) == 1
    assert "was begun with another length of trials; choose another" in capsys.readouterr().err
    space.write_text(SPACE.replace("1e-2", "2e-2"))
    assert run_search("--minutes", 0) == 1
    assert "was begun with another space; choose another --out" in capsys.readouterr().err
    assert run_search("--minutes", 0, "--out", tmp_path) == 1
    assert "is there already; choose another --out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "training.rate = { low = 1, high = 2 }",
            "training.rate: the recipe tiny has no such field",
        ),
        ("name = { choices = ['a'] }", "name: the recipe tiny has no such field"),
        ("training.batch = { low = 8, high = 4 }", "training.batch: low 8 is not below high 4"),
        ("training.batch = { low = 8, high = 9.5 }", "training.batch: is a whole number"),
        ("training.batch = { low = 8 }", "training.batch: give { low, high }"),
        ("training.batch = 8", "training.batch: give { low, high } or { choices }"),
        (
            "training.weight_decay = { low = 0, high = 1, log = true }",
            "training.weight_decay: with log, low has to be above 0",
        ),
        ("training.optimizer = { low = 1, high = 2 }", "training.optimizer: low and high are for"),
        (
            "training.optimizer = { choices = ['adam', 'sgd'] }",
            "training.optimizer = 'sgd': tiny: training.optimizer 'sgd' is unknown",
        ),
        ("network.channels = { choices = [] }", "network.channels: give { low, high }"),
        ("", "names no field to search"),
        ("training.batch = {", "is no valid TOML"),
    ],
)
def test_bad_space_is_named_with_its_field(
    run_search: Search,
    space: Path,
    tmp_path: Path,
    line: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    space.write_text(line)
    assert run_search() == 1
    assert f"error: {space}: {message}" in capsys.readouterr().err
    assert not (tmp_path / "search").exists()


def test_numbers_are_of_the_field_s_kind(recipe_path: Path, space: Path) -> None:
    space.write_text(
        "network.dropout = { low = 0, high = 1 }\ntraining.batch = { low = 8, high = 64 }\n"
    )
    dropout, batch = read_space(space, read_recipe(recipe_path))
    assert isinstance(dropout, Range)
    assert (type(dropout.low), type(dropout.high)) == (float, float)
    assert isinstance(batch, Range)
    assert (type(batch.low), type(batch.high)) == (int, int)


def test_default_space_fits_the_recipes_that_are_trained_from_scratch(recipe_path: Path) -> None:
    space = read_space(search.DEFAULT_SPACE, read_recipe(recipe_path))
    assert "training.learning_rate" in {dimension.field for dimension in space}
    assert not any(isinstance(dimension, Choices) for dimension in space)


def test_changed_recipe_keeps_its_comments_and_other_values() -> None:
    text = "# why\n[training]\nbatch = 8  # small\nepochs = 2\n"
    changed = changed_text(text, {"training.batch": 16, "front_end.context_frames": 48})
    assert changed.startswith("# why\n[training]\nbatch = 16  # small\nepochs = 2\n")
    assert changed.endswith("[front_end]\ncontext_frames = 48\n")
