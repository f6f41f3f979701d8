"""A hop, part by part and as a whole, by the engine's own code; and a window as others take it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.capture import HopResampler
from audio_guard_engine.card import FrontEnd, Model
from audio_guard_engine.decide import Decider
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.gate import LevelGate, calm_score
from audio_guard_engine.logmel import LogMel
from audio_guard_engine.scorer import Scorer
from audio_guard_engine.source import parse_source
from tools.cost.line import HOP_PACKETS, decoded_frames, hops
from tools.cost.networks import Reference
from tools.cost.rounds import Work
from tools.listen import hear

PREPARED = 16
MODEL = "model"
WHOLE = "whole hop"
PAPER_MODEL = "the paper's VGGish"
PAPER_WHOLE = "the paper's pipeline, a hop"
YAMNET_MODEL = "YAMNet-sized network"
YAMNET_WHOLE = "YAMNet-sized, a window of 0.975 s"


def hop_parts(path: Path, model: Model, scorers: Mapping[str, Scorer]) -> dict[str, Work]:
    """Return all that one hop is made of, and the whole, by name; `path` is the line that is heard."""
    front_end = model.front_end
    return {
        "decode": _decoding(path),
        "resample": _resampling(path, front_end.sample_rate_hz),
        "log-mel": _log_mel(path, front_end),
        "gate": _gating(path, model),
        **{f"{MODEL}, {name}": _scoring(path, front_end, s) for name, s in scorers.items()},
        "decider": _deciding(model),
        **{f"{WHOLE}, {name}": whole_hop(path, model, s) for name, s in scorers.items()},
    }


def reference_parts(path: Path, paper: Reference, yamnet: Reference) -> dict[str, Work]:
    """Return what others run: the network alone, and from packets to scores with a patch made anew each time."""
    return {
        PAPER_MODEL: _scoring(path, paper.front_end, paper.scorer),
        PAPER_WHOLE: _plain_window(path, paper, paper.front_end.patch_hop_samples),
        YAMNET_MODEL: _scoring(path, yamnet.front_end, yamnet.scorer),
        YAMNET_WHOLE: _plain_window(path, yamnet, yamnet.front_end.patch_samples),
    }


def whole_hop(path: Path, model: Model, scorer: Scorer, gate: LevelGate | None = None) -> Work:
    """Go from packets to detections."""
    decider, frames = Decider(model.policies), frames_of(path, model, scorer, gate)
    return lambda: decider.step(next(frames))


def frames_of(
    path: Path, model: Model, scorer: Scorer, gate: LevelGate | None = None
) -> Iterator[ScoreFrame]:
    """Hear the line over and over."""
    source, stop = parse_source(str(path)), threading.Event()
    while True:
        yield from hear(path.name, source, model, scorer, stop, gate)


def usual_gate(model: Model) -> LevelGate:
    """Return the gate of a camera with the card's thresholds."""
    return LevelGate(model, calm_score(policy.threshold for policy in model.policies.values()))


def _decoding(path: Path) -> Work:
    """Read and decode a hop's packets."""
    frames = decoded_frames(path)
    return lambda: [next(frames) for _ in range(HOP_PACKETS)]


def _resampling(path: Path, sample_rate_hz: int) -> Work:
    """Gather a hop's decoded packets and bring them to the model's rate."""
    frames = cycle(list(islice(decoded_frames(path), PREPARED * HOP_PACKETS)))
    resampler = HopResampler(av, sample_rate_hz)
    return lambda: [list(resampler.push(next(frames))) for _ in range(HOP_PACKETS)]


def _log_mel(path: Path, front_end: FrontEnd) -> Work:
    """Compute the frames that a hop adds."""
    log_mel = LogMel(front_end)
    log_mel.whole(np.zeros(front_end.patch_samples, np.float32))
    pieces = cycle(_pieces(path, front_end, front_end.patch_hop_samples))
    return lambda: log_mel.advance(next(pieces))


def _gating(path: Path, model: Model) -> Work:
    """See whether a patch holds anything new."""
    log_mel, gate = LogMel(model.front_end), usual_gate(model)
    pieces = _pieces(path, model.front_end, model.front_end.patch_samples)
    patches = cycle([log_mel.whole(piece).copy() for piece in pieces])
    return lambda: gate.spares(next(patches))


def _scoring(path: Path, front_end: FrontEnd, scorer: Scorer) -> Work:
    """Score patches of the line."""
    log_mel = LogMel(front_end)
    pieces = _pieces(path, front_end, front_end.patch_samples)
    patches = cycle([log_mel.whole(piece).copy() for piece in pieces])
    return lambda: scorer.score(next(patches))


def _deciding(model: Model) -> Work:
    """Decide on a hop's scores; some of them start detections."""
    decider, rng = Decider(model.policies), np.random.default_rng(0)
    scores = cycle(rng.beta(0.3, 1.0, (1_000, len(model.labels))).tolist())
    hop_seconds = model.front_end.patch_hop_seconds
    times: Callable[[], float] = iter(np.arange(1, 1_000_000) * hop_seconds).__next__

    def decide() -> object:
        named = dict(zip(model.labels, next(scores), strict=True))
        return decider.step(
            ScoreFrame(source="line", t=float(times()), scores=named, level_dbfs=-30.0)
        )

    return decide


def _plain_window(path: Path, reference: Reference, hop_samples: int) -> Work:
    """Take in new sound, compute the whole patch, score it."""
    log_mel, front_end = LogMel(reference.front_end), reference.front_end
    windows = _windows(path, front_end, hop_samples)
    return lambda: reference.scorer.score(log_mel.whole(next(windows)))


def _windows(path: Path, front_end: FrontEnd, hop_samples: int) -> Iterator[NDArray[np.float32]]:
    """Capture windows of a patch's length, each so many samples after the last."""
    held = np.zeros(0, np.float32)
    for pcm in hops(path, front_end.sample_rate_hz):
        held = np.concatenate((held, pcm))
        while len(held) >= front_end.patch_samples:
            yield held[: front_end.patch_samples]
            held = held[hop_samples:]


def _pieces(path: Path, front_end: FrontEnd, samples: int) -> list[NDArray[np.float32]]:
    """Return some pieces of the line's sound."""
    sound, wanted = hops(path, front_end.sample_rate_hz), PREPARED * samples
    captured: list[NDArray[np.float32]] = []
    while sum(map(len, captured)) < wanted:
        captured.append(next(sound))
    return list(np.concatenate(captured)[:wanted].reshape(PREPARED, samples))
