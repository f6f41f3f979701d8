"""Say how far a share or a rate may be from the truth, with 95 % confidence."""

from collections import Counter
from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

from scipy.special import pdtri

CONFIDENCE = 0.95


def wilson(share: float, items: float) -> tuple[float, float]:
    """Return the interval of a share of independent items, from both sides (Wilson 1927)."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    center = share + z**2 / (2 * items)
    reach = z * sqrt(share * (1 - share) / items + z**2 / (4 * items**2))
    whole = 1 + z**2 / items
    return max(0.0, (center - reach) / whole), min(1.0, (center + reach) / whole)


def independent_items(groups: Iterable[str]) -> float:
    """Return how many independent items are worth as much as items that come in groups.

    Kish's effective size for items that are all alike within a group: the most cautious assumption.
    Ten items of ten groups are worth ten, ten of one group are worth one.
    """
    sizes = Counter(groups).values()
    return sum(sizes) ** 2 / sum(size**2 for size in sizes)


def most_events(count: int) -> float:
    """Return the exact upper limit of how many events a Poisson process brings, having brought some."""
    return float(pdtri(count, 1 - CONFIDENCE))
