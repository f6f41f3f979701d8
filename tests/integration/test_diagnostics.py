"""Diagnostics help, and tell no secret."""

import json

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener


async def test_shows_runtime_model_and_status_without_secrets(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    listener: FakeListener,
) -> None:
    listener.status(ListenerState.UNAUTHORIZED, "rtsp://192.0.2.7:554 refuses the password")
    await hass.async_block_till_done()
    dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert dump["runtime"] == "ncnn"
    assert dump["model"]["name"] == "fake"
    assert dump["status"]["state"] == "unauthorized"
    assert dump["thresholds"]["dog"] == 0.8
    for secret in ("hunter2", "T0KEN", "joe"):
        assert secret not in json.dumps(dump)
