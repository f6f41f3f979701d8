"""Measure of a model what its tables don't hold: others beside it, runtimes, streams, quiet hours."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from audio_guard_engine.card import Model
from tools.measures.baselines import baseline_figures
from tools.measures.model_report import model_listener
from tools.measures.quiet_hours import quiet_hours
from tools.measures.runtimes import runtime_figures
from tools.measures.stream_report import StreamSetting, measure_streams
from tools.streams.lines import LINES
from tools.windows.pcm_store import PcmStore

Stores: TypeAlias = Mapping[str, PcmStore]


def _runtimes(model: Model, stores: Stores, _: Collection[str]) -> dict[str, Any]:
    return runtime_figures(model, stores)


def _streams(model: Model, stores: Stores, doubtful: Collection[str]) -> dict[str, Any]:
    setting = StreamSetting(lines=tuple(LINES))
    return measure_streams(model_listener(model), stores["val"], stores["test"], setting, doubtful)


def _quiet_hours(model: Model, _: Stores, __: Collection[str]) -> dict[str, Any]:
    return quiet_hours(model_listener(model))


def _baselines(model: Model, stores: Stores, _: Collection[str]) -> dict[str, Any]:
    return baseline_figures(stores, model.labels, model.background)


Part: TypeAlias = Callable[[Model, Stores, Collection[str]], dict[str, Any]]
PARTS: Mapping[str, Part] = {
    "baselines": _baselines,
    "runtimes": _runtimes,
    "streams": _streams,
    "quiet-hours": _quiet_hours,
}


def examine(
    model: Model, stores: Stores, doubtful: Collection[str], left_out: Collection[str]
) -> dict[str, Any]:
    """Return the figures of each part that is not left out.

    `stores` are val and test; `doubtful` names val clips that don't count as background.
    """
    return {
        name: part(model, stores, doubtful) for name, part in PARTS.items() if name not in left_out
    }
