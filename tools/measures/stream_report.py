"""Measure a model on streams and say in tables what it heard and how often it was wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tools.measures.intervals import most_events
from tools.measures.stream_figures import CARD, stream_figures
from tools.measures.stream_verdicts import GRACE_SECONDS
from tools.streams.plan import event_plan, quiet_plan
from tools.streams.scoring import Listener, ScoredStream, StreamSet, score_stream
from tools.windows.pcm_store import PcmStore

WEEK_HOURS = 168


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamSetting:
    """Which streams to make.

    `hours` of background without events at most, per split and line; `clips_per_class` at most, else
    all; `budgets_per_day` of false alarms, for which thresholds are chosen on val.
    """

    hours: float = 4.0
    snrs_db: Sequence[float] = (20.0, 10.0, 0.0)
    lines: Sequence[str] = ("plain", "mu_law")
    clips_per_class: int | None = None
    budgets_per_day: Sequence[float] = (24.0, 1.0)
    seed: int = 0


def measure_streams(
    listener: Listener,
    val: PcmStore,
    test: PcmStore,
    setting: StreamSetting,
    doubtful: Collection[str] = (),
) -> dict[str, Any]:
    """Return the setting and the figures; `doubtful` names val clips that don't count as background."""
    streams = StreamSet(
        val=_quiet_streams(listener, val, setting, doubtful, "val"),
        quiet=_quiet_streams(listener, test, setting, (), "test"),
        mixed=_mixed_streams(listener, test, setting),
    )
    figures = stream_figures(listener, streams, setting.budgets_per_day)
    return {"setting": asdict(setting)} | figures


def _quiet_streams(
    listener: Listener,
    store: PcmStore,
    setting: StreamSetting,
    doubtful: Collection[str],
    split: str,
) -> list[ScoredStream]:
    plan = quiet_plan(store, listener.background, setting.seed, setting.hours, doubtful)
    return [
        score_stream(listener, store, plan, line, None, f"{split} stream, {line}")
        for line in setting.lines
    ]


def _mixed_streams(
    listener: Listener, store: PcmStore, setting: StreamSetting
) -> list[ScoredStream]:
    plan = event_plan(store, listener.background, setting.seed, setting.clips_per_class)
    return [
        score_stream(listener, store, plan, line, snr_db, f"test stream, {line}, {snr_db:g} dB")
        for line in setting.lines
        for snr_db in setting.snrs_db
    ]


def streams_text(figures: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    tables = (_choices_table, _mixes_table, _confusion_table)
    return "\n\n".join((_preface(figures), *(table(figures) for table in tables)))


def _preface(figures: Mapping[str, Any]) -> str:
    test, val = figures["test"], figures["val"]
    every = 3600 * test["hours"] / test["recordings"]
    budgets = ", ".join(f"{name} {count}" for name, count in figures["allowed_in_val"].items())
    return (
        "### Streams\n\n"
        "Each event clip of test sounds once in every mix of line and signal-to-noise ratio, over test's "
        "background recordings. It is heard when the engine's decider starts a detection of its class "
        f"from its start to {GRACE_SECONDS:g} s after its end. Intervals (95 %, Wilson) count recordings, "
        "not clips.\n\n"
        f"False alarms are counted in {test['hours']:.2g} h of test's background without events, each "
        "recording once per line, with the exact upper 95 % limit (Poisson) of their rate. A new recording "
        f"comes every {every:.0f} s, so a day of these is no day at home. Thresholds for a budget are the "
        f"lowest from which on {val['hours']:.2g} h of val keep it on every line; there it allows: "
        f"{budgets}. Even without one false alarm, so few hours can't exclude {val['least_per_day']:.0f} "
        f"(val) and {test['least_per_day']:.0f} (test) a day; to show one a week takes "
        f"{most_events(0) * WEEK_HOURS:.0f} h without one."
    )


def _choices_table(figures: Mapping[str, Any]) -> str:
    lines = figures["lines"]
    head = ["class", "clips (recordings)", "threshold of", "threshold", "events heard"]
    rows = []
    for label, of in figures["classes"].items():
        for name, choice in of["choices"].items():
            start = [label, f"{of['clips']} ({of['recordings']})", name]
            if choice is None:
                rows.append([*start, "none keeps it", "", *("" for _ in lines)])
                continue
            alarms = [_rate(choice["false_alarms"][line]) for line in lines]
            rows.append([*start, f"{choice['threshold']:.4g}", _share(choice["heard"]), *alarms])
    return _table([*head, *(f"false alarms, {line}" for line in lines)], rows)


def _mixes_table(figures: Mapping[str, Any]) -> str:
    mixes = figures["mixes"]
    rows = [
        [label, *(_share(of["choices"][CARD]["heard_in"].get(mix)) for mix in mixes)]
        for label, of in figures["classes"].items()
    ]
    return "Events heard, at the card's thresholds:\n\n" + _table(["class", *mixes], rows)


def _confusion_table(figures: Mapping[str, Any]) -> str:
    rows = []
    for label, of in figures["classes"].items():
        confused = of["choices"][CARD]["confused"]
        events = of["others"] * len(figures["mixes"])
        most = ", ".join(f"{other} {count}" for other, count in list(confused.items())[:3])
        rows.append([label, f"{sum(confused.values())} in {events}", most])
    head = ["class", "detections in events of other classes", "most in"]
    return "Confusions, at the card's thresholds, all mixes:\n\n" + _table(head, rows)


def _share(share: Mapping[str, float] | None) -> str:
    if share is None:
        return "-"
    return f"{share['share']:.0%} ({share['low']:.0%} to {share['high']:.0%})"


def _rate(alarms: Mapping[str, Any]) -> str:
    return f"{alarms['count']} ({alarms['per_day']:.0f} a day, at most {alarms['per_day_at_most']:.0f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
