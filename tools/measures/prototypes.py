"""Stand for the vectors of a class by a few of their kind (k-means) and measure distances to them."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
ROUNDS = 100


def k_means(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Return at most `count` prototypes (k, d) of vectors (n, d): Lloyd's k-means from k-means++.

    Arthur and Vassilvitskii 2007. There are fewer where fewer vectors differ.
    """
    prototypes = _first_prototypes(vectors, count, rng)
    for _ in range(ROUNDS):
        owner = squared_distances(vectors, prototypes).argmin(axis=1)
        # A prototype that lost all its vectors stays out.
        moved = np.stack([vectors[owner == k].mean(axis=0) for k in np.unique(owner)])
        if moved.shape == prototypes.shape and np.allclose(moved, prototypes):
            break
        prototypes = moved
    return prototypes


def _first_prototypes(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Draw each next prototype the likelier the farther it is from those there are."""
    chosen = [int(rng.integers(len(vectors)))]
    while len(chosen) < count:
        far = squared_distances(vectors, vectors[chosen]).min(axis=1)
        far[chosen] = 0.0
        if far.max() <= 1e-9 * (1 + np.square(vectors).sum(axis=1).max()):
            break
        chosen.append(int(rng.choice(len(vectors), p=far / far.sum())))
    return vectors[chosen]


def squared_distances(vectors: Vectors, prototypes: Vectors) -> Vectors:
    """Return the squared Euclidean distances (n, k)."""
    lengths = np.square(vectors).sum(axis=1)[:, None] + np.square(prototypes).sum(axis=1)
    return np.maximum(lengths - 2 * vectors @ prototypes.T, 0.0)


def nearest_distance(vectors: Vectors, prototypes: Vectors) -> Vectors:
    """Return the Euclidean distance (n,) of each vector to the nearest prototype."""
    return np.sqrt(squared_distances(vectors, prototypes).min(axis=1))


def principal_axes(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """Return the mean (d,) and the two directions (d, 2) in which vectors differ most (PCA)."""
    mean = vectors.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(vectors - mean, rowvar=False))
    return mean, directions[:, :-3:-1]
