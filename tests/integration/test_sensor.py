"""The last sound, and peaks that are slow enough for the recorder."""

import pytest
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    mock_restore_cache_with_extra_data,
)

from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener, state

LAST = "sensor.kitchen_last_sound"
SCORE = "sensor.kitchen_dog_score"
LEVEL = "sensor.kitchen_level"


async def test_shows_the_last_sound_also_while_the_camera_is_lost(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    assert state(hass, LAST) == "unknown"
    listener.frame(dog=0.9)
    listener.frame(glass=0.9)
    listener.status(ListenerState.LOST, "it is away: plug it in")
    await hass.async_block_till_done()
    assert state(hass, LAST) == "glass"


@pytest.mark.parametrize(("kept", "shown"), [("dog", "dog"), ("cat", "unknown")])
async def test_remembers_the_last_sound_over_a_restart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    kept: str,
    shown: str,
) -> None:
    extra = {"native_value": kept, "native_unit_of_measurement": None}
    mock_restore_cache_with_extra_data(hass, [(State(LAST, kept), extra)])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, LAST) == shown


async def test_peaks_are_disabled_at_first(hass: HomeAssistant, listener: FakeListener) -> None:
    assert hass.states.get(SCORE) is None
    assert hass.states.get(LEVEL) is None


@pytest.mark.usefixtures("everything_enabled")
async def test_writes_the_highest_of_ten_seconds(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    for round_number in range(3):
        for hop in range(21):
            listener.frame(dog=0.1 * round_number + (0.05 if hop == 7 else 0.0))
    await hass.async_block_till_done()
    of_score = [
        change.data["new_state"].state for change in changes if change.data["entity_id"] == SCORE
    ]
    assert [float(value) for value in of_score] == pytest.approx([0.05, 0.15, 0.25])
    assert state(hass, LEVEL) == "-30.0"
    listener.status(ListenerState.LOST, "it is away: plug it in")
    await hass.async_block_till_done()
    assert state(hass, SCORE) == STATE_UNAVAILABLE
