"""Measure everything, one thing after the other, in one process."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from threadpoolctl import threadpool_limits

from audio_guard_engine.card import Model, load_model
from audio_guard_engine.scorer import Scorer
from tools.cost import probes
from tools.cost.ffmpeg_process import ffmpeg_ms_per_second
from tools.cost.hop_parts import hop_parts, reference_parts
from tools.cost.line import loud_noise, quiet_room, write_line
from tools.cost.machine import describe, least_ms, measure_peaks
from tools.cost.networks import (
    model_on_gpu,
    model_scorers,
    model_work,
    paper_reference,
    yamnet_reference,
)
from tools.cost.rounds import Timing, at_cadence, back_to_back
from tools.cost.simulation import camera_load, hop_latency, thread_gain
from tools.runs.run_folder import surroundings

BACK_TO_BACK = "back to back"
AT_CADENCE = "at cadence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How much is measured."""

    line_seconds: float = 60.0
    blocks: int = 40
    ticks: int = 120
    turns: int = 30
    latency_seconds: float = 30.0
    connects: int = 5
    further_cameras: int = 10
    home_hops: int = 5_000
    cameras_in_turns: int = 100
    cameras_at_once: int = 50
    cores: int = 2


# Enough to see that everything is there and in order, not to quote.
QUICK = Plan(
    line_seconds=20.0,
    blocks=3,
    ticks=5,
    turns=3,
    latency_seconds=4.0,
    connects=1,
    further_cameras=2,
    home_hops=200,
    cameras_in_turns=10,
)


def measure(plan: Plan, cache: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Return all figures; `cache` keeps the networks that are converted for comparison."""
    model = load_model()
    figures: dict[str, Any] = {
        **surroundings(),
        "machine": describe(),
        "plan": asdict(plan),
        "model": model.name,
        "hop_seconds": model.front_end.patch_hop_seconds,
    }
    scorers = model_scorers(model)
    say("networks of others")
    paper, yamnet = paper_reference(model, cache), yamnet_reference(model, cache)
    with TemporaryDirectory() as folder, threadpool_limits(1):
        line, room = Path(folder, "line.nut"), Path(folder, "room.nut")
        write_line(line, loud_noise(plan.line_seconds))
        write_line(room, quiet_room(plan.line_seconds))
        peaks = measure_peaks()
        works = hop_parts(line, model, scorers) | reference_parts(line, paper, yamnet)
        say("parts of a hop, back to back")
        timings = {BACK_TO_BACK: back_to_back(works, plan.blocks)}
        say("parts of a hop, at cadence")
        timings[AT_CADENCE] = at_cadence(works, plan.ticks, figures["hop_seconds"])
        # A peak is a peak only when nobody disturbed it: the better of two tries, at both ends of the run.
        peaks = {name: max(value, peaks[name]) for name, value in measure_peaks().items()}
        say("many cameras")
        figures["cameras"] = _cameras(line, room, model, scorers, plan)
        figures["ffmpeg_ms_per_second"] = ffmpeg_ms_per_second(line, plan.line_seconds)
    counted = {"model": model_work(model), "paper": paper.work, "yamnet": yamnet.work}
    figures |= {
        "peaks": peaks,
        "work": {
            name: asdict(work) | {"least_ms": least_ms(work, peaks)}
            for name, work in counted.items()
        },
        "timings": {mode: _as_dicts(rows) for mode, rows in timings.items()},
    }
    figures["gpu"] = model_on_gpu(model)
    say("memory and start")
    figures["memory"] = probes.memory(plan.further_cameras)
    figures["start_up_seconds"] = probes.start_up(plan.connects)
    say("Home Assistant")
    figures["home"] = probes.home(plan.further_cameras, plan.home_hops)
    figures["load_average_at_end"] = describe()["load_average"]
    return figures


def _cameras(
    line: Path, room: Path, model: Model, scorers: Mapping[str, Scorer], plan: Plan
) -> dict[str, Any]:
    """Simulate many cameras, by runtime."""
    turns = plan.cameras_in_turns, plan.turns
    return {
        name: {
            "load": asdict(camera_load(line, model, scorer, *turns)),
            "quiet_load": asdict(camera_load(room, model, scorer, *turns, gated=True)),
            "latency": asdict(
                hop_latency(
                    line, model, scorer, plan.cameras_at_once, plan.cores, plan.latency_seconds
                )
            ),
            "thread_gain": thread_gain(model, scorer, 20 * plan.turns),
        }
        for name, scorer in scorers.items()
    }


def _as_dicts(rows: Mapping[str, Timing]) -> dict[str, Any]:
    return {name: asdict(row) for name, row in rows.items()}
