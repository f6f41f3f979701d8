"""Count what a model raises where nothing happens: noise, hum, silence, talk, music."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.measures.detections import detection_times
from tools.streams.plan import quiet_plan
from tools.streams.quiet_sounds import KINDS, quiet_sound
from tools.streams.scoring import Listener, score_sound, score_stream
from tools.windows.pcm_store import PcmStore

# Far from those that anything is trained with.
SEED = 960_000
USUAL_LINES = ("plain", "mu_law")
MOST_HOURS = 24.0


def quiet_hours(
    listener: Listener, hours: float = 1.0, lines: Sequence[str] = USUAL_LINES
) -> dict[str, Any]:
    """Return, for each synthesized sound, how many detections each class starts on each line."""
    return {
        kind: {
            "hours": hours,
            "alerts": {
                line: _alerts(listener, calm_scores(listener, kind, line, hours, SEED))
                for line in lines
            },
        }
        for kind in KINDS
    }


def quiet_recordings(
    listener: Listener,
    store: PcmStore,
    chosen: Mapping[str, Collection[str]],
    lines: Sequence[str] = USUAL_LINES,
) -> dict[str, Any]:
    """Return the same for recordings of each kind, `chosen` by their names; each sounds once."""
    return {
        f"{kind}, recorded": _of_recordings(listener, store, names, lines)
        for kind, names in chosen.items()
        if names
    }


def _of_recordings(
    listener: Listener, store: PcmStore, names: Collection[str], lines: Sequence[str]
) -> dict[str, Any]:
    others = {clip.name for clip in store.clips} - set(names)
    plan = quiet_plan(store, listener.background, SEED, MOST_HOURS, others)
    alerts = {}
    for line in lines:
        scored = score_stream(listener, store, plan, line, None, f"{len(names)} recordings, {line}")
        alerts[line] = _alerts(listener, scored.scores)
    return {"hours": round(plan.samples / SAMPLE_RATE_HZ / 3600, 3), "alerts": alerts}


def calm_scores(
    listener: Listener, kind: str, line: str, hours: float, seed: int
) -> NDArray[np.float32]:
    """Return the scores (hops, labels) of so many hours of a synthesized sound."""
    samples = round(hours * 3600 * SAMPLE_RATE_HZ)
    title = f"{hours:g} h of {kind}, {line}"
    return score_sound(listener, quiet_sound(kind, seed), samples, line, title)


def _alerts(listener: Listener, scores: NDArray[np.float32]) -> dict[str, int]:
    return {
        label: detection_times(scores[:, listener.labels.index(label)], label, policy).size
        for label, policy in listener.policies.items()
    }


def quiet_hours_text(figures: Mapping[str, Any]) -> str:
    """Return the alerts as a Markdown table."""
    lines = list(next(iter(figures.values()))["alerts"])
    rows = [["sound", "hours", *lines], ["---"] * (2 + len(lines))]
    for kind, of in figures.items():
        told = [_alerts_text(of["alerts"][line]) for line in lines]
        rows.append([kind, f"{of['hours']:.2g}", *told])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        "### Quiet hours\n\n"
        "Alerts of the engine's decider at the card's thresholds where nothing happens. Synthesized sounds are at "
        "−60 to −15 dBFS; their talk is babble without words, their music plucked strings over a beat. Recorded "
        "are those background clips of test in which EfficientAT's mn04 surely hears speech or music, where its "
        f"weights are at hand.\n\n{table}"
    )


def _alerts_text(alerts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {label}" for label, count in alerts.items() if count) or "none"
