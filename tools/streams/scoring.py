"""Score a stream chunk by chunk, as the engine scores a camera: a window of 0.96 s every 0.48 s."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.decide import ClassPolicy
from audio_guard_engine.logmel import frames
from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.data.dataset import Clip, DatasetError
from tools.measures.window_tables import Score
from tools.runs.progress import progress
from tools.streams.lines import LINES, Read, read_through
from tools.streams.plan import Part, Plan
from tools.streams.sound import StreamSound
from tools.windows.features import patches_of
from tools.windows.pcm_store import PcmStore

CHUNK_HOPS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """A model to be measured; `score` maps patches (n, input frames, bands) to scores (n, labels)."""

    labels: Sequence[str]
    background: str
    policies: Mapping[str, ClassPolicy]
    front_end: FrontEnd
    score: Score


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A clip that sounds from `start` to `stop`, in seconds of the stream."""

    clip: Clip
    start: float
    stop: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredStream:
    """What a model makes of a stream: `scores` (hops, labels), and what sounded when.

    `snr_db` is None in a stream without events.
    """

    line: str
    snr_db: float | None
    scores: NDArray[np.float32]
    seconds: float
    background: Sequence[Heard]
    events: Sequence[Heard]

    @property
    def name(self) -> str:
        """Name the line and, where events are mixed in, how loud they are."""
        return self.line if self.snr_db is None else f"{self.line}, {self.snr_db:g} dB"

    @property
    def hours(self) -> float:
        """How long the stream lasts."""
        return self.seconds / 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamSet:
    """What a model is judged by: streams without events of val and of test, and test's with events."""

    val: Sequence[ScoredStream]
    quiet: Sequence[ScoredStream]
    mixed: Sequence[ScoredStream]


def score_stream(
    listener: Listener, store: PcmStore, plan: Plan, line: str, snr_db: float | None, title: str
) -> ScoredStream:
    """Play a plan through a line and score it."""
    sound = StreamSound(store, plan, snr_db or 0.0)
    if not list(_chunks(plan.samples, listener.front_end)):
        raise DatasetError(
            f"all {listener.background} clips last {plan.samples / SAMPLE_RATE_HZ:.2f} s together, "
            "less than a window: add recordings"
        )
    return ScoredStream(
        line=line,
        snr_db=snr_db,
        scores=score_sound(listener, sound.read, plan.samples, line, title),
        seconds=plan.samples / SAMPLE_RATE_HZ,
        background=_heard(store, plan.background),
        events=_heard(store, plan.events),
    )


def score_sound(
    listener: Listener, read: Read, samples: int, line: str, title: str
) -> NDArray[np.float32]:
    """Play a sound of at least a window through a line and return the scores (hops, labels)."""
    arrived = read_through(LINES[line], read)
    chunks = list(_chunks(samples, listener.front_end))
    shown = progress(chunks, total=len(chunks), title=title)
    return np.concatenate(
        [listener.score(read_patches(arrived, hops, listener.front_end)) for hops in shown]
    )


def read_patches(read: Read, hops: range, front_end: FrontEnd) -> NDArray[np.float32]:
    """Return the patches of some hops that follow each other, (hops, input frames, bands)."""
    context_hops = -(-front_end.context_frames // front_end.patch_hop_frames)
    first = max(0, hops.start - context_hops) * front_end.patch_hop_samples
    stop = (hops.stop - 1) * front_end.patch_hop_samples + front_end.patch_samples
    return patches_of(frames(read(first, stop), front_end), front_end)[-len(hops) :]


def _chunks(samples: int, front_end: FrontEnd) -> Iterator[range]:
    """Cut the hops whose windows lie in a stream into chunks."""
    hops = max(0, (samples - front_end.patch_samples) // front_end.patch_hop_samples + 1)
    for start in range(0, hops, CHUNK_HOPS):
        yield range(start, min(hops, start + CHUNK_HOPS))


def _heard(store: PcmStore, parts: Sequence[Part]) -> list[Heard]:
    return [
        Heard(
            clip=store.clips[store.clip[part.take]],
            start=part.start / SAMPLE_RATE_HZ,
            stop=part.stop / SAMPLE_RATE_HZ,
        )
        for part in parts
    ]
