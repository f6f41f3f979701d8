"""Count what a model raises in hours in which nothing happens: noise, hum, silence, talk, music."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.measures.detections import detection_times
from tools.streams.quiet_sounds import KINDS, quiet_sound
from tools.streams.scoring import Listener, score_sound

# Far from those that anything is trained with.
SEED = 960_000
USUAL_LINES = ("plain", "mu_law")


def quiet_hours(
    listener: Listener, hours: float = 1.0, lines: Sequence[str] = USUAL_LINES
) -> dict[str, Any]:
    """Return how many detections each class starts in each sound on each line."""
    return {
        "hours": hours,
        "sounds": {
            kind: {line: _alerts(listener, kind, line, hours) for line in lines} for kind in KINDS
        },
    }


def _alerts(listener: Listener, kind: str, line: str, hours: float) -> dict[str, int]:
    samples = round(hours * 3600 * SAMPLE_RATE_HZ)
    read = quiet_sound(kind, SEED)
    scores = score_sound(listener, read, samples, line, f"{hours:g} h of {kind}, {line}")
    return {
        label: int(detection_times(scores[:, listener.labels.index(label)], label, policy).size)
        for label, policy in listener.policies.items()
    }


def quiet_hours_text(figures: Mapping[str, Any]) -> str:
    """Return the alerts as a Markdown table."""
    lines = list(next(iter(figures["sounds"].values())))
    rows = [["sound", *lines], ["---"] * (1 + len(lines))]
    for kind, alerts in figures["sounds"].items():
        rows.append([kind, *(_alerts_text(alerts[line]) for line in lines)])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        "### Quiet hours\n\n"
        f"Alerts of the engine's decider at the card's thresholds in {figures['hours']:g} h each of synthesized "
        "sound, at −60 to −15 dBFS; the talk is babble without words, the music plucked strings over a beat."
        f"\n\n{table}"
    )


def _alerts_text(alerts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {label}" for label, count in alerts.items() if count) or "none"
