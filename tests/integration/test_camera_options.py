"""Options are read as they were kept, also those of the first version."""

from datetime import time

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.camera_options import CameraOptions, QuietHours
from custom_components.audio_guard.engine.card import Model
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener, state


def test_no_options_are_the_cards(model: Model) -> None:
    assert CameraOptions.read({}).policies(model) == model.policies


def test_the_first_versions_options_are_read(model: Model) -> None:
    options = CameraOptions.read({"listening": False, "thresholds": {"dog": 0.4, "cat": 0.3}})
    assert not options.listening
    assert options.policies(model)["dog"].threshold == 0.4
    assert set(options.policies(model)) == set(model.classes)


def test_a_longer_confirmation_looks_at_as_many_hops(model: Model) -> None:
    policy = CameraOptions.read({"confirmations": {"dog": 5}}).policies(model)["dog"]
    assert (policy.confirm_hops, policy.of_hops) == (5, 5)


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        ("22:00", "07:00", ["22:00", "23:59", "00:00", "06:59"], ["07:00", "12:00", "21:59"]),
        ("13:00", "15:00", ["13:00", "14:59"], ["12:59", "15:00", "00:00"]),
        ("08:00", "08:00", ["08:00", "07:59", "00:00"], []),
    ],
)
def test_quiet_hours(start: str, end: str, inside: list[str], outside: list[str]) -> None:
    quiet = QuietHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), classes=frozenset()
    )
    assert all(quiet.includes(time.fromisoformat(now)) for now in inside)
    assert not any(quiet.includes(time.fromisoformat(now)) for now in outside)


async def test_quiet_classes_are_not_announced_and_those_that_are_on_end(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    freezer: FrozenDateTimeFactory,
) -> None:
    await hass.config.async_set_time_zone("Europe/Madrid")
    quiet = {"start": "22:00:00", "end": "07:00:00", "classes": ["dog"]}
    hass.config_entries.async_update_entry(entry, options={"quiet_hours": quiet})
    freezer.move_to("2026-11-25T20:59:00Z")  # 21:59 there
    assert await hass.config_entries.async_setup(entry.entry_id)
    listener = listeners[0]
    listener.status(ListenerState.LISTENING)
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    freezer.move_to("2026-11-25T21:00:00Z")
    for _ in range(4):
        listener.frame(dog=0.9, glass=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "off"
    assert state(hass, "binary_sensor.kitchen_breaking_glass") == "on"
    freezer.move_to("2026-11-26T06:00:00Z")
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
