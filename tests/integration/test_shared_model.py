"""The models that can be chosen, and how one is loaded."""

from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant

from custom_components.audio_guard import shared_model
from custom_components.audio_guard.engine.card import BUNDLED_MODELS, DEFAULT_MODEL
from custom_components.audio_guard.engine.scorer import Runtime
from custom_components.audio_guard.shared_model import async_take_model, model_titles


def test_offers_the_models_that_ship() -> None:
    assert model_titles().keys() == {
        card.parent.name for card in BUNDLED_MODELS.glob("*/card.json")
    }
    assert DEFAULT_MODEL in model_titles()


def test_leaves_out_a_model_whose_card_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("broken", DEFAULT_MODEL):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").touch()
    monkeypatch.setattr(shared_model, "BUNDLED_MODELS", tmp_path)
    assert list(model_titles()) == [DEFAULT_MODEL]


def test_loads_a_model_for_the_runtime_that_is_chosen() -> None:
    loaded = shared_model._load(DEFAULT_MODEL, Runtime.NCNN)
    assert (loaded.model.name, loaded.scorer.runtime) == (DEFAULT_MODEL, Runtime.NCNN)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the Vulkan loader find no driver, also on a machine that has one."""
    for variable in ("VK_ICD_FILENAMES", "VK_DRIVER_FILES"):
        monkeypatch.setenv(variable, str(tmp_path / "none.json"))


@pytest.mark.parametrize("runtime", [Runtime.NCNN_VULKAN, Runtime.LITERT_GPU])
async def test_cameras_are_heard_without_the_gpu_that_was_chosen_and_the_log_says_so_once(
    hass: HomeAssistant, no_gpu: None, caplog: pytest.LogCaptureFixture, runtime: Runtime
) -> None:
    (first, one), (second, other) = [await async_take_model(hass, runtime=runtime) for _ in "ab"]
    assert first is second
    assert first.scorer.runtime in {Runtime.NCNN, Runtime.LITERT}
    assert "install a Vulkan driver" in first.missing
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [record.getMessage() for record in warnings] == [
        f"{first.scorer.runtime} runs the model instead of {runtime}: {first.missing}"
    ]
    one()
    other()
