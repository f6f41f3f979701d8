"""Figures, tables and the plot of streams say what was heard, what was wrong and how sure that is."""

import json
from pathlib import Path
from typing import Any

import pytest

from audio_guard_engine.card import load_model
from tests.stream_sounds import home, listener, noise, store_of, tone
from tests.training.some_recordings import some_of
from tools import evaluate
from tools.measures.stream_plots import draw_streams
from tools.measures.stream_report import StreamSetting, measure_streams, streams_text
from tools.windows.pcm_store import PcmStore

SETTING = StreamSetting(hours=1.0, snrs_db=(20.0, -25.0), budgets_per_day=(24.0, 2_000.0))


def barking() -> PcmStore:
    """Return val: 40 s of background, the last ten with a bark in it."""
    bark = noise(1, 10.0) + tone(500, 10.0, 0.1)
    return store_of(("others", noise(0, 30.0)), ("others", bark))


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return measure_streams(listener(), barking(), home(), SETTING)


def test_events_are_heard_by_how_loud_they_are(figures: dict[str, Any]) -> None:
    choice = figures["classes"]["dog"]["choices"]["card"]
    assert choice["threshold"] == 0.5
    assert choice["heard_in"]["plain, 20 dB"] == {"share": 1.0, "low": 0.4385, "high": 1.0}
    assert choice["heard_in"]["mu_law, -25 dB"] == {"share": 0.0, "low": 0.0, "high": 0.5615}
    assert choice["heard"]["share"] == 0.5


def test_false_alarms_have_their_hours_and_limit(figures: dict[str, Any]) -> None:
    alarms = figures["classes"]["dog"]["choices"]["card"]["false_alarms"]
    hours = (60 - 5 * 0.05) / 3600
    assert figures["test"]["hours"] == pytest.approx(hours, abs=1e-3)
    assert set(alarms) == {"plain", "mu_law"}
    assert alarms["plain"] == {
        "count": 0,
        "per_day": 0.0,
        "per_day_at_most": round(24 * 2.995732 / hours, 1),
        "clips": [],
    }


def test_budget_is_kept_on_val(figures: dict[str, Any]) -> None:
    """At the card's threshold val's bark is a false alarm; one in 40 s are 2 160 a day."""
    choices, curves = (figures["classes"]["dog"][name] for name in ("choices", "curves"))
    counts = curves["val_false_alarms"]["plain"]
    assert counts[curves["thresholds"].index(0.5)] == 1
    for budget in ("24 a day", "2000 a day"):
        threshold = choices[budget]["threshold"]
        assert threshold > 0.5
        assert counts[curves["thresholds"].index(threshold)] == 0


def test_budget_that_val_can_spend_lowers_the_threshold() -> None:
    setting = StreamSetting(lines=("plain",), snrs_db=(20.0,), budgets_per_day=(24.0, 5_000.0))
    choices = measure_streams(listener(), barking(), home(), setting)["classes"]["dog"]["choices"]
    assert choices["5000 a day"]["threshold"] < choices["24 a day"]["threshold"]


def test_doubtful_clips_of_val_do_not_count() -> None:
    setting = StreamSetting(lines=("plain",), snrs_db=(20.0,))
    made = measure_streams(listener(), barking(), home(), setting, doubtful={"others1"})
    counts = made["classes"]["dog"]["curves"]["val_false_alarms"]["plain"]
    assert max(counts) == 0
    assert made["val"]["recordings"] == 1


def test_text_names_hours_limits_and_classes(figures: dict[str, Any]) -> None:
    text = streams_text(figures)
    assert "one a week takes 503 h" in text
    assert "there it allows: 24 a day 0, 2000 a day 0." in text
    assert "| dog | 3 (3) | card | 0.5 | 50% (13% to 87%) | 0 (0 a day" in text
    assert "| class | plain, 20 dB | plain, -25 dB | mu_law, 20 dB | mu_law, -25 dB |" in text
    assert "| glass | 0 in 12 |  |" in text


def test_class_without_test_clips_has_no_share() -> None:
    setting = StreamSetting(lines=("plain",), snrs_db=(20.0,))
    made = measure_streams(listener(), home(), home(glasses=0), setting)
    assert made["classes"]["glass"]["choices"]["card"]["heard"] is None
    assert "| glass | 0 (0) | card | 0.5 | - |" in streams_text(made)


def test_plot_is_drawn(figures: dict[str, Any], tmp_path: Path) -> None:
    draw_streams(figures, "tones", tmp_path / "streams.png")
    assert (tmp_path / "streams.png").stat().st_size > 10_000


def test_figures_come_again_from_the_same_seed(figures: dict[str, Any]) -> None:
    assert measure_streams(listener(), barking(), home(), SETTING) == figures


def test_no_hours_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--data", ".", "--streams", "0"])
    assert "--streams: 0 is not above 0" in capsys.readouterr().err


@pytest.mark.recordings
def test_evaluate_measures_the_shipped_model(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = some_of(sounds, tmp_path)
    arguments = ["--data", catalogue, "--cache", tmp_path / "cache", "--out", tmp_path / "out"]
    arguments += ["--streams", "0.05", "--stream-clips", "2", "--line", "mu_law", "--snr", "20"]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    assert "| shotgun | 2 (2) | card |" in capsys.readouterr().out
    made = json.loads((tmp_path / "out" / "streams.json").read_text())
    assert made["setting"]["lines"] == ["mu_law"]
    assert set(made["classes"]) == set(load_model().classes)
    assert (tmp_path / "out" / "streams.png").exists()
