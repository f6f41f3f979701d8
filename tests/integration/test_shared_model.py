"""The models that can be chosen, and how one is loaded."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from homeassistant.core import HomeAssistant

from custom_components.audio_guard import shared_model
from custom_components.audio_guard.engine.card import BUNDLED_MODELS, DEFAULT_MODEL
from custom_components.audio_guard.engine.errors import ModelError
from custom_components.audio_guard.engine.scorer import Runtime
from custom_components.audio_guard.shared_model import async_take_model, model_titles, own_models


def test_offers_the_models_that_ship(tmp_path: Path) -> None:
    assert model_titles(tmp_path / "none").keys() == {
        card.parent.name for card in BUNDLED_MODELS.glob("*/card.json")
    }
    assert DEFAULT_MODEL in model_titles(tmp_path)


@pytest.fixture
def own(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a folder of models of one's own: a good one, one that is called as one that ships, and a broken one."""
    hass.config.config_dir = str(tmp_path)
    own = own_models(hass)
    for name, title in (("mine", "Mine"), (DEFAULT_MODEL, "Not the one that ships")):
        shutil.copytree(BUNDLED_MODELS / DEFAULT_MODEL, own / name)
        card = json.loads((own / name / "card.json").read_text())
        (own / name / "card.json").write_text(json.dumps({**card, "name": name, "title": title}))
    (own / "broken").mkdir()
    (own / "broken" / "card.json").touch()
    return own


async def test_offers_and_loads_a_model_of_ones_own(hass: HomeAssistant, own: Path) -> None:
    titles = await hass.async_add_executor_job(model_titles, own)
    shipped = await hass.async_add_executor_job(model_titles, own / "none")
    assert titles == {**shipped, "mine": "Mine"}
    loaded, give_back = await async_take_model(hass, "mine")
    front_end = loaded.model.front_end
    patch = np.zeros((front_end.input_frames, front_end.mel_bands), np.float32)
    assert len(loaded.scorer.score(patch)) == len(loaded.model.labels)
    assert loaded.model.title == "Mine"
    give_back()


@pytest.mark.parametrize("name", ["gone", "../models/mine", "", "broken"])
async def test_says_which_model_is_not_there(hass: HomeAssistant, own: Path, name: str) -> None:
    with pytest.raises(ModelError, match=re.escape(repr(name))):
        await async_take_model(hass, name)


def test_leaves_out_a_model_whose_card_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("broken", DEFAULT_MODEL):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").touch()
    monkeypatch.setattr(shared_model, "BUNDLED_MODELS", tmp_path)
    assert list(model_titles(tmp_path / "none")) == [DEFAULT_MODEL]


def test_loads_a_model_for_the_runtime_that_is_chosen(tmp_path: Path) -> None:
    loaded = shared_model._load(DEFAULT_MODEL, Runtime.NCNN, tmp_path)
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
