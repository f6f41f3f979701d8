"""See what the engine's level gate spares, and that no detection changes by it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import Model
from audio_guard_engine.gate import LevelGate
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
# Also with thresholds half as high as the card's, for those who lower them.
SHARES_OF_THRESHOLD = (1.0, 0.5)


class GatedScore:
    """Score a stream's patches in order as the engine would with its gate, and remember what it would without."""

    def __init__(self, model: Model, score: Score) -> None:
        """Begin a stream."""
        self._gate = LevelGate(model)
        self._score = score
        self._last: NDArray[np.float32] | None = None
        self._plain: list[NDArray[np.float32]] = []
        self.spared = 0

    @property
    def plain(self) -> NDArray[np.float32]:
        """All scores (hops, labels), as they are without the gate."""
        return np.concatenate(self._plain)

    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores (n, labels) of patches (n, input frames, bands)."""
        scores = self._score(patches)
        self._plain.append(scores.copy())
        for patch, of_patch in zip(patches, scores, strict=True):
            if self._last is not None and self._gate.spares(patch):
                of_patch[:] = self._last
                self.spared += 1
            else:
                self._gate.note(of_patch.tolist())
                self._last = of_patch
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
    """Play a sound to a listener with a gate, and compare with the same without."""
    score = GatedScore(model, listener.score)
    gated = play(replace(listener, score=score))
    found = {share: _detections(listener, score.plain, share) for share in SHARES_OF_THRESHOLD}
    return named | {
        "hops": len(gated),
        "spared": round(score.spared / len(gated), 4),
        "detections": len(found[1.0]),
        "changed": {
            f"{share:g}": len(found[share] ^ _detections(listener, gated, share))
            for share in SHARES_OF_THRESHOLD
        },
    }


def _detections(
    listener: Listener, scores: NDArray[np.float32], share: float
) -> set[tuple[str, float]]:
    """Return which classes start when, at a share of their thresholds."""
    return {
        (label, float(t))
        for label, policy in listener.policies.items()
        for t in detection_times(
            scores[:, listener.labels.index(label)],
            label,
            replace(policy, threshold=share * policy.threshold),
        )
    }


def gate_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as Markdown."""
    table = [
        "| sound | line | hops | model spared | detections | changed | changed at half the thresholds |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {row['sound']} | {row['line']} | {row['hops']:,} | {row['spared']:.0%} | {row['detections']} "
            f"| {row['changed']['1']} | {row['changed']['0.5']} |"
            for row in rows
        ),
    ]
    return (
        "### The level gate\n\n"
        "How often the model need not run because nothing is new, and how many detections begin, end up "
        "elsewhere or are missing for it. The streams of val and test are dense: a new recording every few seconds. "
        f"The steady sounds last {STEADY_SECONDS / 60:g} minutes each.\n\n" + "\n".join(table)
    )
