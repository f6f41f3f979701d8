"""The models that can be chosen, and how one is loaded."""

from pathlib import Path

import pytest

from custom_components.audio_guard import shared_model
from custom_components.audio_guard.engine.card import BUNDLED_MODELS, DEFAULT_MODEL
from custom_components.audio_guard.engine.scorer import Runtime
from custom_components.audio_guard.shared_model import model_titles


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
