"""A camera entity of another integration: its device, its area, its name, its stream."""

from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener, state

CONNECTION = "binary_sensor.outside_garden_connection"


@pytest.fixture
def camera(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    area_registry: ar.AreaRegistry,
) -> er.RegistryEntry:
    """Return a camera with a device that stands in the garden."""
    other = MockConfigEntry(domain="generic")
    other.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("generic", "1")}, name="Garden camera"
    )
    area = area_registry.async_create("Outside")
    device_registry.async_update_device(device.id, area_id=area.id)
    entity = entity_registry.async_get_or_create(
        "camera",
        "generic",
        "1",
        suggested_object_id="garden",
        device_id=device.id,
        has_entity_name=True,
        original_name="Stream",
    )
    hass.states.async_set(entity.entity_id, "idle")
    return entity


async def set_up(
    hass: HomeAssistant, camera: er.RegistryEntry, options: dict[str, object] | None = None
) -> MockConfigEntry:
    """Listen to the camera."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Garden", data={"camera": camera.id}, options=options or {}
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def test_the_device_stands_beside_the_cameras_in_its_area(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    listeners: list[FakeListener],
    device_registry: dr.DeviceRegistry,
    area_registry: ar.AreaRegistry,
) -> None:
    entry = await set_up(hass, camera)
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.via_device_id == camera.device_id
    area = area_registry.async_get_area_by_name("Outside")
    assert area is not None
    assert device.area_id == area.id


async def test_the_cameras_own_area_comes_first(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    area_registry: ar.AreaRegistry,
) -> None:
    shed = area_registry.async_create("Shed")
    entity_registry.async_update_entity(camera.entity_id, area_id=shed.id)
    entry = await set_up(hass, camera)
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.area_id == shed.id


async def test_listens_only_while_the_camera_streams(
    hass: HomeAssistant, camera: er.RegistryEntry, listeners: list[FakeListener]
) -> None:
    entry = await set_up(hass, camera, {"only_while_streaming": True})
    assert listeners == []
    waiting = hass.states.get(CONNECTION)
    assert waiting is not None
    assert (waiting.state, waiting.attributes["status"]) == ("off", "waiting")
    hass.states.async_set("camera.garden", "streaming")
    await hass.async_block_till_done()
    assert listeners[0].started
    hass.states.async_set("camera.garden", "recording")
    await hass.async_block_till_done()
    assert len(listeners) == 1
    hass.states.async_set("camera.garden", "idle")
    await hass.async_block_till_done()
    assert listeners[0].stopped
    hass.states.async_set("camera.garden", "streaming")
    hass.states.async_remove("camera.garden")
    await hass.async_block_till_done()
    assert listeners[1].stopped
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.states.async_set("camera.garden", "streaming")
    await hass.async_block_till_done()
    assert len(listeners) == 2


async def test_follows_a_renamed_camera(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
) -> None:
    await set_up(hass, camera, {"only_while_streaming": True})
    entity_registry.async_update_entity("camera.garden", new_entity_id="camera.backyard")
    await hass.async_block_till_done()
    hass.states.async_set("camera.backyard", "streaming")
    await hass.async_block_till_done()
    assert listeners[0].started


async def test_the_switch_wins_over_the_stream(
    hass: HomeAssistant, camera: er.RegistryEntry, listeners: list[FakeListener]
) -> None:
    await set_up(hass, camera, {"only_while_streaming": True})
    target = {"entity_id": "switch.outside_garden_listening"}
    await hass.services.async_call("switch", "turn_off", target, blocking=True)
    hass.states.async_set("camera.garden", "streaming")
    await hass.async_block_till_done()
    assert listeners == []
    await hass.services.async_call("switch", "turn_on", target, blocking=True)
    assert listeners[0].started


async def test_a_refused_password_of_a_camera_entity_asks_for_none(
    hass: HomeAssistant, camera: er.RegistryEntry, listeners: list[FakeListener]
) -> None:
    await set_up(hass, camera)
    listeners[0].status(ListenerState.UNAUTHORIZED, "the password is refused")
    with patch("homeassistant.config_entries.ConfigEntry.async_start_reauth") as reauth:
        await hass.async_block_till_done()
    reauth.assert_not_called()
    assert state(hass, CONNECTION) == "off"
