"""A model in 8 bits scores nearly as the model does, and runtimes that part are found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio_guard_engine.card import Model, load_model
from tests.stream_sounds import home, noise, store_of
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.measures import int8_choice
from tools.measures.int8_choice import choose_int8, with_int8
from tools.measures.runtimes import (
    largest_difference,
    most_apart,
    runtime_figures,
    runtime_scores,
    runtimes_text,
    sample_patches,
)
from tools.measures.window_tables import score_store, split_tables
from tools.networks.convert import ConvertError
from tools.networks.int8 import SCHEMES, write_int8
from tools.windows.pcm_store import PcmStore


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def val() -> PcmStore:
    """Return alarms and noise whose windows all count."""
    store = store_of(
        *(("alarm", synthesize_alarm(seed)[:24_000]) for seed in range(4)),
        *(("others", noise(seed, 1.5)) for seed in range(4)),
    )
    store.starts[:] = True
    return store


@pytest.fixture(scope="module")
def small(model: Model, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the shipped model in 8 bits, by scheme."""
    folder = tmp_path_factory.mktemp("int8")
    made = {scheme: folder / f"{scheme}.tflite" for scheme in SCHEMES}
    for scheme, path in made.items():
        write_int8(model.files["litert"]["model"].path, scheme, path)
    return made


@pytest.mark.parametrize("scheme", SCHEMES)
def test_small_file_scores_nearly_alike(
    scheme: str, small: dict[str, Path], model: Model, val: PcmStore
) -> None:
    whole = model.files["litert"]["model"].path.stat().st_size
    # A quarter, and the scales and zero points of many small layers.
    assert small[scheme].stat().st_size < 0.4 * whole
    scores = runtime_scores(with_int8(model, small[scheme]))
    patches = sample_patches(val, model.front_end, 8)
    expected, made = scores["litert"](patches), scores["litert int8"](patches)
    assert np.abs(made - expected).mean() < 0.05
    assert (made != expected).any()
    assert np.allclose(made.sum(axis=1), 1.0, atol=1e-4)


def test_scores_keep_the_steps_of_floats(small: dict[str, Path], model: Model) -> None:
    scores = runtime_scores(with_int8(model, small["dynamic"]))["litert int8"]
    patches = sample_patches(home(), model.front_end, 4)
    steps = scores(patches) * 256
    assert np.abs(steps - steps.round()).max() > 0.05


def test_runtimes_are_told_apart_by_what_they_get_right(
    small: dict[str, Path], model: Model, val: PcmStore
) -> None:
    windows = score_store(val, model.labels, runtime_scores(model)["ncnn"], model.front_end)
    tables = {"val": split_tables(windows, model.labels, model.background)}
    figures = runtime_figures(with_int8(model, small["dynamic"]), {"val": val}, tables)
    assert list(figures["val"]) == ["ncnn", "litert", "litert int8"]
    assert figures["val"]["ncnn"] == figures["val"]["litert"]
    figures["val"]["litert int8"] = dict.fromkeys(figures["val"]["ncnn"], 0.5)
    figures["val"]["ncnn"] = dict.fromkeys(figures["val"]["ncnn"], 0.53)
    figures["val"]["litert"] = figures["val"]["ncnn"]
    assert most_apart(figures) == pytest.approx(0.03)
    assert "they differ by 3.00% at most" in runtimes_text(figures)
    assert "| val | litert int8 | 50.00% | 50.00% | 50.00% |" in runtimes_text(figures)


def test_fastest_scheme_that_hears_alike_is_taken(
    model: Model, val: PcmStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.int8.tflite"
    monkeypatch.setattr(int8_choice, "LARGEST_GAP", 1.0)
    for fastest in SCHEMES:
        times = iter([1.0 if scheme == fastest else 2.0 for scheme in SCHEMES])
        monkeypatch.setattr(int8_choice, "least_milliseconds", lambda *_, of=times: next(of))
        chosen = choose_int8(model, val, path)
        assert chosen["scheme"] == fastest
        assert set(chosen["tried"]) == set(SCHEMES)
        assert path.stat().st_size > 100_000
    monkeypatch.setattr(int8_choice, "least_milliseconds", lambda *_: 1.0)
    monkeypatch.setattr(int8_choice, "LARGEST_GAP", -1.0)
    with pytest.raises(ConvertError, match="leave --int8 out"):
        choose_int8(model, val, path)


def test_difference_is_the_largest_of_any_score(model: Model, val: PcmStore) -> None:
    patches = sample_patches(val, model.front_end, 4)
    front_end = model.front_end
    assert patches.shape == (5, front_end.input_frames, front_end.mel_bands)
    assert (patches[-1] == np.float32(front_end.silence)).all()
    assert 0 < largest_difference(model, patches) < 1e-3


def test_context_comes_with_the_patches(val: PcmStore, model: Model) -> None:
    front_end = replace(model.front_end, context_frames=48)
    assert sample_patches(val, front_end, 2).shape == (3, 144, front_end.mel_bands)
