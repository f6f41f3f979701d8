"""The logbook tells what was heard in sentences, and links the sensor."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.audio_guard.const import DOMAIN, EVENT_SOUND
from custom_components.audio_guard.logbook import SOUNDS

from .conftest import LABELS, FakeListener

GLASS = "binary_sensor.kitchen_breaking_glass"


@pytest.fixture(autouse=True)
def integration_enabled(recorder_mock: Any, enable_custom_integrations: None) -> None:
    """Record what happens: the recorder has to be there before Home Assistant."""


@pytest.fixture(autouse=True)
async def logbook(hass: HomeAssistant, integration_enabled: None, frontend: None) -> None:
    """Set the logbook up, which asks for the frontend."""
    assert await async_setup_component(hass, "logbook", {})


async def lines(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> list[dict[str, Any]]:
    """Return the integration's lines of the last hour, as the logbook's page gets them."""
    await async_wait_recording_done(hass)
    websocket = await hass_ws_client(hass)
    start_time = (dt_util.utcnow() - timedelta(hours=1)).isoformat()
    await websocket.send_json_auto_id({"type": "logbook/get_events", "start_time": start_time})
    answer = await websocket.receive_json()
    assert answer["success"], answer
    return [line for line in answer["result"] if line.get("domain") == DOMAIN]


async def test_a_detection_reads_like_a_sentence(
    hass: HomeAssistant, listener: FakeListener, hass_ws_client: WebSocketGenerator
) -> None:
    listener.frame(glass=0.934)
    await hass.async_block_till_done()
    (line,) = await lines(hass, hass_ws_client)
    assert line["name"] == "Kitchen"
    assert line["message"] == "heard breaking glass (score 0.93)"
    assert line["entity_id"] == GLASS


async def test_a_camera_has_the_name_that_a_person_gave_it(
    hass: HomeAssistant,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    sensor = entity_registry.async_get(GLASS)
    assert sensor is not None
    assert sensor.device_id is not None
    device_registry.async_update_device(sensor.device_id, name_by_user="Larder")
    listener.frame(glass=0.9)
    await hass.async_block_till_done()
    (line,) = await lines(hass, hass_ws_client)
    assert line["name"] == "Larder"


async def test_what_a_removed_camera_heard_is_still_told(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
) -> None:
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_SOUND, {"entity": None, "class": "tea_kettle", "score": 1.0})
    await hass.config_entries.async_remove(entry.entry_id)
    dog, kettle = await lines(hass, hass_ws_client)
    assert (dog["name"], dog["message"]) == ("Audio Guard", "heard a dog (score 0.90)")
    assert kettle["message"] == "heard tea kettle (score 1.00)"


def test_every_class_has_words() -> None:
    assert set(SOUNDS) == set(LABELS) - {"others"}
