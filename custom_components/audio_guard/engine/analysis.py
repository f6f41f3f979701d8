"""From contiguous sound to score frames: window, log-mel, level, score."""

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .card import Model
from .frame import ScoreFrame
from .gate import LevelGate
from .level import level_dbfs
from .logmel import LogMel
from .ring import PcmRing
from .scorer import Scorer

# A late scorer may catch up on this many hops (3.84 s: the burst after a Wi-Fi hiccup); beyond, the newest window wins.
LARGEST_BACKLOG_HOPS = 8


class Analyzer:
    """Cut one unbroken stretch of sound into windows and score each.

    One thread may write while another takes the frames.
    """

    def __init__(
        self,
        source: str,
        model: Model,
        scorer: Scorer,
        *,
        gain_db: float = 0.0,
        gate: LevelGate | None = None,
    ) -> None:
        """Prepare for the first sample; `source` names the stretch in its frames, `gain_db` is added to its level.

        With a gate, hops in which nothing is new repeat the scores of the one before.
        """
        self._source = source
        self._gain = 10.0 ** (gain_db / 20.0)
        self._labels = model.labels
        self._front_end = model.front_end
        self._scorer = scorer
        self._gate = gate
        self._scores: list[float] = []
        self._log_mel = LogMel(model.front_end)
        backlog_samples = (LARGEST_BACKLOG_HOPS + 2) * model.front_end.patch_hop_samples
        self._ring = PcmRing(model.front_end.patch_samples + backlog_samples)
        self._changed = threading.Condition()
        self._closed = False
        self._next_window = 0
        self._follows_on = (
            False  # the log-mel frames of the window before are still there to build on
        )
        self.skipped_hops = 0
        self.spared_hops = 0

    def write(self, pcm: NDArray[np.float32]) -> None:
        """Append samples at the model's rate, at most a few hops at a time; what a gain makes too loud is clipped."""
        if self._gain != 1.0:
            pcm = pcm * np.float32(self._gain)
            np.clip(pcm, -1.0, 1.0, out=pcm)
        with self._changed:
            self._ring.write(pcm)
            self._changed.notify()

    def pad(self) -> None:
        """End a recording: append zeros so that its last, partial window counts too."""
        with self._changed:
            missing = self._front_end.padded_samples(self._ring.total) - self._ring.total
            self._ring.write(np.zeros(missing, np.float32))
            self._changed.notify()

    def close(self) -> None:
        """Let `frames` end after the windows that are complete."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def frames(self) -> Iterator[ScoreFrame]:
        """Yield a frame a hop, waiting for sound, until closed. For live streams: drops hops when too slow."""
        while self._wait():
            self._skip_backlog()
            yield self._score()

    def drain(self) -> Iterator[ScoreFrame]:
        """Yield the frames of the windows that are complete, without waiting. For recordings: drops nothing."""
        while self._complete_hops():
            yield self._score()

    def _complete_hops(self) -> int:
        """Count the windows that are complete and not scored yet."""
        front_end = self._front_end
        stop = self._next_window * front_end.patch_hop_samples + front_end.patch_samples
        return max(0, (self._ring.total - stop) // front_end.patch_hop_samples + 1)

    def _wait(self) -> bool:
        """Wait for a complete window; False when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._complete_hops())
            return not self._closed or self._complete_hops() > 0

    def _skip_backlog(self) -> None:
        """Jump to the newest window when too many wait."""
        with self._changed:
            waiting = self._complete_hops() - 1
            if waiting > LARGEST_BACKLOG_HOPS:
                self._next_window += waiting
                self.skipped_hops += waiting
                self._follows_on = False
                if self._gate is not None:
                    self._gate.interrupt()

    def _score(self) -> ScoreFrame:
        """Score the next window."""
        front_end = self._front_end
        start = self._next_window * front_end.patch_hop_samples
        with self._changed:
            pcm = self._ring.read(start, start + front_end.patch_samples)
        if self._follows_on:
            patch = self._log_mel.advance(pcm[-front_end.patch_hop_samples :])
        else:
            patch = self._log_mel.whole(pcm)
        self._follows_on = True
        self._next_window += 1
        return ScoreFrame(
            source=self._source,
            t=round(start / front_end.sample_rate_hz + front_end.patch_seconds, 6),
            scores=dict(zip(self._labels, self._scores_of(patch), strict=True)),
            level_dbfs=level_dbfs(pcm),
        )

    def _scores_of(self, patch: NDArray[np.float32]) -> list[float]:
        """Run the model on a patch, unless the gate spares it that."""
        if self._gate is not None and self._gate.spares(patch):
            self.spared_hops += 1
            return self._scores
        self._scores = self._scorer.score(patch).tolist()
        if self._gate is not None:
            self._gate.note(self._scores)
        return self._scores
