"""Recipes are read whole, and what is wrong with one is named."""

from pathlib import Path

import pytest

from tools.runs.recipe import RecipeError, read_recipe

SHIPPED = Path(__file__).parents[2] / "models" / "recipes" / "compact.toml"


def test_shipped_recipe_is_read() -> None:
    recipe = read_recipe(SHIPPED)
    assert recipe.name == "compact"
    assert recipe.background not in recipe.events
    assert recipe.decider["glass"].confirm_hops == 1 < recipe.decider["fire"].confirm_hops


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[network]", "[network", "no valid TOML"),
        ('background = "others"', 'background = "rest"', "'rest' is not among the labels"),
        ("[decider.glass]", "[decider.pane]", r"\[decider.glass\] is missing"),
        ("seed = 0", "", "seed is missing"),
        ("seed = 0", "seed = 0\nfront_end = 3", "front_end should be a table"),
        ("batch = 128", "batches = 128", "batches"),
    ],
)
def test_bad_recipe_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(SHIPPED.read_text().replace(old, new))
    with pytest.raises(RecipeError, match=message):
        read_recipe(path)


def test_recipe_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_bytes('title = "Hörbar"'.encode("latin-1"))
    with pytest.raises(RecipeError, match=r"recipe\.toml: is no valid TOML"):
        read_recipe(path)


def test_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml: cannot be read"):
        read_recipe(tmp_path / "none.toml")
