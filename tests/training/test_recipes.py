"""The named recipes build, differ in what they are named for, and learn and export."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from audio_guard_engine.card import DEFAULT_MODEL, load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import export, train
from tools.networks.network_kinds import build_network, input_shape
from tools.networks.network_recipe import Cnn2dRecipe, VggishRecipe
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT, recipe_place

RECIPES = {
    path.stem: path
    for path in sorted((ROOT / "models" / "recipes").glob("*.toml"))
    if path.stem not in ("compare", "search_space")
}


def part(recipe: str, name: str) -> str:
    """Return a table of a recipe's text, from the empty line before it to the one after."""
    return next(text for text in recipe.split("\n\n") if f"[{name}]" in text)


@pytest.fixture
def tiny(recipe_path: Path, tmp_path: Path) -> Path:
    """Return the folder for recipes with the tiny data set's labels, made by `shrink`."""
    (tmp_path / "base.toml").write_text(recipe_path.read_text())
    return tmp_path


def shrink(tiny: Path, name: str) -> Path:
    """Write the named recipe's front end, network and training with the tiny data set's labels."""
    base, named = (tiny / "base.toml").read_text(), RECIPES[name].read_text()
    head, _, rest = base.partition("[network]")
    decider = rest[rest.index("[decider") :]
    path = tiny / f"{name}.toml"
    tables = (head, part(named, "network"), part(named, "training"), decider)
    path.write_text("\n".join(tables).replace('"tiny"', f'"{name}"'))
    return path


def test_every_system_of_the_paper_has_a_recipe() -> None:
    vggish = {"vggish_classifier", "vggish_classifier_dropout", "vggish_scratch"}
    assert {"2dcnn_1", "2dcnn_2", "2dcnn_3"} | vggish <= set(RECIPES)


def test_every_future_work_of_the_paper_has_a_recipe() -> None:
    ours = {"compact", "compact_sigmoid", "compact_bigru", "compact_attention"}
    pretrained = {"mn04_classifier", "mn04_finetuned", "mn04_attention"}
    assert ours | pretrained <= set(RECIPES)


def test_recipes_are_found_by_the_name_of_their_model() -> None:
    for name, path in RECIPES.items():
        assert ROOT / recipe_place(name) == path
    assert recipe_place("my_own") == Path("models", "my_own", "recipe.toml")
    assert (ROOT / recipe_place(DEFAULT_MODEL)).is_file()


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_builds_a_network_for_its_labels(name: str) -> None:
    recipe = read_recipe(RECIPES[name])
    assert recipe.name == name
    with torch.device("meta"):  # shapes without memory: VGGish is large
        patches = torch.zeros(2, 1, *input_shape(recipe))
        assert build_network(recipe)(patches).shape == (2, 8)


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_learns_from_the_same_windows_as_compact(name: str) -> None:
    compact = read_recipe(ROOT / "models" / "recipes" / "compact.toml")
    recipe = read_recipe(RECIPES[name])
    assert recipe.data == compact.data
    assert (recipe.labels, recipe.decider) == (compact.labels, compact.decider)


def test_systems_differ_in_what_they_are_named_for() -> None:
    networks = {name: read_recipe(path).network for name, path in RECIPES.items()}
    first = networks["2dcnn_1"]
    assert isinstance(first, Cnn2dRecipe)
    assert networks["2dcnn_2"] == replace(first, dropout=0.5)
    third = networks["2dcnn_3"]
    assert isinstance(third, Cnn2dRecipe)
    assert replace(third, kernels=first.kernels) == first != third
    classifier = networks["vggish_classifier"]
    assert isinstance(classifier, VggishRecipe)
    assert networks["vggish_classifier_dropout"] == replace(classifier, dropout=0.5)
    untrained = replace(classifier, encoder_weights="", freeze_encoder=False)
    assert networks["vggish_scratch"] == untrained


@pytest.mark.parametrize("name", ["2dcnn_1", "2dcnn_2", "2dcnn_3"])
def test_convolutions_learn_and_the_third_is_exported(
    name: str, tiny: Path, data: Path, cache: Path
) -> None:
    run = tiny / "run"
    arguments = ["--recipe", shrink(tiny, name), "--data", data, "--out", run, "--cache", cache]
    arguments += ["--epochs", 1, "--windows", 128]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 0
    if name == "2dcnn_3":
        export.export(run, data, tiny / "models", cache, export.ExportPlan())  # checks parity
        card = json.loads((tiny / "models" / name / "card.json").read_text())
        assert card["training"]["recipe"] == "models/recipes/2dcnn_3.toml"
        for runtime in (Runtime.NCNN, Runtime.LITERT):
            assert load_scorer(load_model(name, tiny / "models"), runtime).runtime is runtime
