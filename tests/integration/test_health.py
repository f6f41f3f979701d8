"""One word for how a camera is heard, why, and since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.health import SPAN, SPANS

from .conftest import FakeListener

HEALTH = "sensor.kitchen_health"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Begin at noon."""
    freezer.move_to(NOON)


def shown(hass: HomeAssistant) -> tuple[str, Any, float]:
    """Return the sensor's state, reason, and the minutes after noon since when."""
    state = hass.states.get(HEALTH)
    assert state is not None
    since = datetime.fromisoformat(state.attributes["since"])
    minutes = (since - NOON).total_seconds() / 60
    return state.state, state.attributes["reason"], minutes


async def pass_spans(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, listener: FakeListener, *skipped: int
) -> None:
    """Let spans pass in which the listener skips so many hops."""
    for hops in skipped:
        listener.skipped_hops += hops
        freezer.tick(SPAN)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()


@pytest.mark.parametrize("listener_state", ListenerState)
async def test_shows_every_state_of_the_listener(
    hass: HomeAssistant, listener: FakeListener, listener_state: ListenerState
) -> None:
    listener.status(listener_state, "" if listener_state.hears else "unplugged: plug it in")
    await hass.async_block_till_done()
    state, reason, _ = shown(hass)
    assert state == listener_state.value
    if listener_state is ListenerState.SILENT:
        assert "microphone is muted" in reason
    else:
        assert reason == (None if listener_state.hears else "unplugged: plug it in")


async def test_since_stays_while_the_camera_stays_deaf(
    hass: HomeAssistant, listener: FakeListener, freezer: FrozenDateTimeFactory
) -> None:
    sinces = []
    for state in (
        ListenerState.LOST,
        ListenerState.NO_AUDIO,
        ListenerState.STALLED,
        ListenerState.LISTENING,
        ListenerState.SILENT,
        ListenerState.LOST,
    ):
        freezer.tick(timedelta(minutes=1))
        listener.status(state, "" if state.hears else "a reason")
        await hass.async_block_till_done()
        sinces.append(shown(hass)[2])
    assert sinces == [1, 1, 1, 4, 5, 6]


async def test_a_machine_that_is_too_slow_for_ten_minutes_is_overloaded_until_it_keeps_up(
    hass: HomeAssistant, listener: FakeListener, freezer: FrozenDateTimeFactory
) -> None:
    assert timedelta(minutes=10) == SPANS * SPAN
    await pass_spans(hass, freezer, listener, 9, 9, 9, 9)
    assert shown(hass)[0] == "listening"
    await pass_spans(hass, freezer, listener, 9)
    state, reason, since = shown(hass)
    assert (state, since) == ("overloaded", 10)
    assert "fewer cameras" in reason
    await pass_spans(hass, freezer, listener, 0, 9, 0, 0, 0, 0)
    assert shown(hass)[0] == "overloaded"
    await pass_spans(hass, freezer, listener, 0)
    assert shown(hass) == ("listening", None, 24)


async def test_skips_now_and_then_are_no_overload(
    hass: HomeAssistant, listener: FakeListener, freezer: FrozenDateTimeFactory
) -> None:
    await pass_spans(hass, freezer, listener, *([100, 100, 100, 100, 0] * 3))
    assert shown(hass)[0] == "listening"


async def test_a_lost_camera_is_lost_first_and_overload_is_forgotten_when_switched_off(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
    freezer: FrozenDateTimeFactory,
) -> None:
    await pass_spans(hass, freezer, listener, *[50] * SPANS)
    listener.status(ListenerState.LOST, "away")
    await hass.async_block_till_done()
    assert shown(hass)[:2] == ("lost", "away")
    device = entry.runtime_data
    await device.async_set_listening(False)
    assert shown(hass)[0] == "off"
    await device.async_set_listening(True)
    listeners[1].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    await pass_spans(hass, freezer, listeners[1], 0, 9, 9, 9, 9)
    assert shown(hass)[0] == "listening"


async def test_the_load_is_looked_at_no_more_after_unload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    freezer: FrozenDateTimeFactory,
) -> None:
    device = entry.runtime_data
    assert await hass.config_entries.async_unload(entry.entry_id)
    before = device.health
    await pass_spans(hass, freezer, listener, *[50] * SPANS)
    assert device.health is before
    assert dt_util.utcnow() > NOON


async def test_a_camera_that_is_waited_for_is_not_overloaded_by_what_was_before(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    freezer: FrozenDateTimeFactory,
) -> None:
    await pass_spans(hass, freezer, listener, *[50] * SPANS)
    assert shown(hass)[0] == "overloaded"
    await entry.runtime_data._async_hang_up(ListenerState.WAITING)
    assert shown(hass)[0] == "waiting"
    entry.runtime_data._async_follow_streaming(True)
    listeners = FakeListener.made
    listeners[-1].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert shown(hass)[0] == "listening"
