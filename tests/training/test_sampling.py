"""Rare classes and single recordings are drawn as often as the recipe says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames
from tools.data.dataset import Clip
from tools.runs.recipe import read_recipe
from tools.windows.pcm_store import FULL_SCALE, PcmStore
from tools.windows.sampling import WindowSampler
from tools.windows.take_sampling import TakeSampler

TONE = np.sin(2 * np.pi * np.arange(160) / 16)  # whole waves, so that each row of 10 ms is alike
ROWS = 200


def rows_of(number: int) -> NDArray[np.int16]:
    """Return the rows of a take: a tone, the louder the higher its number."""
    return np.tile(np.rint(100 * 1.4**number * TONE).astype(np.int16), (ROWS, 1))


def make_store(groups: list[tuple[str, str]]) -> PcmStore:
    """Make a store of one take per clip."""
    clips = [
        Clip(name=str(i), label=label, split="train", group=group, path=Path(str(i)))
        for i, (label, group) in enumerate(groups)
    ]
    starts = np.zeros((len(clips), ROWS), np.bool_)
    starts[:, 20:60] = True
    return PcmStore(
        clips=clips,
        clip=np.arange(len(clips)),
        offsets=np.arange(len(clips) + 1) * ROWS,
        rows=np.concatenate([rows_of(i) for i in range(len(clips))]),
        starts=starts.reshape(-1),
        failures=[],
    )


def numbers_of(patches: NDArray[np.float32], takes: int) -> NDArray[np.int64]:
    """Return which take each patch comes from, and require that it holds nothing else."""
    pcm = np.stack([rows_of(i).reshape(-1)[:16_000] for i in range(takes)]) / FULL_SCALE
    tones = frames(pcm.astype(np.float32), FrontEnd())[:, :96]
    numbers = np.abs(tones.max(axis=(1, 2)) - patches.max(axis=(1, 2))[:, None]).argmin(axis=1)
    assert np.allclose(patches, tones[numbers], atol=1e-4)
    return numbers


def test_labels_and_groups_get_their_share(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, training=replace(recipe.training, background_share=0.4))
    store = make_store([("alarm", "a")] + [("alarm", "b")] * 9 + [("others", "c")] * 5)
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    patches, labels = sampler.draw(4000)
    assert patches.shape == (4000, 96, 64)
    takes = numbers_of(patches, 15)
    assert 0.37 < (labels == 1).mean() < 0.43
    assert ((takes >= 10) == (labels == 1)).all()
    alone = (takes == 0).sum() / (takes < 10).sum()
    assert 0.21 < alone < 0.29  # nine clips of one recording weigh as three


def test_one_label_can_be_drawn(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    store = make_store([("alarm", "a"), ("others", "b"), ("others", "c")])
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    assert set(numbers_of(sampler.draw_label("others", 50), 3)) == {1, 2}


def test_natural_sampling_draws_labels_as_often_as_their_windows_come(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, training=replace(recipe.training, sampling="natural"))
    store = make_store([("alarm", "a")] + [("others", f"b{i}") for i in range(4)])
    sampler = WindowSampler(store, recipe, np.random.default_rng(0))
    assert sampler.shares.tolist() == [0.2, 0.8]
    _, labels = sampler.draw(2000)
    assert 0.16 < (labels == 0).mean() < 0.24


def test_clean_takes_are_drawn_as_often_for_all_labels(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, training=replace(recipe.training, clean_share=0.4))
    clips = make_store([("alarm", "a"), ("alarm", "b"), ("others", "c")]).clips
    clip = np.array([0, 0, 0, 0, 1, 2, 2])  # four takes, one, two
    sampler = TakeSampler(recipe, clips, clip, np.full(7, 48), np.random.default_rng(0))
    takes = np.bincount(sampler.draw_label("alarm", 4000), minlength=7) / 4000
    assert takes[4] == pytest.approx(0.5, abs=0.04)
    assert takes[0] == pytest.approx(0.2, abs=0.03)
    assert takes[1:4] == pytest.approx(0.1, abs=0.03)
    takes = np.bincount(sampler.draw_label("others", 4000), minlength=7) / 4000
    assert takes[5:] == pytest.approx([0.4, 0.6], abs=0.04)


def test_context_comes_from_the_same_take_and_is_silent_before_it(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    recipe = replace(recipe, front_end=FrontEnd(context_frames=48))
    store = make_store([("alarm", "a"), ("others", "b")])
    patches, _ = WindowSampler(store, recipe, np.random.default_rng(0)).draw(100)
    assert patches.shape == (100, 144, 64)
    silent = (patches == np.float32(FrontEnd().silence)).all(axis=2)
    # Windows start at rows 20 to 59; the first frame of a take reaches over its beginning.
    assert set(silent.sum(axis=1)) <= set(range(29))
    assert silent[:, 0].any()
    assert not silent[:, 28:].any()
