"""Measure of a model what its tables don't hold: others beside it, runtimes, streams, quiet hours, cost."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from audio_guard_engine.card import Model
from tools.fetch import find_weights
from tools.measures.baselines import baseline_figures
from tools.measures.hop_cost import hop_cost
from tools.measures.model_report import model_listener
from tools.measures.quiet_hours import quiet_hours, quiet_recordings
from tools.measures.runtimes import runtime_figures
from tools.measures.stream_report import StreamSetting, measure_streams
from tools.networks.audioset import harmless_clips
from tools.streams.lines import LINES
from tools.windows.pcm_store import PcmStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A model, the sound of val and test, and the tables of both.

    `train` opens that of train, which baselines learn from. `doubtful` names val clips that don't count as
    background.
    """

    model: Model
    stores: Mapping[str, PcmStore]
    train: Callable[[], PcmStore]
    tables: Mapping[str, Any]
    doubtful: Collection[str]


def _baselines(of: Candidate) -> dict[str, Any]:
    return baseline_figures(of.stores, of.train, of.model.labels, of.model.background)


def _runtimes(of: Candidate) -> dict[str, Any]:
    return runtime_figures(of.model, of.stores, of.tables)


def _streams(of: Candidate) -> dict[str, Any]:
    setting = StreamSetting(lines=tuple(LINES))
    listener = model_listener(of.model)
    return measure_streams(listener, of.stores["val"], of.stores["test"], setting, of.doubtful)


def _quiet_hours(of: Candidate) -> dict[str, Any]:
    listener, figures = model_listener(of.model), {}
    weights = find_weights("mn04")
    if "test" in of.stores and weights.is_file():
        chosen = harmless_clips(of.stores["test"], of.model.background, weights)
        figures = quiet_recordings(listener, of.stores["test"], chosen)
    return quiet_hours(listener) | figures


Part: TypeAlias = Callable[[Candidate], dict[str, Any]]
PARTS: Mapping[str, Part] = {
    "baselines": _baselines,
    "runtimes": _runtimes,
    "streams": _streams,
    "quiet_hours": _quiet_hours,
    "cost": lambda of: hop_cost(of.model),
}


def examine(of: Candidate, left_out: Collection[str]) -> dict[str, Any]:
    """Return the figures of each part that is not left out; streams need both splits."""
    left_out = {*left_out, *(() if "test" in of.stores else ("streams",))}
    return {name: part(of) for name, part in PARTS.items() if name not in left_out}
