"""Many cameras on one machine, in simulation: files are the cameras."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.analysis import Analyzer
from audio_guard_engine.capture import RESAMPLE_SECONDS, Capture
from audio_guard_engine.card import Model
from audio_guard_engine.decide import Decider
from audio_guard_engine.gate import FLOOR_HOPS, MOST_SPARED_HOPS
from audio_guard_engine.scorer import Scorer
from audio_guard_engine.source import parse_source
from tools.cost.hop_parts import usual_gate, whole_hop

LEAST_LATENESS_SECONDS = 1.0  # what a camera starts with: threads and files need a moment
WARM_UP_HOPS = 3
# Until a gate knows the room and has looked at a whole window of it.
SETTLING_HOPS = FLOOR_HOPS + 8
GATE_PERIOD = MOST_SPARED_HOPS + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraLoad:
    """How many cameras one core can hear, by the processor time of a hop with `cameras` taking turns.

    `spared` is the share of hops in which the gate let the model rest.
    """

    cameras: int
    ms_per_hop: float
    cameras_per_core: float
    spared: float


@dataclass(frozen=True, kw_only=True, slots=True)
class HopLatency:
    """Milliseconds from when a hop's sound is there to its decision, and the share of the cores that was used."""

    cameras: int
    cores: int
    hops: int
    skipped_hops: int
    median_ms: float
    p99_ms: float
    used: float


def camera_load(
    path: Path, model: Model, scorer: Scorer, cameras: int, rounds: int, *, gated: bool = False
) -> CameraLoad:
    """Let cameras take turns on one thread, a hop each; the median round counts."""
    counted = CountedScorer(scorer)
    hops = [
        whole_hop(path, model, counted, usual_gate(model) if gated else None)
        for _ in range(cameras)
    ]
    for number, hop in enumerate(hops):
        # Gates that open in the same rounds would make the median round one in which they are shut.
        for _ in range(SETTLING_HOPS + number % GATE_PERIOD if gated else WARM_UP_HOPS):
            hop()
    counted.runs = 0
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        for hop in hops:
            hop()
        spent.append(time.process_time() - start)
    ms_per_hop = 1e3 * float(np.median(spent)) / cameras
    return CameraLoad(
        cameras=cameras,
        ms_per_hop=ms_per_hop,
        cameras_per_core=1e3 * model.front_end.patch_hop_seconds / ms_per_hop,
        spared=1 - counted.runs / (rounds * cameras),
    )


class CountedScorer:
    """A scorer, and how often it was asked."""

    def __init__(self, scorer: Scorer) -> None:
        """Pass everything on."""
        self.runtime = scorer.runtime
        self.runs = 0
        self._scorer = scorer

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score a patch."""
        self.runs += 1
        return self._scorer.score(patch)


def thread_gain(model: Model, scorer: Scorer, runs: int) -> float:
    """Return how many times the work of one thread two threads of one process do in the same time.

    Below 2 they wait for one another, or share the processor's caches and memory.
    """
    front_end = model.front_end
    patch = np.zeros((front_end.input_frames, front_end.mel_bands), np.float32)

    def score() -> None:
        for _ in range(runs):
            scorer.score(patch)

    def seconds(count: int) -> float:
        threads = [threading.Thread(target=score, name="score") for _ in range(count)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    seconds(2)  # so that each has its memory
    return 2 * seconds(1) / seconds(2)


def hop_latency(
    path: Path, model: Model, scorer: Scorer, cameras: int, cores: int, seconds: float
) -> HopLatency:
    """Play cameras at life's speed on some cores, each with the engine's two threads, at times of their own."""
    with _only_cores(cores) as used_cores:
        began, cpu = time.monotonic(), time.process_time()
        first = began + LEAST_LATENESS_SECONDS
        lines = [
            _PacedCamera(path, model, scorer, first + random.random() * RESAMPLE_SECONDS)
            for _ in range(cameras)
        ]
        for line in lines:
            line.start()
        time.sleep(seconds)
        for line in lines:
            line.stop()
        for line in lines:
            line.join()
        used = (time.process_time() - cpu) / (time.monotonic() - began) / used_cores
    late = 1e3 * np.concatenate([line.latenesses() for line in lines])
    median, p99 = np.percentile(late, (50, 99))
    return HopLatency(
        cameras=cameras,
        cores=used_cores,
        hops=len(late),
        skipped_hops=sum(line.analyzer.skipped_hops for line in lines),
        median_ms=float(median),
        p99_ms=float(p99),
        used=used,
    )


class _PacedCamera:
    """A file that is heard no faster than a camera would send it, on a capturing and a scoring thread."""

    def __init__(self, path: Path, model: Model, scorer: Scorer, first: float) -> None:
        self.analyzer = Analyzer(path.name, model, scorer)
        self._path = path
        self._model = model
        self._due = first
        self._stop = threading.Event()
        self._written: list[tuple[float, int]] = []  # when the sound was there, samples so far
        self._decided: list[tuple[float, float]] = []  # when, stream time of the window's end
        self._threads = [
            threading.Thread(target=self._capture, name="paced camera", daemon=True),
            threading.Thread(target=self._score, name="paced camera scores", daemon=True),
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let both threads end."""
        self._stop.set()

    def join(self) -> None:
        """Wait for both threads."""
        for thread in self._threads:
            thread.join()

    def latenesses(self) -> np.ndarray:
        """Return the seconds that each hop took after its sound was there, but for the first windows."""
        front_end = self._model.front_end
        there, samples = np.array(self._written).T
        decided, ends = np.array(self._decided).T
        needed = (ends - front_end.patch_seconds) * front_end.sample_rate_hz
        arrived = there[np.searchsorted(samples, needed + front_end.patch_samples - 0.5)]
        late: np.ndarray = (decided - arrived)[WARM_UP_HOPS:]
        return late

    def _capture(self) -> None:
        rate_hz = self._model.front_end.sample_rate_hz
        total = 0
        with Capture(parse_source(str(self._path)), rate_hz) as capture:
            chunks = capture.chunks()
            while not self._stop.wait(max(0.0, self._due - time.monotonic())):
                pcm = next(chunks)
                total += len(pcm)
                self._written.append((self._due, total))
                self.analyzer.write(pcm)
                self._due += RESAMPLE_SECONDS
        self.analyzer.close()

    def _score(self) -> None:
        decider = Decider(self._model.policies)
        for frame in self.analyzer.frames():
            decider.step(frame)
            self._decided.append((time.monotonic(), frame.t))


@contextmanager
def _only_cores(cores: int) -> Iterator[int]:
    """Stay on some cores for a while, where the system can be told so; give how many there are."""
    if not hasattr(os, "sched_setaffinity"):
        yield os.cpu_count() or 1
        return
    allowed = os.sched_getaffinity(0)
    chosen = set(sorted(allowed)[:cores])
    os.sched_setaffinity(0, chosen)
    try:
        yield len(chosen)
    finally:
        os.sched_setaffinity(0, allowed)
