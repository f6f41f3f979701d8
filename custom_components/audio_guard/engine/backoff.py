"""How long to wait before the next try."""

import random

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
# A stream that lasted this long was healthy: what broke it now has nothing to do with what broke it before.
HEALTHY_SECONDS = 60.0


class Backoff:
    """Double the wait from 1 s to 60 s; each is shortened by up to half so that cameras don't return all at once."""

    def __init__(self, rng: random.Random | None = None) -> None:
        """Take a source of chance, for tests."""
        self._rng = rng or random.Random()  # noqa: S311 (nothing secret)
        self.reset()

    def reset(self) -> None:
        """Begin again with the first wait."""
        self._seconds = FIRST_SECONDS

    def next_seconds(self) -> float:
        """Return the next wait."""
        wait = self._seconds * self._rng.uniform(0.5, 1.0)
        self._seconds = min(2 * self._seconds, LONGEST_SECONDS)
        return wait
