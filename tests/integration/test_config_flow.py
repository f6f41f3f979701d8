"""Every branch of the dialog to its end."""

import asyncio
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine import errors
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.engine.probe import Probe
from custom_components.audio_guard.engine.source import Source, Transport

from .conftest import STREAM, URL_DATA, FakeListener

FORM = {
    "name": "Kitchen",
    "url": "rtsp://192.0.2.7:554/T0KEN",
    "username": "joe",
    "password": "hunter2",
    "transport": "tcp",
}


@pytest.fixture(autouse=True)
def probe(listeners: list[FakeListener]) -> Iterator[MagicMock]:
    """Hear every camera without a network; the engine's tests probe real ones."""
    with patch("custom_components.audio_guard.camera_flow.probe") as probe:
        probe.return_value = Probe(stream=STREAM, level_dbfs=-40.0)
        yield probe


async def start(hass: HomeAssistant, step: str) -> str:
    """Open the dialog, choose a step from its menu, and return the flow's id."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert set(menu["menu_options"]) == {"camera", "cameras", "url"}
    form = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": step})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, step)
    assert not form["errors"]
    return str(form["flow_id"])


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> Any:
    """Open the dialog that changes an entry."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )


async def answer(hass: HomeAssistant, flow: str, step: str, answers: dict[str, Any]) -> Any:
    """Fill in the form of a step; return what comes next."""
    shown = hass.config_entries.flow.async_get(flow)
    assert shown["step_id"] == step
    return await hass.config_entries.flow.async_configure(flow, answers)


async def finish(hass: HomeAssistant, flow: str, form: dict[str, Any]) -> Any:
    """Fill in the form of an address or a camera, be shown what was heard, and listen for everything."""
    heard = await hass.config_entries.flow.async_configure(flow, form)
    assert (heard["type"], heard["step_id"]) == (FlowResultType.FORM, "heard"), heard
    created = await hass.config_entries.flow.async_configure(flow, {"listen_for": "everything"})
    assert created["type"] is FlowResultType.CREATE_ENTRY
    return created


async def test_adds_an_address(hass: HomeAssistant, probe: MagicMock) -> None:
    flow = await start(hass, "url")
    created = await finish(hass, flow, FORM)
    assert created["options"] == {"clips": True}
    assert created["title"] == "Kitchen"
    assert created["data"] == URL_DATA
    assert "T0KEN" not in str(created["result"].unique_id)
    probe.assert_called_once_with(
        Source(url=FORM["url"], username="joe", password="hunter2", transport=Transport.TCP), 16_000
    )


async def test_takes_credentials_out_of_the_address(hass: HomeAssistant) -> None:
    flow = await start(hass, "url")
    created = await finish(
        hass, flow, {"url": "rtsp://joe:hunter2@192.0.2.7:554/T0KEN", "transport": "udp"}
    )
    assert created["title"] == "192.0.2.7:554"
    assert created["data"] == {**URL_DATA, "transport": "udp"}


@pytest.mark.parametrize(
    "url", ["camera", "/etc/passwd", "gopher://x/", "rtsp://", "concat:/etc/passwd"]
)
async def test_refuses_what_is_no_address(hass: HomeAssistant, probe: MagicMock, url: str) -> None:
    flow = await start(hass, "url")
    form = await hass.config_entries.flow.async_configure(flow, {**FORM, "url": url})
    assert form["errors"] == {"url": "invalid_url"}
    probe.assert_not_called()
    await finish(hass, flow, FORM)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.UnauthorizedError("x"), {"base": "unauthorized"}),
        (errors.HostUnreachableError("x"), {"url": "cannot_connect"}),
        (errors.NoAnswerError("x"), {"base": "no_answer"}),
        (errors.NotFoundError("x"), {"url": "not_found"}),
        (errors.NotAStreamError("x"), {"url": "not_a_stream"}),
        (errors.NoAudioError("x"), {"base": "no_audio"}),
        (errors.InvalidUrlError("x"), {"url": "invalid_url"}),
        (errors.EndOfStreamError("x"), {"base": "cannot_read"}),
        (errors.SourceError("x"), {"base": "cannot_read"}),
    ],
)
async def test_says_why_a_camera_is_not_heard_and_lets_try_again(
    hass: HomeAssistant, probe: MagicMock, error: Exception, expected: dict[str, str]
) -> None:
    heard, probe.side_effect = probe.side_effect, error
    flow = await start(hass, "url")
    form = await hass.config_entries.flow.async_configure(flow, FORM)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == expected
    assert "hunter2" not in str(form)
    probe.side_effect = heard
    await finish(hass, flow, FORM)


async def test_an_error_does_not_show_the_password_inside_the_address(
    hass: HomeAssistant, probe: MagicMock
) -> None:
    probe.side_effect = errors.UnauthorizedError("x")
    flow = await start(hass, "url")
    form = await hass.config_entries.flow.async_configure(
        flow, {"url": "rtsp://joe:hunter2@192.0.2.7:554/T0KEN", "transport": "tcp"}
    )
    assert form["errors"] == {"base": "unauthorized"}
    assert "hunter2" not in str(form["data_schema"].schema)
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in form["data_schema"].schema
    }
    assert suggested["url"] == "rtsp://192.0.2.7:554/T0KEN"
    assert suggested["username"] == "joe"
    assert suggested["password"] is None


async def test_refuses_an_address_twice(hass: HomeAssistant, probe: MagicMock) -> None:
    await finish(hass, await start(hass, "url"), FORM)
    flow = await start(hass, "url")
    end = await hass.config_entries.flow.async_configure(flow, FORM)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert probe.call_count == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.ModelError("damaged"), "model_broken"),
        (errors.RuntimeMissingError("pip install ncnn"), "runtime_missing"),
    ],
)
async def test_aborts_without_a_model_that_runs(
    hass: HomeAssistant, error: Exception, reason: str
) -> None:
    flow = await start(hass, "url")
    with patch("custom_components.audio_guard.shared_model._load", side_effect=error):
        end = await hass.config_entries.flow.async_configure(flow, FORM)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, reason)
    assert end["description_placeholders"] == {"error": str(error)}


@pytest.fixture
def camera(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> er.RegistryEntry:
    """Return a camera entity of another integration."""
    registered = entity_registry.async_get_or_create(
        "camera", "generic", "1", suggested_object_id="garden"
    )
    hass.states.async_set(registered.entity_id, "idle", {"friendly_name": "Garden"})
    return registered


@pytest.fixture
def stream_source() -> Iterator[MagicMock]:
    """Answer for the camera's integration."""
    with patch("custom_components.audio_guard.camera_source.async_get_stream_source") as ask:
        ask.return_value = "rtsp://joe:hunter2@192.0.2.9/rotating-token"
        yield ask


async def test_adds_a_camera_entity(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    stream_source: MagicMock,
    probe: MagicMock,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
) -> None:
    flow = await start(hass, "camera")
    created = await finish(hass, flow, {"camera": camera.entity_id})
    assert created["title"] == "Garden"
    assert created["data"] == {"camera": camera.id}
    expected = Source(url="rtsp://192.0.2.9/rotating-token", username="joe", password="hunter2")
    assert probe.call_args.args[0] == expected
    entity_registry.async_update_entity(camera.entity_id, new_entity_id="camera.backyard")
    await hass.async_block_till_done()
    assert await hass.async_add_executor_job(listeners[0].find_source) == expected
    assert stream_source.call_args.args[1] == "camera.backyard"
    entity_registry.async_remove("camera.backyard")
    with pytest.raises(errors.NotFoundError, match="camera entity is gone"):
        await hass.async_add_executor_job(listeners[0].find_source)


async def test_adds_a_camera_that_is_in_no_registry(
    hass: HomeAssistant, stream_source: MagicMock
) -> None:
    flow = await start(hass, "camera")
    created = await finish(hass, flow, {"camera": "camera.yaml"})
    assert (created["title"], created["data"]) == ("camera.yaml", {"camera": "camera.yaml"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "no_audio"),
        (HomeAssistantError("Camera is off"), "not_found"),
        ("", "no_audio"),
        ("???://", "invalid_url"),
    ],
)
async def test_says_why_a_camera_entity_gives_no_sound(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    stream_source: MagicMock,
    answer: object,
    expected: str,
) -> None:
    stream_source.side_effect = [answer]
    flow = await start(hass, "camera")
    form = await hass.config_entries.flow.async_configure(flow, {"camera": camera.entity_id})
    assert form["errors"] == {"base": expected}
    stream_source.side_effect = None
    await finish(hass, flow, {"camera": camera.entity_id})


async def test_refuses_a_camera_entity_twice(
    hass: HomeAssistant, camera: er.RegistryEntry, stream_source: MagicMock
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=f"camera_{camera.id}").add_to_hass(hass)
    flow = await start(hass, "camera")
    end = await hass.config_entries.flow.async_configure(flow, {"camera": camera.entity_id})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_shows_what_was_heard(hass: HomeAssistant) -> None:
    flow = await start(hass, "url")
    heard = await hass.config_entries.flow.async_configure(flow, FORM)
    placeholders = heard["description_placeholders"]
    assert {key: placeholders[key] for key in ("name", "codec", "rate", "level")} == {
        "name": "Kitchen",
        "codec": "G.711 A-law",
        "rate": "8 kHz",
        "level": "-40 dBFS",
    }
    assert "only_while_streaming" not in heard["data_schema"].schema


async def test_says_that_a_track_is_silent_and_adds_it_all_the_same(
    hass: HomeAssistant, probe: MagicMock
) -> None:
    probe.return_value = Probe(stream=STREAM, level_dbfs=-120.0)
    flow = await start(hass, "url")
    await hass.config_entries.flow.async_configure(flow, FORM)
    created = await answer(hass, flow, "muted", {"listen_for": "everything"})
    assert created["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("group", "classes_off"),
    [
        ("security", ["cry", "dog"]),
        ("comfort", ["alarm", "fire", "glass", "presence", "shotgun"]),
    ],
)
async def test_listens_for_a_group(hass: HomeAssistant, group: str, classes_off: list[str]) -> None:
    flow = await start(hass, "url")
    await hass.config_entries.flow.async_configure(flow, FORM)
    created = await answer(hass, flow, "heard", {"listen_for": group, "clips": False})
    assert created["options"] == {"clips": False, "classes_off": classes_off}
    await hass.async_block_till_done()
    sensors = hass.states.async_entity_ids("binary_sensor")
    assert ("binary_sensor.kitchen_dog" in sensors) == ("dog" not in classes_off)


async def test_listens_for_single_classes(hass: HomeAssistant) -> None:
    flow = await start(hass, "url")
    await hass.config_entries.flow.async_configure(flow, FORM)
    await answer(hass, flow, "heard", {"listen_for": "chosen"})
    form = await answer(hass, flow, "classes", {"classes": []})
    assert form["errors"] == {"classes": "no_classes"}
    created = await answer(hass, flow, "classes", {"classes": ["glass", "dog"]})
    assert created["options"] == {
        "clips": True,
        "classes_off": ["alarm", "cry", "fire", "presence", "shotgun"],
    }


@pytest.fixture
def battery(
    hass: HomeAssistant,
    camera: er.RegistryEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> er.RegistryEntry:
    """Give the camera's device a battery."""
    other = MockConfigEntry(domain="generic")
    other.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("generic", "1")}
    )
    entity_registry.async_get_or_create(
        "sensor", "generic", "charge", device_id=device.id, original_device_class="battery"
    )
    return entity_registry.async_update_entity(camera.entity_id, device_id=device.id)


async def test_does_not_wake_a_battery_camera(
    hass: HomeAssistant, battery: er.RegistryEntry, stream_source: MagicMock, probe: MagicMock
) -> None:
    flow = await start(hass, "camera")
    await hass.config_entries.flow.async_configure(flow, {"camera": battery.entity_id})
    shown = hass.config_entries.flow.async_get(flow)
    assert shown["step_id"] == "battery"
    created = await answer(
        hass, flow, "battery", {"listen_for": "everything", "only_while_streaming": True}
    )
    assert created["options"] == {"clips": True, "only_while_streaming": True}
    await hass.async_block_till_done()
    probe.assert_not_called()
    stream_source.assert_not_called()


async def test_adds_every_camera_that_has_sound(
    hass: HomeAssistant,
    battery: er.RegistryEntry,
    entity_registry: er.EntityRegistry,
    stream_source: MagicMock,
    probe: MagicMock,
) -> None:
    """One listened to already, two with sound, one without, one away, one on a battery."""
    for name in ("Attic", "Barn", "Cellar", "Door", "Entry"):
        hass.states.async_set(f"camera.{name.lower()}", "idle", {"friendly_name": name})
    MockConfigEntry(
        domain=DOMAIN, data={"camera": "camera.entry"}, unique_id="camera_camera.entry"
    ).add_to_hass(hass)
    stream_source.side_effect = lambda _, entity_id: f"rtsp://192.0.2.9/{entity_id}"

    def hear(source: Source, _: int) -> Probe:
        if source.url.endswith("cellar"):
            raise errors.NoAudioError("no track")
        if source.url.endswith("door"):
            raise errors.HostUnreachableError("away")
        return Probe(stream=STREAM, level_dbfs=-40.0)

    probe.side_effect = hear
    flow = await start(hass, "cameras")
    form = hass.config_entries.flow.async_get(flow)
    trying = await answer(
        hass,
        flow,
        "cameras",
        {"cameras": ["camera.attic", "camera.barn", "camera.cellar", "camera.door"]},
    )
    assert form["step_id"] == "cameras"
    assert trying["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    found = await hass.config_entries.flow.async_configure(flow)
    assert found["step_id"] == "found"
    placeholders = found["description_placeholders"]
    assert (placeholders["heard"], placeholders["silent"], placeholders["failed"]) == (
        "Attic, Barn",
        "Cellar",
        "Door",
    )
    again = await answer(hass, flow, "found", {"cameras": [], "listen_for": "everything"})
    assert again["errors"] == {"cameras": "no_camera_chosen"}
    created = await answer(
        hass,
        flow,
        "found",
        {"cameras": ["camera.attic", "camera.barn"], "listen_for": "comfort"},
    )
    assert created["type"] is FlowResultType.CREATE_ENTRY
    added = [
        entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.title != "Mock Title"
    ]
    assert {entry.title for entry in added} == {"Attic", "Barn"}
    assert all("glass" in entry.options["classes_off"] for entry in added)
    assert all(entry.options["clips"] for entry in added)
    assert hass.config_entries.flow.async_progress() == []


async def test_proposes_all_cameras_but_those_on_a_battery(
    hass: HomeAssistant, battery: er.RegistryEntry
) -> None:
    hass.states.async_set("camera.attic", "idle")
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "cameras"}
    )
    (field,) = form["data_schema"].schema
    assert field.default() == ["camera.attic"]
    selector = form["data_schema"].schema[field]
    assert set(selector.config["include_entities"]) == {"camera.attic", battery.entity_id}


async def test_ends_when_no_camera_has_sound(
    hass: HomeAssistant, camera: er.RegistryEntry, stream_source: MagicMock, probe: MagicMock
) -> None:
    probe.side_effect = errors.NoAudioError("no track")
    flow = await start(hass, "cameras")
    await answer(hass, flow, "cameras", {"cameras": [camera.entity_id]})
    await hass.async_block_till_done()
    end = await hass.config_entries.flow.async_configure(flow)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "none_heard")
    assert end["description_placeholders"]["silent"] == "Garden"


async def test_ends_when_there_is_no_camera_to_try(hass: HomeAssistant) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    end = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "cameras"}
    )
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "no_cameras")


async def test_a_refused_password_asks_for_another(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, probe: MagicMock
) -> None:
    for _ in range(2):
        listener.status(ListenerState.UNAUTHORIZED, "the password is refused")
        listener.status(ListenerState.CONNECTING)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == (SOURCE_REAUTH, "reauth_confirm")
    probe.side_effect = errors.UnauthorizedError("x")
    wrong = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": "joe", "password": "sesame"}
    )
    assert wrong["errors"] == {"base": "unauthorized"}
    assert "sesame" not in str(wrong)
    probe.side_effect = None
    end = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": "ann", "password": "hunter3"}
    )
    await hass.async_block_till_done()
    assert end["reason"] == "reauth_successful"
    assert entry.data == {**URL_DATA, "username": "ann", "password": "hunter3"}


async def test_another_address_keeps_the_password_of_the_same_user(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, probe: MagicMock
) -> None:
    form = await reconfigure(hass, entry)
    assert form["step_id"] == "reconfigure_url"
    assert "hunter2" not in str(form)
    wrong = await answer(
        hass, form["flow_id"], "reconfigure_url", {"url": "nonsense", "transport": "tcp"}
    )
    assert wrong["errors"] == {"url": "invalid_url"}
    probe.side_effect = errors.NoAudioError("x")
    answers = {"url": "rtsp://192.0.2.8/", "username": "joe", "transport": "udp"}
    silent = await answer(hass, form["flow_id"], "reconfigure_url", answers)
    assert silent["errors"] == {"base": "no_audio"}
    probe.side_effect = None
    end = await answer(hass, form["flow_id"], "reconfigure_url", answers)
    assert end["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data == {**URL_DATA, "url": "rtsp://192.0.2.8/", "transport": "udp"}
    again = await reconfigure(hass, entry)
    await answer(
        hass, again["flow_id"], "reconfigure_url", {"url": "rtsp://192.0.2.8/", "transport": "tcp"}
    )
    await hass.async_block_till_done()
    assert entry.data["password"] == ""


async def test_refuses_the_address_of_another_camera(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    await finish(hass, await start(hass, "url"), {**FORM, "url": "rtsp://192.0.2.8/"})
    form = await reconfigure(hass, entry)
    end = await answer(
        hass, form["flow_id"], "reconfigure_url", {"url": "rtsp://192.0.2.8/", "transport": "tcp"}
    )
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_another_camera_entity_takes_the_place_of_one(
    hass: HomeAssistant, camera: er.RegistryEntry, stream_source: MagicMock, probe: MagicMock
) -> None:
    created = await finish(hass, await start(hass, "camera"), {"camera": camera.entity_id})
    entry = created["result"]
    hass.states.async_set("camera.attic", "idle", {"friendly_name": "Attic"})
    form = await reconfigure(hass, entry)
    assert form["step_id"] == "reconfigure_camera"
    probe.side_effect = errors.NoAudioError("x")
    silent = await answer(hass, form["flow_id"], "reconfigure_camera", {"camera": "camera.attic"})
    assert silent["errors"] == {"base": "no_audio"}
    probe.side_effect = None
    end = await answer(hass, form["flow_id"], "reconfigure_camera", {"camera": "camera.attic"})
    await hass.async_block_till_done()
    assert end["reason"] == "reconfigure_successful"
    assert entry.data == {"camera": "camera.attic"}


async def test_a_battery_camera_takes_the_place_of_one_untried(
    hass: HomeAssistant, battery: er.RegistryEntry, stream_source: MagicMock, probe: MagicMock
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"camera": "camera.gone"})
    entry.add_to_hass(hass)
    form = await reconfigure(hass, entry)
    end = await answer(hass, form["flow_id"], "reconfigure_camera", {"camera": battery.entity_id})
    await hass.async_block_till_done()
    assert end["reason"] == "reconfigure_successful"
    assert entry.data == {"camera": battery.id}
    probe.assert_not_called()


async def test_closing_the_dialog_gives_up_trying(
    hass: HomeAssistant, camera: er.RegistryEntry, probe: MagicMock
) -> None:
    asked = asyncio.Event()

    async def never(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    with patch("custom_components.audio_guard.camera_flow.async_find_source", never):
        flow = await start(hass, "cameras")
        await answer(hass, flow, "cameras", {"cameras": [camera.entity_id]})
        await asked.wait()
        hass.config_entries.flow.async_abort(flow)
        await hass.async_block_till_done()
    probe.assert_not_called()


async def test_several_cameras_need_a_model_that_runs(
    hass: HomeAssistant, camera: er.RegistryEntry
) -> None:
    flow = await start(hass, "cameras")
    error = errors.RuntimeMissingError("pip install ncnn")
    with patch("custom_components.audio_guard.shared_model._load", side_effect=error):
        end = await answer(hass, flow, "cameras", {"cameras": [camera.entity_id]})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "runtime_missing")
