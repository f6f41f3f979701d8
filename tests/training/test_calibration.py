"""Calibrated scores mean what they say, and the network that is exported is the calibrated one."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.stream_sounds import noise, store_of
from tools.data.dataset import Clip
from tools.measures.calibration import calibration_figures, expected_error, reliability
from tools.measures.calibration_plots import draw_reliability
from tools.measures.window_tables import ScoredWindows
from tools.networks.calibration import (
    KINDS,
    Calibration,
    LabelledLogits,
    LogitScorer,
    calibrated,
    calibrated_scores,
    fit_calibration,
    held_out_losses,
    labelled_logits,
)
from tools.networks.calibration_study import calibrate
from tools.networks.network_kinds import build_network
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT

LABELS = ("dog", "glass", "others")


def drawn(
    scale: float, shift: tuple[float, ...] = (0, 0, 0), windows: int = 3_000
) -> LabelledLogits:
    """Return logits that are right as often as they say once scaled and shifted."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (windows, 3)).astype(np.float32)
    shares = torch.softmax(torch.from_numpy(logits * scale + np.array(shift)), dim=1)
    truth = torch.multinomial(shares, 1, generator=torch.Generator().manual_seed(0))[:, 0]
    groups = np.array([f"{window // 30}" for window in range(windows)])
    return LabelledLogits(logits=logits, truth=truth.numpy(), groups=groups)


def as_windows(of: LabelledLogits) -> ScoredWindows:
    count = len(of.truth)
    return ScoredWindows(
        scores=of.logits,
        clip=np.arange(count) // 30,
        truth=of.truth,
        counts=np.ones(count, np.bool_),
    )


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_temperature_is_found(scale: float) -> None:
    made = fit_calibration(drawn(scale), "softmax", "temperature")
    assert made.scale == pytest.approx(np.full(3, scale), rel=0.1)
    assert not made.shift.any()


def test_shift_of_each_label_is_found_but_for_a_common_one() -> None:
    made = fit_calibration(drawn(1.0, (1.0, 0.0, -1.0)), "softmax", "bias")
    assert made.shift - made.shift.mean() == pytest.approx([1.0, 0.0, -1.0], abs=0.2)


def test_sigmoid_labels_are_scaled_each_by_itself() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (6_000, 2)).astype(np.float32)
    first = rng.random(6_000) < 1 / (1 + np.exp(-3.0 * logits[:, 0]))
    # The second label is true where the first is not, whatever its own logit says.
    windows = LabelledLogits(logits=logits, truth=(~first).astype(int), groups=np.arange(6_000))
    made = fit_calibration(windows, "sigmoid", "vector")
    assert made.scale[0] == pytest.approx(3.0, rel=0.15)
    assert made.scale[1] < 0.3


def test_held_out_loss_prefers_what_is_true() -> None:
    losses = held_out_losses(drawn(2.5), "softmax")
    assert set(losses) == set(KINDS)
    assert losses["temperature"] < losses["none"] - 0.01
    shifted = held_out_losses(drawn(1.0, (2.0, 0.0, -2.0)), "softmax")
    assert shifted["bias"] < shifted["temperature"] - 0.01


def test_few_windows_that_are_all_right_keep_scores_finite() -> None:
    logits = np.eye(3, dtype=np.float32)
    windows = LabelledLogits(logits=logits, truth=np.arange(3), groups=np.array(["a", "b", "b"]))
    for kind in KINDS:
        made = fit_calibration(windows, "softmax", kind)
        assert np.isfinite(made.scale).all()
        assert made.scale.max() < 20
    assert np.isfinite(list(held_out_losses(windows, "softmax").values())).all()


@pytest.mark.parametrize("name", ["compact_bigru", "2dcnn_1", "mn04_attention"])
def test_last_layer_does_the_calibration(name: str) -> None:
    recipe = read_recipe(ROOT / "models" / "recipes" / f"{name}.toml")
    network = build_network(recipe).eval()
    labels = len(recipe.labels)
    made = Calibration(
        kind="vector", scale=np.linspace(0.5, 2, labels), shift=np.arange(labels) - 3.0
    )
    front_end = recipe.front_end
    patches = np.random.default_rng(0).normal(size=(2, front_end.input_frames, front_end.mel_bands))
    before = LogitScorer(network)(patches.astype(np.float32))
    after = LogitScorer(calibrated(network, made))(patches.astype(np.float32))
    np.testing.assert_allclose(after, before * made.scale + made.shift, atol=1e-4)
    np.testing.assert_array_equal(LogitScorer(network)(patches.astype(np.float32)), before)


def test_doubtful_clips_and_windows_that_do_not_count_are_left_out() -> None:
    clips = [
        Clip(name=name, label="dog", split="val", group=f"of {name}") for name in ("a", "b", "c")
    ]
    windows = ScoredWindows(
        scores=np.zeros((4, 3), np.float32),
        clip=np.array([0, 1, 2, 2]),
        truth=np.array([0, 1, 2, 2]),
        counts=np.array([True, True, True, False]),
    )
    left = labelled_logits(windows, clips, {"b"})
    assert left.groups.tolist() == ["of a", "of c"]
    assert left.truth.tolist() == [0, 2]


def test_error_is_that_between_scores_and_shares() -> None:
    scores = np.array([0.9] * 10 + [0.1] * 10, np.float32)
    right = np.array([True] * 6 + [False] * 4 + [True] + [False] * 9)
    curve = reliability(scores, right)
    assert curve == pytest.approx(np.array([[0.1, 0.1, 10], [0.9, 0.6, 10]]), abs=1e-6)
    assert expected_error(curve) == pytest.approx(0.15)


def test_calibration_lowers_the_error(tmp_path: Path) -> None:
    of = drawn(0.4)
    made, none = (fit_calibration(of, "softmax", kind) for kind in ("temperature", "none"))
    before, after = (
        {
            "val": calibration_figures(
                calibrated_scores(as_windows(of), c, "softmax"), LABELS, "others"
            )
        }
        for c in (none, made)
    )
    for mix in ("paper_mix", "all_windows"):
        assert before["val"][mix]["error"] > 0.1
        assert after["val"][mix]["error"] < 0.05
        assert set(after["val"][mix]["errors"]) == set(LABELS)
    draw_reliability(before, after, "drawn", tmp_path / "reliability.png")
    assert (tmp_path / "reliability.png").stat().st_size > 10_000


def test_study_is_fitted_to_val_alone(recipe_path: Path) -> None:
    recipe = read_recipe(recipe_path)
    torch.manual_seed(0)
    network = build_network(recipe).eval()
    val = store_of(("alarm", noise(0, 3.0)), ("others", noise(1, 3.0)))
    tests = [store_of(("alarm", noise(seed, 3.0)), ("others", noise(7, 3.0))) for seed in (5, 6)]
    for store in (val, *tests):
        store.starts[:] = True
    facts = [calibrate(recipe, network, {"val": val, "test": test}, ())[1] for test in tests]
    assert facts[0]["kind"] == "temperature"
    assert facts[0]["scale"] == facts[1]["scale"]
    assert set(facts[0]["before"]) == set(facts[0]["after"]) == {"val", "test"}
