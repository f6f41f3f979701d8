"""See what the engine's level gate spares, and that no detection changes by it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import Model
from audio_guard_engine.decide import ClassPolicy
from audio_guard_engine.gate import LevelGate, calm_score
from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.measures.detections import detection_times
from tools.measures.stream_report import StreamSetting
from tools.measures.window_tables import Score
from tools.streams.plan import Plan, event_plan, quiet_plan
from tools.streams.quiet_sounds import quiet_sound
from tools.streams.scoring import Listener, score_sound, score_stream
from tools.windows.pcm_store import PcmStore

STEADY = ("white noise", "pink noise", "mains hum", "silence")
STEADY_DBFS = (-70.0, -55.0, -40.0)
STEADY_SECONDS = 600.0
SEED = 970_000
Policies = Mapping[str, ClassPolicy]


def settings(policies: Policies) -> dict[str, Policies]:
    """Return the thresholds to try: the card's, half as high, and near the lowest that can be chosen."""
    return {
        "card": policies,
        "half": {
            label: replace(policy, threshold=policy.threshold / 2)
            for label, policy in policies.items()
        },
        "0.1": {label: replace(policy, threshold=0.1) for label, policy in policies.items()},
    }


class _Gated:
    """A gate as the engine has one with some thresholds, and what the decider would be given."""

    def __init__(self, model: Model, policies: Policies) -> None:
        """Begin a stream."""
        self.policies = policies
        self.scores: list[NDArray[np.float32]] = []
        self.spared = 0
        self._gate = LevelGate(model, calm_score(policy.threshold for policy in policies.values()))

    def take(self, patch: NDArray[np.float32], scores: NDArray[np.float32]) -> None:
        """Take a hop's patch and what the model makes of it."""
        if self._gate.spares(patch):
            self.spared += 1
            self.scores.append(self.scores[-1])
        else:
            self._gate.note(scores.tolist())
            self.scores.append(scores)


class GatedScore:
    """Score a stream's patches in order, and note what the decider would get from gates of each setting."""

    def __init__(self, model: Model, score: Score, policies: Policies) -> None:
        """Begin a stream."""
        self.gated = {name: _Gated(model, of) for name, of in settings(policies).items()}
        self._score = score

    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the model's scores (n, labels) of patches (n, input frames, bands), gate or not."""
        scores = self._score(patches)
        for gated in self.gated.values():
            for patch, of_patch in zip(patches, scores, strict=True):
                gated.take(patch, of_patch)
        return scores


def gate_figures(
    listener: Listener,
    model: Model,
    stores: Mapping[str, PcmStore],
    setting: StreamSetting,
    doubtful: Mapping[str, set[str]],
) -> list[dict[str, Any]]:
    """Return a row per stream: hops, the share spared, detections, and how many of them change."""
    rows = []
    for split, store in stores.items():
        quiet = quiet_plan(store, listener.background, setting.seed, setting.hours, doubtful[split])
        events = event_plan(store, listener.background, setting.seed, setting.clips_per_class)
        for line in setting.lines:
            rows.append(_of_stream(listener, model, store, quiet, line, None, split))
            rows += [
                _of_stream(listener, model, store, events, line, snr_db, split)
                for snr_db in setting.snrs_db
            ]
    return rows + list(_of_steady_sounds(listener, model, setting.lines))


def _of_stream(
    listener: Listener,
    model: Model,
    store: PcmStore,
    plan: Plan,
    line: str,
    snr_db: float | None,
    split: str,
) -> dict[str, Any]:
    what = "background" if snr_db is None else f"events at {snr_db:g} dB"
    title = f"{split}, {what}"
    return _row(
        listener,
        model,
        lambda gated: score_stream(gated, store, plan, line, snr_db, f"{title}, {line}").scores,
        {"sound": title, "line": line},
    )


def _of_steady_sounds(
    listener: Listener, model: Model, lines: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for kind in STEADY:
        for level_dbfs in STEADY_DBFS if kind != "silence" else (-120.0,):
            sound = quiet_sound(kind, SEED, (level_dbfs, level_dbfs))
            named = kind if kind == "silence" else f"{kind} at {level_dbfs:g} dBFS"
            for line in lines:
                yield _row(
                    listener,
                    model,
                    lambda gated, sound=sound, line=line, named=named: score_sound(
                        gated, sound, round(STEADY_SECONDS * SAMPLE_RATE_HZ), line, named
                    ),
                    {"sound": named, "line": line},
                )


def _row(
    listener: Listener,
    model: Model,
    play: Callable[[Listener], NDArray[np.float32]],
    named: dict[str, str],
) -> dict[str, Any]:
    """Play a sound to a listener, and compare what its decider would do with gates and without."""
    score = GatedScore(model, listener.score, listener.policies)
    plain = play(replace(listener, score=score))
    found = {
        name: _detections(listener, plain, gated.policies) for name, gated in score.gated.items()
    }
    return named | {
        "hops": len(plain),
        "spared": {
            name: round(gated.spared / len(plain), 4) for name, gated in score.gated.items()
        },
        "detections": {name: len(of) for name, of in found.items()},
        "changed": {
            name: len(found[name] ^ _detections(listener, np.array(gated.scores), gated.policies))
            for name, gated in score.gated.items()
        },
    }


def _detections(
    listener: Listener, scores: NDArray[np.float32], policies: Policies
) -> set[tuple[str, float]]:
    """Return which classes start when."""
    return {
        (label, float(t))
        for label, policy in policies.items()
        for t in detection_times(scores[:, listener.labels.index(label)], label, policy)
    }


def gate_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as Markdown."""
    table = [
        "| sound | line | hops | model spared | detections | changed | changed of, at half the thresholds "
        "| changed of, at 0.1 |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {row['sound']} | {row['line']} | {row['hops']:,} | {row['spared']['card']:.0%} "
            f"| {row['detections']['card']} | {row['changed']['card']} "
            f"| {row['changed']['half']} of {row['detections']['half']} "
            f"| {row['changed']['0.1']} of {row['detections']['0.1']} |"
            for row in rows
        ),
    ]
    return (
        "# The level gate\n\n"
        "How often the model need not run because nothing is new, and how many beginnings of detections are missing, "
        "new or at another time for it: at the card's thresholds, at half of them and at 0.1, for each of which "
        "the engine sets its gate anew. The gate's numbers were chosen on val. The streams are dense: a new recording "
        f"every few seconds. The steady sounds last {STEADY_SECONDS / 60:g} minutes each, of which the first half "
        "minute is always scored in full.\n\n" + "\n".join(table) + "\n"
    )
