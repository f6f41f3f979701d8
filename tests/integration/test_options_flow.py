"""What the dialog behind the gear shows, keeps and refuses."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.engine.card import Model
from custom_components.audio_guard.engine.errors import ModelError, RuntimeMissingError
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener, state

EACH = {"on": True, "threshold": 0.8, "confirm_hops": 1, "hold_seconds": 0.96}
CLASSES = ("alarm", "cry", "dog", "fire", "glass", "presence", "shotgun")


@pytest.fixture(autouse=True)
def fake_model(model: Model) -> Any:
    """Offer the fake model."""
    with (
        patch("custom_components.audio_guard.options_flow.find_model", return_value=model),
        patch("custom_components.audio_guard.options_flow.model_titles") as titles,
    ):
        titles.return_value = {"fake": "Fake", "mobile": "Mobile"}
        yield


def answers(**changes: Any) -> dict[str, Any]:
    """Return a filled form in which nothing is changed but what is given."""
    untouched: dict[str, Any] = {
        **dict.fromkeys(CLASSES, EACH),
        "quiet_hours": {},
        "microphone": {"gain_db": 0},
        "clips": {"clips": False, "clip_days": 14, "clip_megabytes": 200, "history": True},
        "advanced": {"model": "fake", "runtime": "automatic"},
    }
    return {**untouched, **changes}


async def send(hass: HomeAssistant, entry: MockConfigEntry, filled: dict[str, Any]) -> Any:
    """Open the dialog and send it."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    end = await hass.config_entries.options.async_configure(form["flow_id"], filled)
    await hass.async_block_till_done()
    return end


def shown(form: Any) -> dict[str, Any]:
    """Return what the sections of a form suggest."""
    return {
        str(key): {
            str(field): (field.description or {}).get("suggested_value")
            for field in part.schema.schema
        }
        for key, part in form["data_schema"].schema.items()
    }


async def test_shows_what_is_in_use(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    options = {
        "thresholds": {"dog": 0.55},
        "classes_off": ["cry"],
        "confirmations": {"dog": 4},
        "holds": {"dog": 7.5},
        "gain_db": 12,
        "quiet_hours": {"start": "22:00:00", "end": "07:00:00", "classes": ["dog"]},
        "runtime": "litert",
    }
    hass.config_entries.async_update_entry(entry, options=options)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    parts = shown(form)
    assert parts["dog"] == {"on": True, "threshold": 0.55, "confirm_hops": 4, "hold_seconds": 7.5}
    assert parts["cry"]["on"] is False
    assert parts["alarm"] == EACH
    assert parts["quiet_hours"] == options["quiet_hours"]
    assert parts["microphone"] == {"gain_db": 12}
    assert parts["clips"] == {
        "clips": False,
        "clip_days": 14,
        "clip_megabytes": 200,
        "history": True,
    }
    assert parts["advanced"] == {"model": "mobile", "runtime": "litert"}


async def test_keeps_only_what_differs_from_the_card(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    end = await send(hass, entry, answers())
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["thresholds"] == {}
    assert entry.options["confirmations"] == {}
    assert entry.options["holds"] == {}
    assert entry.options["classes_off"] == []
    assert entry.options["runtime"] is None


async def test_what_is_chosen_acts_after_a_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
) -> None:
    await send(
        hass,
        entry,
        answers(
            dog={"on": True, "threshold": 0.5, "confirm_hops": 2, "hold_seconds": 60.0},
            cry={**EACH, "on": False},
            microphone={"gain_db": 6},
        ),
    )
    assert len(listeners) == 2
    assert listener.stopped
    assert listeners[1].gain_db == 6
    assert state(hass, "number.kitchen_dog_threshold") == "0.5"
    assert hass.states.get("binary_sensor.kitchen_crying_baby") is None
    assert hass.states.get("number.kitchen_crying_baby_threshold") is None
    listeners[1].status(ListenerState.LISTENING)
    listeners[1].frame(dog=0.6, cry=1.0)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "off"
    listeners[1].frame(dog=0.6)
    listeners[1].frame()
    listeners[1].frame()
    listeners[1].frame()
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    await send(hass, entry, answers())
    assert state(hass, "binary_sensor.kitchen_crying_baby") == "unavailable"


async def test_a_number_and_the_dialog_are_one(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.kitchen_dog_threshold", "value": 0.65},
        blocking=True,
    )
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown(form)["dog"]["threshold"] == 0.65


async def test_another_models_own_thresholds_decide_first(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    await send(
        hass,
        entry,
        answers(
            dog={**EACH, "threshold": 0.5},
            advanced={"model": "mobile", "runtime": "ncnn"},
        ),
    )
    assert entry.options["thresholds"] == {}
    assert (entry.options["model"], entry.options["runtime"]) == ("mobile", "ncnn")


@pytest.mark.parametrize(
    "quiet",
    [
        {"start": "22:00:00"},
        {"start": "22:00:00", "end": "07:00:00"},
        {"start": "22:00:00", "end": "07:00:00", "classes": []},
        {"classes": ["dog"]},
    ],
)
async def test_refuses_half_of_quiet_hours(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, quiet: dict[str, Any]
) -> None:
    form = await send(hass, entry, answers(quiet_hours=quiet))
    assert form["errors"] == {"base": "quiet_hours_incomplete"}
    assert "quiet_hours" not in entry.options


@pytest.mark.parametrize(
    ("error", "key"),
    [(ModelError("damaged"), "model_broken"), (RuntimeMissingError("no"), "runtime_missing")],
)
async def test_refuses_what_cannot_run(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    error: Exception,
    key: str,
) -> None:
    with patch("custom_components.audio_guard.shared_model._load", side_effect=error):
        form = await send(hass, entry, answers(advanced={"model": "fake", "runtime": "litert-gpu"}))
    assert form["errors"] == {"base": key}
    assert form["description_placeholders"] == {"error": str(error)}
    assert "runtime" not in entry.options


async def test_refuses_a_runtime_that_another_has_to_stand_in_for(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    stand_in = replace(entry.runtime_data.loaded, missing="no GPU: install a driver")
    with patch("custom_components.audio_guard.shared_model._load", return_value=stand_in):
        form = await send(hass, entry, answers(advanced={"model": "fake", "runtime": "litert-gpu"}))
    assert form["errors"] == {"base": "runtime_missing"}
    assert form["description_placeholders"] == {"error": "no GPU: install a driver"}
    assert "runtime" not in entry.options


async def test_ends_when_the_models_card_is_broken(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    with patch(
        "custom_components.audio_guard.options_flow.find_model", side_effect=ModelError("damaged")
    ):
        end = await hass.config_entries.options.async_init(entry.entry_id)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "model_broken")


async def test_asks_a_camera_entity_whether_only_while_it_streams(
    hass: HomeAssistant, listeners: list[FakeListener]
) -> None:
    entry = MockConfigEntry(domain="audio_guard", title="Garden", data={"camera": "camera.garden"})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    end = await send(hass, entry, answers(microphone={"gain_db": 0, "only_while_streaming": True}))
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["only_while_streaming"] is True
