"""Setting up, unloading and doing it again."""

from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.card import DEFAULT_MODEL
from custom_components.audio_guard.engine.errors import ModelError, RuntimeMissingError

from .conftest import URL_DATA, FakeListener


async def test_setup_unload_setup_leaves_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, listeners: list[FakeListener], loads: list[str]
) -> None:
    for round_number in (1, 2):
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.LOADED
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        assert len(listeners) == round_number
        assert all(listener.stopped for listener in listeners)
        assert loads == [DEFAULT_MODEL] * round_number


async def test_cameras_share_one_model(
    hass: HomeAssistant, entry: MockConfigEntry, listeners: list[FakeListener], loads: list[str]
) -> None:
    other = MockConfigEntry(
        domain=DOMAIN, title="Hall", data={**URL_DATA, "url": "rtsp://192.0.2.8/"}
    )
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert other.state is ConfigEntryState.LOADED
    assert loads == [DEFAULT_MODEL]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert loads == [DEFAULT_MODEL]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ModelError("model.tflite is damaged: install it again"),
            "The model can't be used: model.tflite",
        ),
        (
            RuntimeMissingError("pip install ncnn"),
            "No inference runtime works on this machine: pip",
        ),
    ],
)
async def test_a_model_that_cannot_run_fails_the_entry_with_the_cure(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    words: str,
) -> None:
    with patch("custom_components.audio_guard.shared_model._load", side_effect=error):
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert words in caplog.text
