"""Every branch of the dialog to its end."""

from collections.abc import Iterator
from unittest.mock import MagicMock, patch

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine import errors
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
    with patch("custom_components.audio_guard.config_flow.probe") as probe:
        probe.return_value = Probe(stream=STREAM, level_dbfs=-40.0)
        yield probe


async def start(hass: HomeAssistant, step: str) -> str:
    """Open the dialog, choose a step from its menu, and return the flow's id."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert set(menu["menu_options"]) == {"camera", "url"}
    form = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": step})
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, step, {})
    return str(form["flow_id"])


async def test_adds_an_address(hass: HomeAssistant, probe: MagicMock) -> None:
    flow = await start(hass, "url")
    created = await hass.config_entries.flow.async_configure(flow, FORM)
    assert created["type"] is FlowResultType.CREATE_ENTRY
    assert created["title"] == "Kitchen"
    assert created["data"] == URL_DATA
    assert "T0KEN" not in str(created["result"].unique_id)
    probe.assert_called_once_with(
        Source(url=FORM["url"], username="joe", password="hunter2", transport=Transport.TCP), 16_000
    )


async def test_takes_credentials_out_of_the_address(hass: HomeAssistant) -> None:
    flow = await start(hass, "url")
    created = await hass.config_entries.flow.async_configure(
        flow, {"url": "rtsp://joe:hunter2@192.0.2.7:554/T0KEN", "transport": "udp"}
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
    created = await hass.config_entries.flow.async_configure(flow, FORM)
    assert created["type"] is FlowResultType.CREATE_ENTRY


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
    created = await hass.config_entries.flow.async_configure(flow, FORM)
    assert created["type"] is FlowResultType.CREATE_ENTRY


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
    for result in (FlowResultType.CREATE_ENTRY, FlowResultType.ABORT):
        flow = await start(hass, "url")
        end = await hass.config_entries.flow.async_configure(flow, FORM)
        assert end["type"] is result
    assert end["reason"] == "already_configured"
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
    created = await hass.config_entries.flow.async_configure(flow, {"camera": camera.entity_id})
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
    created = await hass.config_entries.flow.async_configure(flow, {"camera": "camera.yaml"})
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
    created = await hass.config_entries.flow.async_configure(flow, {"camera": camera.entity_id})
    assert created["type"] is FlowResultType.CREATE_ENTRY


async def test_refuses_a_camera_entity_twice(
    hass: HomeAssistant, camera: er.RegistryEntry, stream_source: MagicMock
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=f"camera_{camera.id}").add_to_hass(hass)
    flow = await start(hass, "camera")
    end = await hass.config_entries.flow.async_configure(flow, {"camera": camera.entity_id})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "already_configured")
