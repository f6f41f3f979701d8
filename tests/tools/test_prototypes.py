"""A few prototypes stand for many vectors."""

import numpy as np
import pytest

from tools.measures.prototypes import k_means, nearest_distance, principal_axes

CENTERS = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [0.0, 20.0, 0.0]])


def around_centers(each: int = 50) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 0.5, (len(CENTERS) * each, 3))
    return np.repeat(CENTERS, each, axis=0) + noise


@pytest.mark.parametrize("seed", range(5))
def test_k_means_finds_the_groups(seed: int) -> None:
    found = k_means(around_centers(), 3, np.random.default_rng(seed))
    assert found.shape == (3, 3)
    assert nearest_distance(CENTERS, found) == pytest.approx(0.0, abs=0.5)


def test_equal_vectors_have_one_prototype() -> None:
    found = k_means(np.full((20, 3), 1e3), 4, np.random.default_rng(0))
    assert found == pytest.approx(np.full((1, 3), 1e3))


def test_distance_is_that_to_the_nearest_prototype() -> None:
    distances = nearest_distance(np.array([[3.0, 4.0, 0.0], [10.0, 0.0, 1.0]]), CENTERS)
    assert distances == pytest.approx([5.0, 1.0])


def test_principal_axes_are_those_in_which_vectors_differ() -> None:
    vectors = around_centers()
    mean, axes = principal_axes(vectors)
    assert axes.shape == (3, 2)
    spread = ((vectors - mean) @ axes).var(axis=0)
    assert spread[0] > spread[1] > 10
    assert spread.sum() == pytest.approx(vectors.var(axis=0).sum(), rel=0.02)
