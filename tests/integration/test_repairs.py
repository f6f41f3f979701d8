"""A deaf camera asks for help, and its dialog cures it."""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.errors import HostUnreachableError, NoAudioError
from custom_components.audio_guard.engine.level import FLOOR_DBFS
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.engine.probe import Probe
from custom_components.audio_guard.health import SPAN, SPANS
from custom_components.audio_guard.issues import PATIENCE, Problem

from .conftest import STREAM, FakeListener, state

REASON = "rtsp://192.0.2.9 is away: plug it in"
MOMENT = timedelta(seconds=1)
WAITED_FOR = [
    (ListenerState.NO_AUDIO, Problem.NO_AUDIO),
    (ListenerState.SILENT, Problem.SILENT),
    (ListenerState.STALLED, Problem.UNHEARD),
    (ListenerState.LOST, Problem.UNHEARD),
]


@pytest.fixture
def camera(entity_registry: er.EntityRegistry) -> Iterator[er.RegistryEntry]:
    """Return a camera entity of another integration that gives its stream."""
    with patch("custom_components.audio_guard.camera_source.async_get_stream_source") as ask:
        ask.return_value = "rtsp://joe:hunter2@192.0.2.9/T0KEN"
        yield entity_registry.async_get_or_create(
            "camera", "generic", "1", suggested_object_id="garden"
        )


@pytest.fixture
async def garden(
    hass: HomeAssistant, camera: er.RegistryEntry, listeners: list[FakeListener]
) -> FakeListener:
    """Listen to the camera entity; return its listener, which hears."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Garden", entry_id="garden", data={"camera": camera.id}
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    return listeners[0]


@pytest.fixture
def probe() -> Iterator[MagicMock]:
    """Hear what the dialog tries, without a network."""
    with patch("custom_components.audio_guard.repairs.probe") as probe:
        probe.return_value = Probe(stream=STREAM, level_dbfs=-40.0)
        yield probe


class Dialog:
    """Repairs as the frontend sees them: over the websocket and HTTP."""

    def __init__(self, connect: WebSocketGenerator, log_in: ClientSessionGenerator) -> None:
        self._connect = connect
        self._log_in = log_in

    async def issues(self) -> list[dict[str, Any]]:
        websocket = await self._connect()  # anew: none outlives the minutes that a test lets pass
        await websocket.send_json_auto_id({"type": "repairs/list_issues"})
        answer = await websocket.receive_json()
        return [issue for issue in answer["result"]["issues"] if issue["domain"] == DOMAIN]

    async def start(self, issue_id: str) -> dict[str, Any]:
        return await self._post("", {"handler": DOMAIN, "issue_id": issue_id})

    async def choose(self, flow: dict[str, Any], step: str) -> dict[str, Any]:
        return await self._post(f"/{flow['flow_id']}", {"next_step_id": step})

    async def submit(self, flow: dict[str, Any]) -> dict[str, Any]:
        return await self._post(f"/{flow['flow_id']}", {})

    async def _post(self, path: str, answers: dict[str, Any]) -> dict[str, Any]:
        client = await self._log_in()
        response = await client.post(f"/api/repairs/issues/fix{path}", json=answers)
        assert response.status == HTTPStatus.OK, await response.text()
        return dict(await response.json())


@pytest.fixture
async def dialog(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, hass_client: ClientSessionGenerator
) -> Dialog:
    """Offer the repairs page; it is opened when it is needed, when all that has pages has been set up."""
    for component in ("websocket_api", REPAIRS):
        assert await async_setup_component(hass, component, {})
    return Dialog(hass_ws_client, hass_client)


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, how_long: timedelta) -> None:
    """Let time pass."""
    freezer.tick(how_long)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def deafen(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    listener: FakeListener,
    to: ListenerState,
) -> None:
    """Make a camera deaf until a person is asked."""
    listener.status(to, "" if to.hears else REASON)
    await hass.async_block_till_done()
    await wait(hass, freezer, timedelta(minutes=15))


def raised(issue_registry: ir.IssueRegistry) -> list[str]:
    """Return the keys of the issues."""
    return [issue.issue_id for issue in issue_registry.issues.values() if issue.domain == DOMAIN]


@pytest.mark.parametrize(("to", "problem"), WAITED_FOR)
async def test_asks_for_help_when_patience_ends_and_no_longer_when_heard(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
    to: ListenerState,
    problem: Problem,
) -> None:
    listener.status(to, "" if to.hears else REASON)
    await hass.async_block_till_done()
    await wait(hass, freezer, PATIENCE[problem] - MOMENT)
    assert raised(issue_registry) == []
    await wait(hass, freezer, MOMENT)
    assert raised(issue_registry) == [f"{problem}_kitchen"]
    issue = issue_registry.async_get_issue(DOMAIN, f"{problem}_kitchen")
    assert issue is not None
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.translation_key == problem.value
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Kitchen"
    assert issue.translation_placeholders["reason"]
    listener.status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert raised(issue_registry) == []
    await wait(hass, freezer, timedelta(hours=1))
    assert raised(issue_registry) == []


async def test_a_short_gap_asks_for_nothing(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    for to in (ListenerState.LOST, ListenerState.LISTENING) * 3:
        listener.status(to, "" if to.hears else REASON)
        await hass.async_block_till_done()
        await wait(hass, freezer, timedelta(minutes=9))
        assert raised(issue_registry) == []


async def test_patience_is_not_renewed_by_another_reason_and_the_issue_tells_the_newest(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    listener.status(ListenerState.STALLED, "no data")
    await hass.async_block_till_done()
    await wait(hass, freezer, timedelta(minutes=5))
    listener.status(ListenerState.LOST, "refused")
    await hass.async_block_till_done()
    await wait(hass, freezer, timedelta(minutes=5))
    assert raised(issue_registry) == ["unheard_kitchen"]
    listener.status(ListenerState.LOST, "no answer")
    await hass.async_block_till_done()
    issue = issue_registry.async_get_issue(DOMAIN, "unheard_kitchen")
    assert issue is not None
    assert issue.translation_placeholders == {"name": "Kitchen", "reason": "no answer"}
    listener.status(ListenerState.NO_AUDIO, "no track")
    await hass.async_block_till_done()
    assert raised(issue_registry) == ["no_audio_kitchen"]


async def test_a_wrong_password_is_an_issue_for_a_camera_entity_alone(
    hass: HomeAssistant,
    garden: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, garden, ListenerState.UNAUTHORIZED)
    assert raised(issue_registry) == ["unauthorized_garden"]


async def test_a_wrong_password_of_an_address_is_no_issue(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.UNAUTHORIZED)
    assert raised(issue_registry) == []


async def test_a_slow_machine_is_an_issue_until_it_keeps_up(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(SPANS):
        assert raised(issue_registry) == []
        listener.skipped_hops += 9
        await wait(hass, freezer, SPAN)
    assert raised(issue_registry) == ["overloaded_kitchen"]
    for _ in range(SPANS):
        assert raised(issue_registry) == ["overloaded_kitchen"]
        await wait(hass, freezer, SPAN)
    assert raised(issue_registry) == []


@pytest.mark.parametrize("ended_by", ["unload", "remove", "switch"])
async def test_is_over_when_no_one_listens_any_more(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
    ended_by: str,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.LOST)
    assert raised(issue_registry) == ["unheard_kitchen"]
    if ended_by == "unload":
        assert await hass.config_entries.async_unload(entry.entry_id)
    elif ended_by == "remove":
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        await entry.runtime_data.async_set_listening(False)
    assert raised(issue_registry) == []
    await wait(hass, freezer, timedelta(hours=1))
    assert raised(issue_registry) == []


async def test_an_ignored_issue_stays_ignored_over_a_restart(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.LOST)
    issue_registry.async_ignore(DOMAIN, "unheard_kitchen", True)
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert listener.stopped
    assert raised(issue_registry) == ["unheard_kitchen"]


@pytest.mark.parametrize(("to", "problem"), WAITED_FOR)
async def test_tries_again_until_it_is_heard(
    hass: HomeAssistant,
    dialog: Dialog,
    listener: FakeListener,
    listeners: list[FakeListener],
    probe: MagicMock,
    freezer: FrozenDateTimeFactory,
    to: ListenerState,
    problem: Problem,
) -> None:
    await deafen(hass, freezer, listener, to)
    (issue,) = await dialog.issues()
    menu = await dialog.start(issue["issue_id"])
    assert (menu["type"], menu["step_id"]) == ("menu", "init")
    assert menu["menu_options"] == ["try_again", "switch_off"]
    assert menu["description_placeholders"] == issue["translation_placeholders"]
    heard, probe.side_effect = probe.side_effect, HostUnreachableError("it is off: plug it in")
    form = await dialog.choose(menu, "try_again")
    assert (form["type"], form["step_id"]) == ("form", "try_again")
    assert form["errors"] == {"base": "not_heard"}
    assert form["description_placeholders"] == {
        "name": "Kitchen",
        "reason": "it is off: plug it in",
    }
    assert [issue["issue_id"] for issue in await dialog.issues()] == [f"{problem}_kitchen"]
    assert not listener.stopped
    probe.side_effect = heard
    assert (await dialog.submit(form))["type"] == "create_entry"
    assert await dialog.issues() == []
    assert listener.stopped
    assert listeners[1].started
    listener.status(ListenerState.LOST, "a late call of the listener before")
    listeners[1].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert state(hass, "sensor.kitchen_health") == "listening"


async def test_digital_silence_does_not_cure_a_muted_camera(
    hass: HomeAssistant,
    dialog: Dialog,
    listener: FakeListener,
    probe: MagicMock,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.SILENT)
    probe.return_value = Probe(stream=STREAM, level_dbfs=FLOOR_DBFS)
    menu = await dialog.start("silent_kitchen")
    form = await dialog.choose(menu, "try_again")
    assert form["errors"] == {"base": "not_heard"}
    assert "microphone is muted" in form["description_placeholders"]["reason"]
    assert len(await dialog.issues()) == 1


async def test_the_measuring_of_a_slow_machine_begins_anew(
    hass: HomeAssistant,
    dialog: Dialog,
    listener: FakeListener,
    listeners: list[FakeListener],
    probe: MagicMock,
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(SPANS):
        listener.skipped_hops += 9
        await wait(hass, freezer, SPAN)
    menu = await dialog.start("overloaded_kitchen")
    assert (await dialog.choose(menu, "try_again"))["type"] == "create_entry"
    listeners[1].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    assert state(hass, "sensor.kitchen_health") == "listening"
    assert await dialog.issues() == []


async def test_switches_listening_off(
    hass: HomeAssistant,
    dialog: Dialog,
    listener: FakeListener,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.LOST)
    menu = await dialog.start("unheard_kitchen")
    assert (await dialog.choose(menu, "switch_off"))["type"] == "create_entry"
    assert listener.stopped
    assert state(hass, "switch.kitchen_listening") == "off"
    assert await dialog.issues() == []


async def test_a_camera_that_is_gone_can_be_removed(
    hass: HomeAssistant,
    dialog: Dialog,
    garden: FakeListener,
    camera: er.RegistryEntry,
    entity_registry: er.EntityRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    entity_registry.async_remove(camera.entity_id)
    await deafen(hass, freezer, garden, ListenerState.LOST)
    (issue,) = await dialog.issues()
    assert issue["issue_id"] == "camera_gone_garden"
    menu = await dialog.start(issue["issue_id"])
    assert menu["menu_options"] == ["try_again", "remove"]
    form = await dialog.choose(menu, "try_again")
    assert "camera entity is gone" in form["description_placeholders"]["reason"]
    menu = await dialog.start(issue["issue_id"])
    form = await dialog.choose(menu, "remove")
    assert (form["type"], form["step_id"]) == ("form", "remove")
    assert form["description_placeholders"] == {"name": "Garden"}
    assert hass.config_entries.async_get_entry("garden") is not None
    assert (await dialog.submit(form))["type"] == "create_entry"
    assert hass.config_entries.async_get_entry("garden") is None
    assert await dialog.issues() == []


async def test_a_camera_that_is_only_waited_for_can_be_gone_too(
    hass: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    camera: er.RegistryEntry,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Garden",
        entry_id="garden",
        data={"camera": camera.id},
        options={"only_while_streaming": True},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    hass.states.async_set(camera.entity_id, "idle")
    await wait(hass, freezer, timedelta(minutes=15))
    assert raised(issue_registry) == []
    entity_registry.async_remove(camera.entity_id)
    hass.states.async_remove(camera.entity_id)
    await wait(hass, freezer, timedelta(minutes=15))
    assert raised(issue_registry) == ["camera_gone_garden"]


async def test_a_camera_without_a_stream_sends_no_sound(
    hass: HomeAssistant,
    dialog: Dialog,
    garden: FakeListener,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, garden, ListenerState.NO_AUDIO)
    menu = await dialog.start("no_audio_garden")
    with patch(
        "custom_components.audio_guard.camera_source.async_get_stream_source", return_value=None
    ):
        form = await dialog.choose(menu, "try_again")
    assert "gives no stream" in form["description_placeholders"]["reason"]


@pytest.mark.parametrize("removed", [False, True])
async def test_a_dialog_ends_when_the_camera_is_no_longer_set_up(
    hass: HomeAssistant,
    dialog: Dialog,
    entry: MockConfigEntry,
    listener: FakeListener,
    freezer: FrozenDateTimeFactory,
    removed: bool,
) -> None:
    await deafen(hass, freezer, listener, ListenerState.LOST)
    menu = await dialog.start("unheard_kitchen")
    assert await hass.config_entries.async_unload(entry.entry_id)
    if removed:
        await hass.config_entries.async_remove(entry.entry_id)
    end = await dialog.choose(menu, "try_again")
    assert (end["type"], end["reason"]) == ("abort", "not_loaded")


async def test_every_issue_has_all_its_texts(hass: HomeAssistant) -> None:
    texts = await async_get_translations(hass, "en", "issues", [DOMAIN])
    for problem in Problem:
        issue = f"component.{DOMAIN}.issues.{problem}"
        second = "remove" if problem is Problem.CAMERA_GONE else "switch_off"
        for key in (
            "title",
            "fix_flow.step.init.title",
            "fix_flow.step.init.description",
            "fix_flow.step.init.menu_options.try_again",
            f"fix_flow.step.init.menu_options.{second}",
            "fix_flow.step.try_again.title",
            "fix_flow.step.try_again.description",
            "fix_flow.error.not_heard",
            "fix_flow.abort.not_loaded",
        ):
            assert texts[f"{issue}.{key}"]
        assert "{name}" in texts[f"{issue}.title"]
        reason = "{reason}" in texts[f"{issue}.fix_flow.step.init.description"]
        assert reason == (problem is not Problem.CAMERA_GONE)
    assert texts[f"component.{DOMAIN}.issues.camera_gone.fix_flow.step.remove.description"]


async def test_no_dialog_shows_a_secret(
    hass: HomeAssistant,
    dialog: Dialog,
    garden: FakeListener,
    probe: MagicMock,
    freezer: FrozenDateTimeFactory,
) -> None:
    await deafen(hass, freezer, garden, ListenerState.LOST)
    probe.side_effect = NoAudioError("rtsp://192.0.2.9 sends no audio track")
    issues = await dialog.issues()
    menu = await dialog.start("unheard_garden")
    form = await dialog.choose(menu, "try_again")
    assert probe.call_args.args[0].password == "hunter2"
    shown = str([issues, menu, form])
    assert "sends no audio track" in shown
    for secret in ("hunter2", "joe", "T0KEN"):
        assert secret not in shown
