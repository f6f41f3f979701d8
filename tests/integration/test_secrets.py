"""A password is shown nowhere: not in states, issues, diagnostics, system health, registries or logs."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.system_health import DOMAIN as SYSTEM_HEALTH
from homeassistant.components.system_health import get_info
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.audio_guard.const import DOMAIN, EVENT_SOUND
from custom_components.audio_guard.engine.capture import Capture
from custom_components.audio_guard.engine.errors import SourceError
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import URL_DATA, FakeListener

SECRETS = ("hunter2", "joe", "T0KEN")
# user:password@ or user:@, as it stands before a host
CREDENTIALS = re.compile(r"://[^/\s\"']*@")
CAMERA_ADDRESS = "rtsp://joe:hunter2@192.0.2.9:554/T0KEN"


@pytest.fixture
def camera_address() -> Iterator[None]:
    """Let every camera entity give an address with a password."""
    with patch("custom_components.audio_guard.camera_source.async_get_stream_source") as ask:
        ask.return_value = CAMERA_ADDRESS
        yield


async def everything_shown(
    hass: HomeAssistant,
    client: ClientSessionGenerator,
    websocket: WebSocketGenerator,
    entry: MockConfigEntry,
) -> str:
    """Return all that Home Assistant tells a person about the camera."""
    diagnostics = await get_diagnostics_for_config_entry(hass, client, entry)
    registered = [
        *er.async_get(hass).entities.values(),
        *dr.async_get(hass).devices,
        *ir.async_get(hass).issues.values(),
    ]
    states = [state.as_dict() for state in hass.states.async_all()]
    health = (await get_info(hass))[DOMAIN]
    panel = await websocket()
    await panel.send_json_auto_id({"type": f"{DOMAIN}/cameras"})
    cameras = await panel.receive_json()
    return "\n".join(
        [json.dumps([diagnostics, states, health, cameras], default=str), str(registered)]
    )


def explained(text: str, address: str) -> str:
    """Return the reason that the engine gives for an FFmpeg error which quotes the address."""
    from custom_components.audio_guard.engine.source import parse_source

    try:
        raise Capture(parse_source(address), 16_000)._explained(OSError(99, f"{text}: {address}"))
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("data", [URL_DATA, {"camera": "camera.garden"}])
@pytest.mark.parametrize("deaf", [None, *(state for state in ListenerState if not state.hears)])
async def test_nothing_shown_or_logged_holds_a_secret(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    camera_address: None,
    listeners: list[FakeListener],
    caplog: pytest.LogCaptureFixture,
    freezer: FrozenDateTimeFactory,
    data: dict[str, Any],
    deaf: ListenerState | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    heard = async_capture_events(hass, EVENT_SOUND)
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    entry = MockConfigEntry(domain=DOMAIN, title="Kitchen", data=dict(data), unique_id="T0KEN")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await hass.async_add_executor_job(listeners[0].find_source)
    listeners[0].status(ListenerState.LISTENING)
    listeners[0].frame(dog=0.9)
    await hass.async_block_till_done()
    if deaf is not None:
        listeners[0].status(deaf, explained("Server returned 4XX", CAMERA_ADDRESS))
        await hass.async_block_till_done()
        freezer.tick(timedelta(minutes=15))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    shown = await everything_shown(hass, hass_client, hass_ws_client, entry)
    assert "sensor.kitchen_health" in shown
    assert '"sound_entity": "event.kitchen_sound"' in shown
    assert len(heard) == 1
    for text in (shown, caplog.text, str(heard)):
        assert not CREDENTIALS.search(text)
        for secret in SECRETS:
            assert secret not in text
