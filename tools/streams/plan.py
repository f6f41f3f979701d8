"""Lay out a stream: background recordings one after the other, and where events come in.

All chance comes from the seed, so the same stream can be made again, and again at another level of
the events or through another codec. Places are in samples at 16 kHz.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ, loudest_rms
from tools.data.dataset import DatasetError
from tools.windows.pcm_store import PcmStore

FADE_SAMPLES = SAMPLE_RATE_HZ // 20
# Between events there is time for every decider to let go, and for chance in where windows begin.
GAP_SECONDS = (12.0, 16.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Where a take of a store sounds; `stop` is the sample after its last."""

    take: int
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What sounds when in a stream of `samples` samples.

    The parts of the background overlap by `FADE_SAMPLES`, in which one fades into the next.
    """

    background: Sequence[Part]
    events: Sequence[Part]
    samples: int


def take_sound(store: PcmStore, take: int) -> NDArray[np.float32]:
    """Return the sound of a take without the zeros that complete its last window."""
    return np.trim_zeros(store.take_pcm(take), "b")


def quiet_plan(
    store: PcmStore, background: str, seed: int, hours: float, doubtful: Collection[str] = ()
) -> Plan:
    """Play each background recording once, in an order of chance, for some hours at most.

    `doubtful` names recordings that are left out because they may hold events.
    """
    rng = np.random.default_rng((seed, 0))
    most = int(hours * 3600 * SAMPLE_RATE_HZ)
    parts = []
    for part in _chain(store, rng.permutation(_background(store, background, doubtful))):
        parts.append(part)
        if part.stop >= most:
            break
    return Plan(background=parts, events=(), samples=min(most, parts[-1].stop))


def event_plan(store: PcmStore, background: str, seed: int, most_clips: int | None = None) -> Plan:
    """Play each event clip once, or `most_clips` of each label, apart from each other.

    The background recordings come in an order of chance, in another one when all have been played.
    """
    rng = np.random.default_rng((seed, 1))
    events, cursor = [], _gap(rng)
    for take in _interleaved(store, background, rng, most_clips):
        start, cursor = cursor, cursor + take_sound(store, take).size
        events.append(Part(take=take, start=start, stop=cursor))
        cursor += _gap(rng)
    usable = _background(store, background, ())
    parts = []
    for part in _chain(store, _without_end(usable, rng)):
        parts.append(part)
        if part.stop >= cursor:
            break
    return Plan(background=parts, events=events, samples=cursor)


def _background(store: PcmStore, background: str, doubtful: Collection[str]) -> NDArray[np.int64]:
    """Return the background takes that are long enough to fade in and out."""
    takes = [
        take
        for take, number in enumerate(store.clip)
        if store.clips[number].label == background
        and store.clips[number].name not in doubtful
        and take_sound(store, take).size >= 2 * FADE_SAMPLES
    ]
    if not takes:
        raise DatasetError(
            f"no clip of {background} lasts {2 * FADE_SAMPLES / SAMPLE_RATE_HZ:g} s: add recordings "
            "in which nothing is to be detected"
        )
    return np.array(takes)


def _without_end(takes: NDArray[np.int64], rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield from rng.permutation(takes).tolist()


def _chain(store: PcmStore, takes: Iterator[int] | NDArray[np.int64]) -> Iterator[Part]:
    """Put takes one after the other, each starting where the one before fades out."""
    cursor = 0
    for take in takes:
        stop = cursor + take_sound(store, int(take)).size
        yield Part(take=int(take), start=cursor, stop=stop)
        cursor = stop - FADE_SAMPLES


def _interleaved(
    store: PcmStore, background: str, rng: np.random.Generator, most: int | None
) -> list[int]:
    """Return the event takes in an order in which those of a label are spread evenly.

    Two events of a label in a row may fall into the time in which its decider does not start again.
    """
    label_of = [store.clips[number].label for number in store.clip]
    placed = []
    for label in sorted(set(label_of) - {background}):
        mine = [
            take
            for take, its in enumerate(label_of)
            if its == label and loudest_rms(take_sound(store, take)) > 0
        ]
        drawn = rng.permutation(mine)[:most]
        places = (np.arange(len(drawn)) + rng.random()) / max(1, len(drawn))
        placed += list(zip(places.tolist(), drawn.tolist(), strict=True))
    return [int(take) for _, take in sorted(placed)]


def _gap(rng: np.random.Generator) -> int:
    return int(rng.uniform(*GAP_SECONDS) * SAMPLE_RATE_HZ)
