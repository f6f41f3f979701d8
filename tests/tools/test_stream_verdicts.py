"""Detections in a stream are heard events, confusions or false alarms, each counted once."""

from dataclasses import replace

import numpy as np
import pytest

from audio_guard_engine.decide import ClassPolicy
from tests.stream_sounds import LABELS, POLICY, home, listener, noise, store_of, tone
from tools.data.dataset import Clip
from tools.measures.stream_sweep import THRESHOLDS, sweep
from tools.measures.stream_verdicts import judge
from tools.streams.plan import event_plan, quiet_plan
from tools.streams.scoring import Heard, ScoredStream, score_stream


def scored(hits: dict[float, str], events: dict[tuple[float, float], str]) -> ScoredStream:
    """Return 100 s in which scores of classes are high at some seconds; background changes at 50 s."""
    scores = np.zeros((207, len(LABELS)), np.float32)
    for at, label in hits.items():
        scores[round((at - 0.96) / 0.48), LABELS.index(label)] = 0.9
    places = {(0.0, 50.0): "others", (50.0, 100.0): "others"}
    background, sounded = (
        [
            Heard(
                clip=Clip(
                    name=f"{label} at {start:g}", label=label, split="test", group=f"{start}"
                ),
                start=start,
                stop=stop,
            )
            for (start, stop), label in of.items()
        ]
        for of in (places, events)
    )
    return ScoredStream(
        line="plain",
        snr_db=10.0,
        scores=scores,
        seconds=100.0,
        background=background,
        events=sounded,
    )


EVENTS = {(20.0, 22.0): "dog", (40.0, 41.0): "glass", (60.0, 61.0): "dog"}


def test_events_are_heard_until_a_while_after_their_end() -> None:
    stream = scored({21.0: "dog", 62.5: "dog"}, EVENTS)
    assert judge(stream, LABELS, "dog", POLICY).heard.tolist() == [True, True]
    late = scored({19.0: "dog", 64.0: "dog"}, EVENTS)
    assert judge(late, LABELS, "dog", POLICY).heard.tolist() == [False, False]


def test_false_alarm_counts_once_and_names_its_recording() -> None:
    verdict = judge(scored({70.0: "dog", 70.5: "dog", 71.0: "dog"}, EVENTS), LABELS, "dog", POLICY)
    assert verdict.elsewhere == ["others at 50"]
    assert not verdict.heard.any()


def test_detection_in_another_event_is_a_confusion() -> None:
    verdict = judge(scored({41.0: "dog"}, EVENTS), LABELS, "dog", POLICY)
    assert verdict.confused == ["glass"]
    assert verdict.elsewhere == []


def test_second_detection_in_an_event_is_no_false_alarm() -> None:
    stream = scored({21.0: "dog", 35.0: "dog"}, {(20.0, 38.0): "dog"})
    verdict = judge(stream, LABELS, "dog", POLICY)
    assert (verdict.heard.tolist(), verdict.confused, verdict.elsewhere) == ([True], [], [])


def test_stream_without_events_has_false_alarms_only() -> None:
    verdict = judge(scored({21.0: "dog", 80.0: "dog"}, {}), LABELS, "dog", POLICY)
    assert verdict.elsewhere == ["others at 0", "others at 50"]
    assert verdict.heard.size == 0


@pytest.mark.parametrize(("snr_db", "heard"), [(25.0, True), (-25.0, False)])
def test_tones_are_heard_when_loud_enough(snr_db: float, heard: bool) -> None:
    store = home()
    stream = score_stream(
        listener(), store, event_plan(store, "others", 0), "plain", snr_db, "test"
    )
    for label, count in (("dog", 3), ("glass", 2)):
        verdict = judge(stream, LABELS, label, POLICY)
        assert verdict.heard.tolist() == [heard] * count
        assert verdict.confused == []
        assert verdict.elsewhere == []


def test_threshold_keeps_the_budget_on_the_worst_stream_and_so_do_all_above() -> None:
    tones = (tone(500, 1.0, level) for level in (0.002, 0.01, 0.05))
    store = store_of(*(("others", noise(i, 10.0) + np.pad(t, 72_000)) for i, t in enumerate(tones)))
    plan = quiet_plan(store, "others", 0, 1.0)
    streams = [
        score_stream(listener(), store, plan, line, None, "test") for line in ("plain", "mu_law")
    ]
    swept = sweep(listener(), "dog", streams, THRESHOLDS)
    counts = np.max(list(swept.false_alarms().values()), axis=0)
    assert counts.max() >= 2
    for allowed in (0.0, 1.4):
        place = swept.within(allowed)
        assert place is not None
        assert max(counts[place:]) <= allowed < counts[place - 1]


def test_no_threshold_keeps_a_budget_that_a_sure_mistake_breaks() -> None:
    stream = scored({21.0: "dog"}, {})
    sure = replace(stream, scores=np.where(stream.scores > 0, 1.0, 0.0).astype(np.float32))
    swept = sweep(listener(), "dog", [sure], THRESHOLDS)
    assert swept.within(0.0) is None
    assert swept.within(1.0) == 0


def test_sweep_reads_the_policy_besides_its_threshold() -> None:
    slow = ClassPolicy(threshold=0.5, confirm_hops=2, of_hops=2)
    stream = scored({21.0: "dog"}, {})
    assert sweep(listener(dog=slow), "dog", [stream], (0.5,)).false_alarms() == {
        "plain, 10 dB": [0]
    }
    assert sweep(listener(), "dog", [stream], (0.5,)).false_alarms() == {"plain, 10 dB": [1]}
