"""Set Home Assistant up with a camera that is really there, and wait for what it shows."""

import asyncio

import pytest
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN

from .conftest import state


async def set_up(hass: HomeAssistant, url: str, title: str = "Kitchen") -> MockConfigEntry:
    """Listen to a camera whose password is hunter2."""
    data = {"url": url, "username": "joe", "password": "hunter2", "transport": "tcp"}
    entry = MockConfigEntry(domain=DOMAIN, title=title, data=data)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def until(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait until an entity has a state."""
    changed = asyncio.Event()

    @callback
    def note(_: Event[EventStateChangedData]) -> None:
        changed.set()

    unsubscribe = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    try:
        async with asyncio.timeout(30):
            while state(hass, entity_id) != wanted:
                changed.clear()
                await changed.wait()
    except TimeoutError:
        shown = hass.states.get("binary_sensor.kitchen_connection")
        pytest.fail(f"{entity_id} is {state(hass, entity_id)}, not {wanted}; {shown}")
    finally:
        unsubscribe()
