"""Temporal models learn on a trained encoder, are exported, and hear in the engine what they heard here."""

from pathlib import Path

import numpy as np
import pytest
import torch

from audio_guard_engine.analysis import Analyzer
from audio_guard_engine.card import load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import export, train
from tools.networks.calibration import NONE
from tools.networks.network import probabilities
from tools.runs.checkpoint import load_network
from tools.windows.features import load_pcm, padded, patches_of, window_frames
from tools.windows.training_data import read_clips

TEMPORAL = """
[front_end]
context_frames = 96
[network]
channels = [4, 8, 8]
pool_after = [0, 1, 2]
embedding = 16
temporal = "KIND"
freeze_encoder = true
[training]
epochs = 1
windows_per_epoch = 64
batch = 16
"""


def write_recipe(recipe_path: Path, kind: str, head: str, folder: Path) -> Path:
    first, _, rest = recipe_path.read_text().partition("[network]")
    text = first.replace("[data]", f'head = "{head}"\n[data]')
    path = folder / "recipe.toml"
    path.write_text(text + TEMPORAL.replace("KIND", kind) + rest[rest.index("[decider") :])
    return path


@pytest.mark.parametrize(("kind", "head"), [("bigru", "softmax"), ("attention", "sigmoid")])
def test_temporal_model_scores_in_the_engine_as_in_pytorch(
    kind: str, head: str, run: Path, recipe_path: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    recipe, out = write_recipe(recipe_path, kind, head, tmp_path), tmp_path / kind
    arguments = ["--recipe", recipe, "--data", data, "--out", out, "--cache", cache]
    assert (
        train.main([str(argument) for argument in [*arguments, "--no-report", "--start", run]]) == 0
    )
    made, network = load_network(out)
    before = load_network(run)[1]
    assert torch.equal(network.encoder[0].weight, before.encoder[0].weight)
    plan = export.ExportPlan(calibration=NONE)
    export.export(out, data, tmp_path / "models", cache, plan)  # checks parity

    pcm = load_pcm(read_clips(made, data)[0])
    patches = torch.from_numpy(patches_of(window_frames(pcm, made.front_end), made.front_end))
    with torch.inference_mode():
        expected = probabilities(network(patches[:, None]), made.head).numpy()
    model = load_model("tiny", tmp_path / "models")
    assert model.front_end.context_frames == 96
    for runtime in (Runtime.NCNN, Runtime.LITERT):
        analyzer = Analyzer("clip", model, load_scorer(model, runtime))
        analyzer.write(padded(pcm))
        heard = np.array([list(frame.scores.values()) for frame in analyzer.drain()])
        assert np.abs(heard - expected).max() < 1e-3


def test_frozen_encoder_needs_a_run_to_start_from(
    recipe_path: Path, data: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = write_recipe(recipe_path, "bigru", "softmax", tmp_path)
    arguments = ["--recipe", recipe, "--data", data, "--out", tmp_path / "r", "--cache", cache]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 1
    assert "trains on the encoder of another run: add --start" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
