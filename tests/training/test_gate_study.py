"""What the gate spares and changes is counted, and on real recordings nothing changes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.card import Model, load_model
from audio_guard_engine.gate import FLOOR_HOPS
from tests.stream_sounds import LABELS, home, listener
from tests.training.some_recordings import some_of
from tools import gate
from tools.measures import gate_study
from tools.measures.gate_study import GatedScore, gate_figures, gate_text
from tools.measures.stream_report import StreamSetting


@pytest.fixture
def model() -> Model:
    """Return a model of the tests' labels and front end."""
    return replace(load_model(), labels=LABELS, background="others", front_end=listener().front_end)


def test_spared_hops_repeat_the_last_scores(model: Model) -> None:
    front_end = model.front_end
    hops = 2 * FLOOR_HOPS
    patches = np.full((hops, front_end.input_frames, front_end.mel_bands), -3.0, np.float32)
    numbers = np.arange(hops, dtype=np.float32)[:, None] * np.float32(1e-5)

    def count(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.repeat(numbers[: len(patches)], len(LABELS), axis=1)

    score = GatedScore(model, count, listener().policies)
    assert (score(patches)[:, 0] == numbers[:, 0]).all()
    gated = score.gated["card"]
    repeated = np.array(gated.scores)[:, 0] != numbers[:, 0]
    assert 0 < gated.spared == repeated.sum()
    assert np.isin(np.array(gated.scores)[:, 0], numbers).all()


def test_lower_thresholds_spare_the_model_less(model: Model) -> None:
    front_end = model.front_end
    patches = np.full((100, front_end.input_frames, front_end.mel_bands), -3.0, np.float32)
    score = GatedScore(
        model, lambda of: np.full((len(of), len(LABELS)), 0.01, np.float32), listener().policies
    )
    score(patches)
    assert score.gated["card"].spared == score.gated["half"].spared > 0
    assert score.gated["0.1"].spared == 0


def test_every_stream_and_steady_sound_is_a_row(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_study, "STEADY_SECONDS", 60.0)
    monkeypatch.setattr(gate_study, "STEADY_DBFS", (-55.0,))
    setting = StreamSetting(hours=1.0, snrs_db=(20.0,), lines=("plain",))
    rows = gate_figures(listener(), model, {"val": home()}, setting, {"val": set()})
    assert [row["sound"] for row in rows] == [
        "val, background",
        "val, events at 20 dB",
        "white noise at -55 dBFS",
        "pink noise at -55 dBFS",
        "mains hum at -55 dBFS",
        "silence",
    ]
    assert rows[1]["detections"]["card"] == 5
    assert rows[-1]["spared"]["card"] > 0.3
    text = gate_text(rows)
    assert all(f"| {row['sound']} | plain | {row['hops']:,} |" in text for row in rows)


@pytest.mark.recordings
def test_on_recordings_no_detection_changes(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_study, "STEADY_SECONDS", 120.0)
    monkeypatch.setattr(gate_study, "STEADY_DBFS", (-55.0,))
    arguments = ["--data", some_of(sounds, tmp_path), "--cache", tmp_path / "cache"]
    arguments += ["--split", "val", "--line", "mu_law", "--out", tmp_path / "out"]
    assert gate.main([str(argument) for argument in arguments]) == 0
    rows = json.loads((tmp_path / "out" / "gate.json").read_text())
    assert sum(row["detections"]["card"] for row in rows) > 10
    assert all(row["changed"]["card"] == row["changed"]["half"] == 0 for row in rows)
    spared = {row["sound"]: row["spared"]["card"] for row in rows}
    assert spared["pink noise at -55 dBFS"] > 0.5
