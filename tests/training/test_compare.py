"""Systems are trained and measured side by side, once, and set beside the paper's figures."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import compare
from tools.measures.paper import TABLE_4, TABLES_2_AND_3
from tools.runs.comparison import present, read_systems
from tools.runs.recipe import RecipeError
from tools.runs.run_folder import ROOT

LIST = """
epochs = 1
windows_per_epoch = 32

[[systems]]
recipe = "2dcnn_1"

[[systems]]
recipe = "vggish_classifier"
weights = "vggish"
instead = "vggish_scratch"

[[systems]]
recipe = "vggish_scratch"
only_instead = true

[[systems]]
recipe = "compact"

[[systems]]
recipe = "compact_bigru"
start = "compact"
epochs = 2
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "systems.toml"
    path.write_text(LIST)
    return path


def test_shipped_list_names_every_recipe_once() -> None:
    names = [system.recipe for system in read_systems(compare.SYSTEMS)]
    recipes = {path.stem for path in (ROOT / "models" / "recipes").glob("*.toml")}
    assert len(set(names)) == len(names)
    assert set(names) == recipes - {"compare"}


def test_systems_without_their_weights_give_way(listed: Path) -> None:
    systems = read_systems(listed)
    chosen, notes = present(systems, ["vggish"])
    assert [s.recipe for s in chosen] == ["2dcnn_1", "vggish_scratch", "compact", "compact_bigru"]
    assert notes == [
        "`vggish_classifier` was left out, since the weights `vggish` are not on this machine "
        "(`python -m tools.fetch vggish`); `vggish_scratch` stands for it."
    ]
    chosen, notes = present(systems, [])
    assert [s.recipe for s in chosen] == [
        "2dcnn_1",
        "vggish_classifier",
        "compact",
        "compact_bigru",
    ]
    assert notes == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('start = "compact"', 'start = "none"'), "starts from none, which has to come before it"),
        (('instead = "vggish_scratch"', 'instead = "none"'), "names none, which is missing"),
        (("[[systems]]", "[[others]]"), "systems is missing"),
        (('recipe = "compact"\n', 'recipe = "compact"\nsize = 3\n'), "size"),
        (("epochs = 1", "epochs ="), "is no valid TOML"),
        (("epochs = 1", 'epochs = "one"'), "epochs should be a whole number"),
        (('start = "compact"', "start = {}"), "start should be text"),
        ((LIST, "systems = [1]"), "systems should be tables"),
    ],
)
def test_faults_of_the_list_are_named(listed: Path, change: tuple[str, str], message: str) -> None:
    listed.write_text(LIST.replace(*change))
    with pytest.raises(RecipeError, match=rf"systems\.toml: .*{message}"):
        read_systems(listed)


@pytest.fixture
def compared(
    listed: Path, recipe_path: Path, data: Path, cache: Path, tmp_path: Path
) -> Callable[..., int]:
    """Compare tiny systems: each listed recipe is the tiny one under its name."""
    recipes = tmp_path / "root" / "models" / "recipes"
    recipes.mkdir(parents=True)
    for name in ("2dcnn_1", "compact"):
        (recipes / f"{name}.toml").write_text(
            recipe_path.read_text().replace('"tiny"', f'"{name}"')
        )

    def run(*more: object) -> int:
        arguments = ["--data", data, "--systems", listed, "--cache", cache, *more]
        arguments += ["--out", tmp_path / "out"]
        arguments += ["--only", "2dcnn_1", "--only", "compact"]
        return compare.main([str(argument) for argument in arguments])

    return run


def test_comparison_is_written_and_not_done_twice(
    compared: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "ROOT", tmp_path / "root")
    monkeypatch.setattr(
        compare, "recipe_place", lambda name: Path("models", "recipes", f"{name}.toml")
    )
    assert compared() == 0
    figures = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert list(figures["systems"]) == ["2dcnn_1", "compact"]
    for name in figures["systems"]:
        assert (tmp_path / "out" / name / "report" / "report.html").is_file()
    assert "wins on val" in (tmp_path / "out" / "paper.md").read_text()

    monkeypatch.setattr(compare, "train", None)  # nothing is trained a second time
    assert compared() == 0
    again = json.loads((tmp_path / "out" / "compare.json").read_text())
    for name, of in figures["systems"].items():
        assert again["systems"][name]["splits"] == of["splits"]


def test_interrupted_comparison_stops_and_goes_on(
    compared: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(compare, "ROOT", tmp_path / "root")
    monkeypatch.setattr(
        compare, "recipe_place", lambda name: Path("models", "recipes", f"{name}.toml")
    )
    monkeypatch.setattr(compare, "train", lambda *_, **__: False)
    assert compared() == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert not (tmp_path / "out" / "paper.md").exists()


def test_project_s_page_is_for_the_whole_comparison_alone(tmp_path: Path) -> None:
    whole = {"page": None, "only": None, "epochs": None, "windows": None, "out": tmp_path}
    assert compare._page(argparse.Namespace(**whole)) == ROOT / "docs" / "paper.md"
    for part in ({"only": ["compact"]}, {"epochs": 1}, {"windows": 100}):
        assert compare._page(argparse.Namespace(**whole | part)) == tmp_path / "paper.md"
    chosen = argparse.Namespace(**whole | {"page": tmp_path / "mine.md", "epochs": 1})
    assert compare._page(chosen) == tmp_path / "mine.md"


def test_unknown_system_is_named(
    compared: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared("--only", "3dcnn") == 1
    assert "has no system '3dcnn'; choose of 2dcnn_1" in capsys.readouterr().err


def test_paper_has_a_row_for_each_of_our_labels() -> None:
    labels = {"alarm", "cry", "dog", "fire", "glass", "others", "presence", "shotgun"}
    assert {row.label for row in TABLES_2_AND_3} == labels | {"macro", "micro"}
    assert {row.label for row in TABLE_4} == labels - {"alarm"}
    assert sum(row.samples for row in TABLE_4) == 117  # as the paper prints


def test_paper_s_averages_are_those_of_its_rows() -> None:
    rows = [row for row in TABLES_2_AND_3 if row.label not in ("macro", "micro")]
    (macro,) = (row for row in TABLES_2_AND_3 if row.label == "macro")
    for name in ("accuracy", "precision", "recall", "specificity"):
        for side in ("cnn", "classifier"):
            mean = sum(getattr(getattr(row, name), side) for row in rows) / len(rows)
            assert mean == pytest.approx(getattr(getattr(macro, name), side), abs=2e-4)
