"""Frames and statuses become states, events and log lines."""

import logging

import pytest
from homeassistant.components.number import ATTR_VALUE, SERVICE_SET_VALUE
from homeassistant.components.number import DOMAIN as NUMBER
from homeassistant.components.switch import DOMAIN as SWITCH
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_HOMEASSISTANT_STOP,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.audio_guard.const import EVENT_SOUND
from custom_components.audio_guard.engine.errors import NoAnswerError
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener, state

DOG = "binary_sensor.kitchen_dog"
CONNECTION = "binary_sensor.kitchen_connection"
SOUND = "event.kitchen_sound"


async def test_a_detection_is_a_state_an_event_and_a_bus_event(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    heard = async_capture_events(hass, EVENT_SOUND)
    assert state(hass, SOUND) == STATE_UNKNOWN
    listener.frame(dog=0.9134)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_ON
    assert state(hass, "binary_sensor.kitchen_breaking_glass") == STATE_OFF
    event = hass.states.get(SOUND)
    assert event is not None
    assert event.attributes["event_type"] == "dog"
    assert event.attributes["score"] == 0.913
    assert len(heard) == 1
    assert {key: heard[0].data[key] for key in ("entity", "class", "score")} == {
        "entity": DOG,
        "class": "dog",
        "score": 0.913,
    }
    assert heard[0].data["time"].startswith("20")
    listener.frame(dog=0.95)
    listener.frame()
    listener.frame()
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_OFF
    assert len(heard) == 1


async def test_a_threshold_acts_at_the_next_hop_and_is_kept(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
) -> None:
    listener.frame(dog=0.6)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_OFF
    await hass.services.async_call(
        NUMBER,
        SERVICE_SET_VALUE,
        {ATTR_ENTITY_ID: "number.kitchen_dog_threshold", ATTR_VALUE: 0.55},
        blocking=True,
    )
    listener.frame(dog=0.6)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_ON
    assert len(listeners) == 1
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert state(hass, "number.kitchen_dog_threshold") == "0.55"
    assert state(hass, "number.kitchen_crying_baby_threshold") == "0.8"


async def test_a_kept_threshold_of_a_class_that_the_model_lost_is_left_alone(
    hass: HomeAssistant, entry: MockConfigEntry, listeners: list[FakeListener]
) -> None:
    hass.config_entries.async_update_entry(entry, options={"thresholds": {"cat": 0.3, "dog": 0.4}})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "number.kitchen_dog_threshold") == "0.4"


@pytest.mark.parametrize(
    "lost",
    [
        ListenerState.LOST,
        ListenerState.STALLED,
        ListenerState.NO_AUDIO,
        ListenerState.UNAUTHORIZED,
    ],
)
async def test_goes_unavailable_when_lost_and_starts_afresh_when_back(
    hass: HomeAssistant,
    listener: FakeListener,
    caplog: pytest.LogCaptureFixture,
    lost: ListenerState,
) -> None:
    caplog.set_level(logging.INFO)
    listener.frame(dog=0.9)
    for _ in range(3):
        listener.status(lost, "rtsp://192.0.2.7:554 is away: plug it in")
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_UNAVAILABLE
    assert state(hass, SOUND) == STATE_UNAVAILABLE
    connection = hass.states.get(CONNECTION)
    assert connection is not None
    assert connection.state == STATE_OFF
    assert connection.attributes["status"] == lost.value
    assert connection.attributes["reason"] == "rtsp://192.0.2.7:554 is away: plug it in"
    assert state(hass, "number.kitchen_dog_threshold") == "0.8"
    listener.status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_OFF
    assert state(hass, CONNECTION) == STATE_ON
    assert caplog.text.count("Kitchen can't be heard: ") == 1
    assert caplog.text.count("Kitchen is heard again") == 1


async def test_silence_is_shown_and_sounds_stay_available(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    listener.frame(dog=0.9)
    listener.status(ListenerState.SILENT)
    await hass.async_block_till_done()
    connection = hass.states.get(CONNECTION)
    assert connection is not None
    assert (connection.state, connection.attributes["status"]) == (STATE_ON, "silent")
    assert state(hass, DOG) == STATE_ON


async def test_the_switch_closes_the_stream_and_opens_it_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
) -> None:
    target = {ATTR_ENTITY_ID: "switch.kitchen_listening"}
    await hass.services.async_call(SWITCH, SERVICE_TURN_OFF, target, blocking=True)
    assert listener.stopped
    assert state(hass, "switch.kitchen_listening") == STATE_OFF
    assert state(hass, DOG) == STATE_UNAVAILABLE
    listener.frame(dog=0.9)  # a call that arrives late
    listener.status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_UNAVAILABLE
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert len(listeners) == 1
    await hass.services.async_call(SWITCH, SERVICE_TURN_ON, target, blocking=True)
    assert len(listeners) == 2
    assert listeners[1].started
    await hass.services.async_call(SWITCH, SERVICE_TURN_ON, target, blocking=True)
    assert len(listeners) == 2


async def test_the_source_is_asked_for_on_the_listeners_thread(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    source = await hass.async_add_executor_job(listener.find_source)
    assert source.url == "rtsp://192.0.2.7:554/T0KEN"
    assert (source.username, source.password) == ("joe", "hunter2")


async def test_a_source_that_does_not_come_is_no_answer(
    hass: HomeAssistant, listener: FakeListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        import asyncio

        await asyncio.Event().wait()

    monkeypatch.setattr("custom_components.audio_guard.device.async_find_source", never)
    monkeypatch.setattr("custom_components.audio_guard.device.FIND_SOURCE_SECONDS", 0.05)
    with pytest.raises(NoAnswerError, match="does not give"):
        await hass.async_add_executor_job(listener.find_source)


async def test_home_assistants_stop_ends_listening(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert listener.stopped


async def test_a_call_after_the_loop_has_closed_is_harmless(
    hass: HomeAssistant, listener: FakeListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise RuntimeError("Event loop is closed")

    with monkeypatch.context() as patched:
        patched.setattr(hass.loop, "call_soon_threadsafe", closed)
        listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_OFF


async def test_a_listener_that_is_still_opening_is_left_to_end_by_itself(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(listener, "stop", lambda: False)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert "Kitchen is still being opened" in caplog.text


async def test_the_listener_learns_which_scores_are_looked_for(
    entry: MockConfigEntry, listener: FakeListener
) -> None:
    device = entry.runtime_data
    assert listener.thresholds == tuple(map(device.decider.threshold, device.classes))
    device.async_set_threshold("dog", 0.12)
    assert 0.12 in listener.thresholds
    assert len(listener.thresholds) == len(device.classes)
