"""Choose when detections start, on streams of val through every line: how sure, and confirmed how often.

A threshold is the lowest from which on the false alarms of a class keep a budget on every line: coded lines
raise several times as many as plain ones. Of the confirmations tried, each at its own threshold, the one
that hears most of val's events is taken. Synthesized noise, hum, talk and music may raise nothing at all.
Where the background is too short to hold one false alarm of the budget it shows little, so thresholds are
only raised from the recipe's, and its confirmations stay.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.decide import ClassPolicy
from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.measures.detections import detection_times
from tools.measures.quiet_hours import calm_scores
from tools.measures.stream_sweep import THRESHOLDS
from tools.measures.stream_verdicts import judge
from tools.streams.lines import LINES
from tools.streams.plan import event_plan, quiet_plan
from tools.streams.quiet_sounds import KINDS
from tools.streams.scoring import Listener, ScoredStream, score_stream
from tools.windows.pcm_store import PcmStore

# Neither what the quiet hours are measured on nor anything that is trained on.
CALM_SEED = 950_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceSetting:
    """By what policies are chosen.

    `false_alarms_per_day`: the least that an hour or two of negatives can tell from none; one recording
    that holds what its label denies then decides nothing. `hours` of background at most, per line.
    `confirmations`: (confirm_hops, of_hops) that are tried besides the recipe's own; none keeps those.
    `calm_hours` of each synthesized sound that holds nothing, on the lines of `calm_lines`, but no more
    than there is background; 0 for none.
    """

    false_alarms_per_day: float = 24.0
    hours: float = 4.0
    lines: Sequence[str] = tuple(LINES)
    confirmations: Sequence[tuple[int, int]] = ((1, 1), (2, 3), (2, 4), (3, 6))
    event_lines: Sequence[str] = ("plain", "mu_law")
    snrs_db: Sequence[float] = (20.0, 10.0)
    clips_per_class: int = 40
    calm_hours: float = 0.5
    calm_lines: Sequence[str] = ("plain", "mu_law")
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ValStreams:
    """Streams of val: background alone on each line, and with events where confirmations are tried.

    `calm` are scores (hops, labels) of synthesized sounds in which nothing happens.
    """

    quiet: Sequence[ScoredStream]
    mixed: Sequence[ScoredStream]
    calm: Sequence[NDArray[np.float32]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A chosen policy and what it does on val.

    `heard`: the share of events, None where none were played. `false_alarms`: on the worst line.
    """

    policy: ClassPolicy
    heard: float | None
    false_alarms: int
    keeps_budget: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What was chosen for each class, and the streams without events by which it was."""

    choices: Mapping[str, Choice]
    quiet: Sequence[ScoredStream]
    facts: Mapping[str, Any]

    @property
    def policies(self) -> dict[str, ClassPolicy]:
        """Return the policy of each class."""
        return {label: choice.policy for label, choice in self.choices.items()}


def choose_on_val(
    listener: Listener, val: PcmStore, setting: ChoiceSetting, doubtful: Collection[str]
) -> Chosen:
    """Score val's streams and choose; `doubtful` names clips that don't count as background."""
    streams = val_streams(listener, val, setting, doubtful)
    choices = choose_policies(listener, streams, setting)
    facts = choice_facts(choices, streams, setting)
    return Chosen(choices=choices, quiet=streams.quiet, facts=facts)


def val_streams(
    listener: Listener, val: PcmStore, setting: ChoiceSetting, doubtful: Collection[str]
) -> ValStreams:
    """Score the streams; `doubtful` names clips that don't count as background."""
    quiet = quiet_plan(val, listener.background, setting.seed, setting.hours, doubtful)
    calm_hours = min(setting.calm_hours, quiet.samples / SAMPLE_RATE_HZ / 3600)
    mixed = event_plan(val, listener.background, setting.seed, setting.clips_per_class)
    return ValStreams(
        quiet=[
            score_stream(listener, val, quiet, line, None, f"val stream, {line}")
            for line in setting.lines
        ],
        mixed=[
            score_stream(listener, val, mixed, line, snr_db, f"val stream, {line}, {snr_db:g} dB")
            for line in (setting.event_lines if setting.confirmations else ())
            for snr_db in setting.snrs_db
        ],
        calm=[
            calm_scores(listener, kind, line, calm_hours, CALM_SEED)
            for kind in (KINDS if calm_hours else ())
            for line in setting.calm_lines
        ],
    )


def choose_policies(
    listener: Listener, streams: ValStreams, setting: ChoiceSetting
) -> dict[str, Choice]:
    """Choose a policy for each class."""
    allowed = setting.false_alarms_per_day / 24 * streams.quiet[0].hours
    return {
        label: _choose(listener, label, streams, setting, allowed) for label in listener.policies
    }


def choice_facts(
    choices: Mapping[str, Choice], streams: ValStreams, setting: ChoiceSetting
) -> dict[str, Any]:
    """Return how policies were chosen, for JSON."""
    quiet = streams.quiet[0]
    return {
        "setting": asdict(setting),
        "hours": round(quiet.hours, 3),
        "recordings": len(quiet.background),
        "classes": {label: asdict(choice) for label, choice in choices.items()},
    }


def _choose(
    listener: Listener, label: str, streams: ValStreams, setting: ChoiceSetting, allowed: float
) -> Choice:
    own = listener.policies[label]
    if allowed < 1:
        return _at_budget(listener, label, own, streams, allowed, own.threshold)
    tried = [own] + [
        replace(own, confirm_hops=confirm_hops, of_hops=of_hops)
        for confirm_hops, of_hops in setting.confirmations
        if (confirm_hops, of_hops) != (own.confirm_hops, own.of_hops)
    ]
    choices = [
        _at_budget(listener, label, policy, streams, allowed, THRESHOLDS[0]) for policy in tried
    ]
    return max(choices, key=lambda choice: (choice.keeps_budget, choice.heard or 0.0))


def _at_budget(
    listener: Listener,
    label: str,
    policy: ClassPolicy,
    streams: ValStreams,
    allowed: float,
    least: float,
) -> Choice:
    """Give a policy its lowest threshold within the budget, `least` or above, or the highest there is."""
    chosen, count = replace(policy, threshold=THRESHOLDS[-1]), None
    candidates = {least, *(threshold for threshold in THRESHOLDS if threshold > least)}
    for threshold in sorted(candidates, reverse=True):
        lower = replace(policy, threshold=threshold)
        alarms = worst_false_alarms(listener, label, lower, streams.quiet)
        if count is None:
            count = alarms
        if alarms > allowed or calm_alerts(listener, label, lower, streams.calm):
            break
        chosen, count = lower, alarms
    return Choice(
        policy=chosen,
        heard=_share_heard(listener, label, chosen, streams.mixed),
        false_alarms=count or 0,
        keeps_budget=(count or 0) <= allowed
        and not calm_alerts(listener, label, chosen, streams.calm),
    )


def calm_alerts(
    listener: Listener, label: str, policy: ClassPolicy, calm: Sequence[NDArray[np.float32]]
) -> int:
    """Count the detections in synthesized sounds in which nothing happens."""
    column = listener.labels.index(label)
    return sum(detection_times(scores[:, column], label, policy).size for scores in calm)


def worst_false_alarms(
    listener: Listener, label: str, policy: ClassPolicy, quiet: Sequence[ScoredStream]
) -> int:
    """Count the detections in streams without events, on the line with the most."""
    return max(len(judge(stream, listener.labels, label, policy).elsewhere) for stream in quiet)


def _share_heard(
    listener: Listener, label: str, policy: ClassPolicy, mixed: Sequence[ScoredStream]
) -> float | None:
    """Return the mean share of events that are heard; None where there are none."""
    verdicts = [judge(stream, listener.labels, label, policy).heard for stream in mixed]
    if not any(heard.size for heard in verdicts):
        return None
    return round(float(np.mean([heard.mean() for heard in verdicts])), 4)
