"""The trigger "Sound heard", in real automations."""

from typing import Any

import pytest
from homeassistant.components.trace import DOMAIN as TRACE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import label_registry as lr
from homeassistant.helpers.icon import async_get_icons
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.audio_guard.engine.listener import ListenerState

from .automations import automate
from .conftest import FakeListener

SOUND = "event.kitchen_sound"
TRIGGER = "audio_guard.sound_heard"


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what the automations did."""
    return async_mock_service(hass, "test", "heard")


async def on_sound(hass: HomeAssistant, target: Any = None, **options: Any) -> None:
    """Call an action with every sound that triggers."""
    trigger = {"trigger": TRIGGER, "target": target or {"entity_id": SOUND}, "options": options}
    what = "{{ trigger.to_state.attributes.event_type }} by {{ trigger.entity_id }}"
    action = {"action": "test.heard", "data": {"what": what}}
    await automate(hass, {"triggers": trigger, "actions": action, "mode": "parallel"})


def heard(calls: list[ServiceCall]) -> list[str]:
    """Return which sounds triggered, and where."""
    return [call.data["what"].removesuffix(f" by {SOUND}") for call in calls]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["dog", "glass"]),
        ({"sound": []}, ["dog", "glass"]),
        ({"sound": "glass"}, ["glass"]),
        ({"sound": ["glass", "dog"]}, ["dog", "glass"]),
        ({"minimum_score": 0.95}, ["glass"]),
        ({"sound": ["dog"], "minimum_score": 0.95}, []),
    ],
)
async def test_sounds_that_count_trigger(
    hass: HomeAssistant,
    listener: FakeListener,
    calls: list[ServiceCall],
    options: dict[str, Any],
    expected: list[str],
) -> None:
    await on_sound(hass, **options)
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    listener.frame(dog=0.9, glass=0.97)
    await hass.async_block_till_done()
    assert heard(calls) == expected


async def test_two_sounds_of_one_hop_trigger_twice(
    hass: HomeAssistant, listener: FakeListener, calls: list[ServiceCall]
) -> None:
    await on_sound(hass)
    listener.frame(dog=0.9, glass=0.9)
    await hass.async_block_till_done()
    assert heard(calls) == ["dog", "glass"]


async def test_a_camera_that_comes_back_triggers_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, calls: list[ServiceCall]
) -> None:
    await on_sound(hass)
    listener.frame(dog=0.9)
    listener.status(ListenerState.LOST, "gone")
    await hass.async_block_till_done()
    listener.status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_reload(entry.entry_id)
    FakeListener.made[-1].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert heard(calls) == ["dog"]
    FakeListener.made[-1].frame(dog=0.9)
    await hass.async_block_till_done()
    assert heard(calls) == ["dog", "dog"]


@pytest.mark.parametrize("kind", ["device_id", "area_id", "label_id"])
async def test_follows_devices_areas_and_labels_and_only_this_integration_in_them(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    calls: list[ServiceCall],
    entity_registry: er.EntityRegistry,
    kind: str,
) -> None:
    area = ar.async_get(hass).async_create("Downstairs")
    label = lr.async_get(hass).async_create("Guards")
    doorbell = entity_registry.async_get_or_create("event", "other", "doorbell")
    sound = entity_registry.async_get(SOUND)
    assert sound is not None
    for entity_id in (doorbell.entity_id, SOUND):
        entity_registry.async_update_entity(entity_id, area_id=area.id, labels={label.label_id})
    ids = {"device_id": sound.device_id, "area_id": area.id, "label_id": label.label_id}
    await on_sound(hass, target={kind: ids[kind]})
    hass.states.async_set(doorbell.entity_id, "unknown")
    hass.states.async_set(doorbell.entity_id, "2026-01-01", {"event_type": "ring", "score": 1})
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert heard(calls) == ["dog"]


@pytest.mark.parametrize(
    "wrong", [{"minimum_score": 2}, {"minimum_score": "high"}, {"sound": {"a": 1}}, {"loud": True}]
)
async def test_wrong_options_are_refused(
    hass: HomeAssistant, listener: FakeListener, wrong: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError):
        await on_sound(hass, **wrong)


async def test_the_trace_says_that_the_score_was_too_low(
    hass: HomeAssistant,
    listener: FakeListener,
    calls: list[ServiceCall],
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await async_setup_component(hass, TRACE, {})
    await on_sound(hass, minimum_score=0.95)
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    client = await hass_ws_client(hass)
    which = {"domain": "automation", "item_id": "a0"}
    await client.send_json_auto_id({"type": "trace/list", **which})
    (run,) = (await client.receive_json())["result"]
    await client.send_json_auto_id({"type": "trace/get", "run_id": run["run_id"], **which})
    trace = (await client.receive_json())["result"]
    assert "'score_too_low'" in str(trace)
    assert "'minimum_score': 0.95" in str(trace)
    assert calls == []


async def test_the_editor_knows_the_trigger(hass: HomeAssistant, listener: FakeListener) -> None:
    assert await async_setup_component(hass, "automation", {})
    described = (await async_get_all_descriptions(hass))[TRIGGER]
    assert described["target"]["entity"] == [{"integration": "audio_guard", "domain": ["event"]}]
    assert set(described["fields"]) == {"sound", "minimum_score"}
    texts = await async_get_translations(hass, "en", "triggers", {"audio_guard"})
    for key in (TRIGGER, *(f"{TRIGGER}.fields.{field}" for field in described["fields"])):
        path = key.replace("audio_guard", "component.audio_guard.triggers")
        assert texts[f"{path}.name"]
        assert texts[f"{path}.description"]
    icons = await async_get_icons(hass, "triggers", ["audio_guard"])
    assert set(icons["audio_guard"]) == {"sound_heard"}
