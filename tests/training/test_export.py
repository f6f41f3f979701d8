"""An exported model is whole, agrees with itself and is what the engine loads."""

import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from audio_guard_engine.card import BUNDLED_MODELS, DEFAULT_MODEL, load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import evaluate, export
from tools.measures.model_exam import PARTS, Candidate, examine
from tools.networks.convert import ConvertError
from tools.networks.trainer import TorchScorer
from tools.runs import model_making
from tools.runs.checkpoint import load_network
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT, recipe_place
from tools.windows.features import load_pcm, window_frames
from tools.windows.training_data import evaluation_store, read_clips


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, run: Path, data: Path, cache: Path) -> Path:
    """Return a folder of models with the exported run in it."""
    folder = tmp_path_factory.mktemp("models")
    arguments = [run, "--data", data, "--out", folder, "--cache", cache]
    arguments += ["--report", folder.parent / "report", "--data-name", "synthetic sounds"]
    arguments += ["--without", "quiet_hours", "--int8"]
    assert export.main([str(argument) for argument in arguments]) == 0
    return folder


def test_card_is_valid_and_complete(models: Path) -> None:
    model = load_model("tiny", models)
    assert model.labels == ("alarm", "others")
    assert 0 < model.policies["alarm"].threshold < 1
    card = json.loads((models / "tiny" / "card.json").read_text())
    assert card["training"]["data"] == "synthetic sounds"
    assert card["training"]["largest_difference_of_runtimes"] <= 1e-3
    assert set(card["metrics"]) == {"val", "test"}
    assert card["training"]["calibration"]["kind"] == "temperature"
    assert card["negatives_hours"] > 0
    assert len(card["false_alarms"]["alarm"][0]) == 3
    assert {path.name for path in (models / "tiny").iterdir()} == {
        "card.json",
        "tiny.int8.tflite",
        "tiny.ncnn.bin",
        "tiny.ncnn.param",
        "tiny.tflite",
    }
    assert [path.name for path in models.iterdir()] == ["tiny"]


def test_both_runtimes_score_as_pytorch_does(models: Path, run: Path, data: Path) -> None:
    recipe, network = load_network(run)
    model = load_model("tiny", models)
    clip = read_clips(recipe, data)[0]
    patch = window_frames(load_pcm(clip))[:96]
    facts = json.loads((models / "tiny" / "card.json").read_text())["training"]["calibration"]
    scale, shift = (torch.tensor(list(facts[name].values())) for name in ("scale", "shift"))
    assert not torch.allclose(scale, torch.ones(2))
    with torch.inference_mode():
        logits = network(torch.from_numpy(patch)[None, None])
    expected = torch.softmax(logits * scale + shift, dim=1)[0].numpy()
    for runtime in (Runtime.NCNN, Runtime.LITERT):
        assert np.abs(load_scorer(model, runtime).score(patch) - expected).max() < 1e-3
    assert TorchScorer(network, recipe)(patch[None]).shape == (1, 2)


def test_report_holds_tables_and_plots(models: Path) -> None:
    report = models.parent / "report"
    figures = json.loads((report / "metrics.json").read_text())
    assert figures["val"]["paper_mix"]["items"] > 0
    text = (report / "tables.md").read_text()
    assert "| alarm |" in text
    for part in ("Thresholds", "Calibration", "Runtimes", "Streams"):
        assert f"### {part}\n" in text
    assert "### Quiet hours" not in text
    calibration, runtimes = (
        json.loads((report / f"{name}.json").read_text()) for name in ("calibration", "runtimes")
    )
    assert set(calibration["before"]) == {"val", "test"}
    assert list(runtimes["test"]) == ["ncnn", "litert", "litert int8"]
    for plot in ("confusion-test", "reliability", "streams", "curves"):
        assert (report / f"{plot}.png").stat().st_size > 1000


def test_training_can_start_from_the_report(models: Path, run: Path) -> None:
    recipe, network = load_network(models.parent / "report")
    again, trained = load_network(run)
    assert recipe == again
    for name, value in trained.state_dict().items():
        assert torch.equal(network.state_dict()[name], value), name


def test_evaluate_repeats_the_figures_of_the_export(
    models: Path, run: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    arguments = ["--data", data, "--model", "tiny", "--models", models, "--cache", cache]
    arguments += ["--recipe", run / "recipe.toml", "--out", tmp_path, "--runtimes"]
    assert evaluate.main([str(argument) for argument in arguments]) == 0
    report = models.parent / "report"
    made = json.loads((tmp_path / "metrics.json").read_text())
    assert made == json.loads((report / "metrics.json").read_text())
    assert (tmp_path / "runtimes.json").read_text() == (report / "runtimes.json").read_text()


def test_streams_are_left_out_where_test_has_no_clips() -> None:
    parts = set(PARTS) - {"streams"}
    nothing = Candidate(
        model=load_model(),
        stores={},
        train=Mock(side_effect=AssertionError),
        tables={},
        doubtful=(),
    )
    assert examine(nothing, parts) == {}


def test_int8_that_would_weigh_too_much_goes_to_the_report(
    run: Path, data: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_making, "LARGEST_BYTES", 1_000)
    parts = tuple(PARTS)
    plan = export.ExportPlan(int8=True, report=tmp_path / "report", left_out=parts)
    export.export(run, data, tmp_path / "models", cache, plan)
    assert not (tmp_path / "models" / "tiny" / "tiny.int8.tflite").exists()
    assert (tmp_path / "report" / "tiny.int8.tflite").stat().st_size > 1_000


def test_failed_export_leaves_the_older_model(
    models: Path, run: Path, data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in (models / "tiny").iterdir()}
    monkeypatch.setattr(model_making, "LARGEST_DIFFERENCE", -1.0)
    with pytest.raises(ConvertError, match="differ by"):
        export.export(run, data, models, cache, export.ExportPlan())
    assert {path.name: path.read_bytes() for path in (models / "tiny").iterdir()} == before
    assert [path.name for path in models.iterdir()] == ["tiny"]


def test_export_of_no_run_is_named(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main([str(tmp_path), "--data", str(data), "--out", str(tmp_path / "m")]) == 1
    assert "holds no best.pt; train first" in capsys.readouterr().err


@pytest.mark.recordings
def test_shipped_model_agrees_with_itself_on_real_recordings(sounds: Path, tmp_path: Path) -> None:
    recipe = read_recipe(ROOT / recipe_place(DEFAULT_MODEL))
    clips = [clip for clip in read_clips(recipe, sounds) if clip.split == "val"][::40]
    store = evaluation_store(recipe, clips, "val", tmp_path)
    assert model_making.check_parity(load_model(), store) <= 1e-3


def test_shipped_model_is_small() -> None:
    sizes = [path.stat().st_size for path in (BUNDLED_MODELS / DEFAULT_MODEL).iterdir()]
    assert sum(sizes) < 6_000_000
