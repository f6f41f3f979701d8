"""A ring of the newest samples of one stream, addressed by their place in the stream."""

import numpy as np
from numpy.typing import NDArray


class PcmRing:
    """Keep the last `capacity` samples. Not thread-safe: its owner locks."""

    def __init__(self, capacity: int) -> None:
        """Take all the memory that will ever be used."""
        self._samples = np.zeros(capacity, np.float32)
        self.total = 0  # samples written since the stream began

    def write(self, pcm: NDArray[np.float32]) -> None:
        """Append samples; the oldest make room."""
        capacity = len(self._samples)
        newest = pcm[-capacity:]
        start = (self.total + len(pcm) - len(newest)) % capacity
        head = newest[: capacity - start]
        self._samples[start : start + len(head)] = head
        self._samples[: len(newest) - len(head)] = newest[len(head) :]
        self.total += len(pcm)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Copy the samples of the stream's places `start` to `stop`; raise IndexError if they are gone or to come."""
        capacity = len(self._samples)
        if not max(0, self.total - capacity) <= start <= stop <= self.total:
            raise IndexError(
                f"samples {start} to {stop} are not in the ring (it ends at {self.total})"
            )
        first = start % capacity
        length = stop - start
        head = self._samples[first : first + length]
        return np.concatenate((head, self._samples[: length - len(head)]))
