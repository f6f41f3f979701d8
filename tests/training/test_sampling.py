"""Rare classes and single recordings are drawn as often as the recipe says."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tools.data.dataset import Clip
from tools.runs.recipe import read_recipe
from tools.windows.feature_store import FeatureStore
from tools.windows.sampling import WindowSampler


def make_store(groups: list[tuple[str, str]]) -> FeatureStore:
    """Make a store of one take per clip; every value of a take is its number."""
    clips = [
        Clip(name=str(i), label=label, split="train", group=group, path=Path(str(i)))
        for i, (label, group) in enumerate(groups)
    ]
    numbers = np.arange(len(clips))
    starts = np.zeros(200 * len(clips), np.bool_)
    for number in numbers:
        starts[200 * number + 20 : 200 * number + 60] = True
    return FeatureStore(
        clips=clips,
        clip=numbers,
        offsets=np.arange(len(clips) + 1) * 200,
        frames=np.repeat(numbers, 200)[:, None] * np.ones((1, 64), np.float16),
        starts=starts,
        failures=[],
    )


def test_labels_and_groups_get_their_share(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, training=replace(recipe.training, background_share=0.4))
    store = make_store([("alarm", "a")] + [("alarm", "b")] * 9 + [("others", "c")] * 5)
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    patches, labels = sampler.draw(4000)
    takes = patches[:, 0, 0].astype(int)
    assert patches.shape == (4000, 96, 64)
    assert (patches == takes[:, None, None]).all()
    assert 0.37 < (labels == 1).mean() < 0.43
    assert ((takes >= 10) == (labels == 1)).all()
    alone = (takes == 0).sum() / (takes < 10).sum()
    assert 0.21 < alone < 0.29  # nine clips of one recording weigh as three


def test_one_label_can_be_drawn(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    store = make_store([("alarm", "a"), ("others", "b"), ("others", "c")])
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    assert set(sampler.draw_label("others", 50)[:, 0, 0]) == {1.0, 2.0}


def test_natural_sampling_draws_labels_as_often_as_their_windows_come(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, training=replace(recipe.training, sampling="natural"))
    store = make_store([("alarm", "a")] + [("others", f"b{i}") for i in range(4)])
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    assert sampler.shares.tolist() == [0.2, 0.8]
    _, labels = sampler.draw(2000)
    assert 0.16 < (labels == 0).mean() < 0.24
