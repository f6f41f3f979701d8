"""Marks: by the panel, by the action and by a notification's buttons, kept in the clip's own notes."""

import errno
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.audio_guard.clip_files import list_clips
from custom_components.audio_guard.clip_marks import Mark
from custom_components.audio_guard.clips import clips_folder, media_id, parse_media_id
from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.marks import EVENT_BUTTON, SIGNAL_MARKED

from .automations import Phone
from .conftest import FakeListener
from .marked_clips import write_marked

NAME = "20261125-170000-dog"
MEDIA = f"media-source://{DOMAIN}/kitchen/{NAME}"
HOSTILE = [
    "kitchen/../../secrets",
    "kitchen/../attic/20261125-170000-dog",
    "kitchen",
    "",
    f"../clips/kitchen/{NAME}",
    f"attic/{NAME}",
    f"gone/{NAME}",
    "kitchen/20261125-180000-dog",
    f"kitchen/{NAME}\0",
]


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep clips where the test ends."""
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
def entry(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return a camera whose clips are kept, beside another integration's entry."""
    MockConfigEntry(domain="demo", entry_id="attic").add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"clips": True})
    return entry


@pytest.fixture
async def clip(hass: HomeAssistant, listener: FakeListener) -> Path:
    """Return the notes of the camera's one clip."""
    folder = clips_folder(hass, "kitchen")
    await hass.async_add_executor_job(write_marked, folder, NAME, {"dog": {9: 0.9}})
    for place in (folder.parent, folder.parent.parent):
        await hass.async_add_executor_job((place / "secrets.json").touch)
    return folder / f"{NAME}.json"


@pytest.fixture
def told(hass: HomeAssistant) -> list[tuple[str, str, Mark | None]]:
    """Return what listeners are told of marks."""
    told: list[tuple[str, str, Mark | None]] = []
    async_dispatcher_connect(hass, SIGNAL_MARKED, lambda *mark: told.append(mark))
    return told


async def notes_of(hass: HomeAssistant, clip: Path) -> dict[str, Any]:
    """Read a clip's notes."""
    notes: dict[str, Any] = json.loads(await hass.async_add_executor_job(clip.read_text))
    return notes


async def mark(hass: HomeAssistant, clip: str = MEDIA, **data: str) -> None:
    """Call the action."""
    await hass.services.async_call(DOMAIN, "mark_clip", {"clip": clip, **data}, blocking=True)


async def test_a_clip_is_marked_marked_otherwise_and_unmarked(
    hass: HomeAssistant, clip: Path, told: list[tuple[str, str, Mark | None]]
) -> None:
    before = await notes_of(hass, clip)
    await mark(hass, verdict="wrong", sound="glass")
    notes = await notes_of(hass, clip)
    kept = notes.pop("mark")
    assert (kept["verdict"], kept["sound"]) == ("wrong", "glass")
    assert notes == before
    await mark(hass, verdict="right")
    kept = (await notes_of(hass, clip))["mark"]
    assert (kept["verdict"], kept["sound"]) == ("right", None)
    await mark(hass, verdict="none")
    assert await notes_of(hass, clip) == before
    assert [(entry_id, name, of and of.verdict) for entry_id, name, of in told] == [
        ("kitchen", NAME, "wrong"),
        ("kitchen", NAME, "right"),
        ("kitchen", NAME, None),
    ]
    assert {path.suffix for path in clip.parent.iterdir()} == {".flac", ".json", ".png"}


@pytest.mark.parametrize("sound", ["others", "presence"])
async def test_a_wrong_clip_was_one_of_the_models_sounds_or_none_of_them(
    hass: HomeAssistant, clip: Path, sound: str
) -> None:
    await mark(hass, verdict="wrong", sound=sound)
    assert (await notes_of(hass, clip))["mark"]["sound"] == sound


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"verdict": "wrong", "sound": "violin"}, "knows no sound violin: choose one of alarm"),
        ({"verdict": "right", "sound": "dog"}, "leave the sound out, or choose wrong"),
        ({"verdict": "none", "sound": "dog"}, "leave the sound out, or choose wrong"),
    ],
)
async def test_a_mark_that_makes_no_sense_is_refused(
    hass: HomeAssistant, clip: Path, data: dict[str, str], message: str
) -> None:
    with pytest.raises(ServiceValidationError, match=message):
        await mark(hass, **data)
    assert "mark" not in await notes_of(hass, clip)


@pytest.mark.parametrize("identifier", HOSTILE)
@pytest.mark.usefixtures("clip")
async def test_what_is_no_clip_is_not_marked(
    hass: HomeAssistant, identifier: str, told: list[tuple[str, str, Mark | None]]
) -> None:
    for media in (identifier, f"media-source://{DOMAIN}/{identifier}"):
        with pytest.raises(ServiceValidationError, match=r"no longer"):
            await mark(hass, media, verdict="right")
    assert told == []


async def test_a_camera_that_is_not_set_up_is_named(
    hass: HomeAssistant, entry: MockConfigEntry, clip: Path
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError, match="Kitchen is not set up"):
        await mark(hass, verdict="right")


async def test_a_full_disk_leaves_the_notes_as_they_were(hass: HomeAssistant, clip: Path) -> None:
    before = await notes_of(hass, clip)
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        patch.object(Path, "write_bytes", side_effect=full),
        pytest.raises(HomeAssistantError, match="can't be marked: No space left on device"),
    ):
        await mark(hass, verdict="right")
    assert await notes_of(hass, clip) == before


@pytest.mark.parametrize("content", ["", "[]", '{"mark": {}'])
async def test_broken_notes_are_said_to_be(hass: HomeAssistant, clip: Path, content: str) -> None:
    await hass.async_add_executor_job(clip.write_text, content)
    with pytest.raises(HomeAssistantError, match="can't be marked"):
        await mark(hass, verdict="right")


async def test_a_clip_can_be_marked_before_its_sound_is_over(
    hass: HomeAssistant, listener: FakeListener, freezer: FrozenDateTimeFactory
) -> None:
    assert listener.history is not None
    listener.history.write(np.full(round(0.48 * 16_000), 0.1, np.float32))
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    shown = hass.states.get("event.kitchen_sound")
    assert shown is not None
    await mark(hass, shown.attributes["clip_media"], verdict="right")
    freezer.tick(8)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    folder = clips_folder(hass, "kitchen")
    (kept,) = await hass.async_add_executor_job(list_clips, folder)
    assert (await notes_of(hass, folder / f"{kept.name}.json"))["mark"]["verdict"] == "right"


async def test_the_panel_marks_and_hears_of_marks(
    hass: HomeAssistant, clip: Path, hass_ws_client: WebSocketGenerator
) -> None:
    panel, other = await hass_ws_client(), await hass_ws_client()
    await other.send_json_auto_id({"type": f"{DOMAIN}/marks/subscribe"})
    assert (await other.receive_json())["success"]
    request = {"type": f"{DOMAIN}/clips/mark", "entry_id": "kitchen", "name": NAME}
    await panel.send_json_auto_id({**request, "verdict": "wrong", "sound": "others"})
    answer = (await panel.receive_json())["result"]["mark"]
    assert (answer["verdict"], answer["sound"]) == ("wrong", "others")
    assert (await notes_of(hass, clip))["mark"] == answer
    event = (await other.receive_json())["event"]
    assert event == {"entry_id": "kitchen", "name": NAME, "mark": answer}
    await panel.send_json_auto_id({**request, "verdict": None})
    assert (await panel.receive_json())["result"] == {"mark": None}
    assert (await other.receive_json())["event"]["mark"] is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": "../../secrets"}, "clip_gone"),
        ({"name": "20261125-180000-dog"}, "clip_gone"),
        ({"entry_id": "attic"}, "camera_gone"),
        ({"entry_id": "../clips/kitchen"}, "camera_gone"),
        ({"sound": "violin"}, "sound_unknown"),
    ],
)
@pytest.mark.usefixtures("clip")
async def test_the_panel_is_told_why_not(
    hass_ws_client: WebSocketGenerator, changes: dict[str, str], key: str
) -> None:
    panel = await hass_ws_client()
    request = {"type": f"{DOMAIN}/clips/mark", "entry_id": "kitchen", "name": NAME}
    await panel.send_json_auto_id({**request, "verdict": "wrong", **changes})
    answer = await panel.receive_json()
    assert answer["error"]["translation_key"] == key


@pytest.mark.parametrize("command", ["clips/mark", "marks/subscribe"])
async def test_only_administrators_mark_by_the_panel(
    hass: HomeAssistant,
    clip: Path,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    command: str,
) -> None:
    hass_admin_user.groups = []
    panel = await hass_ws_client()
    fields = {"entry_id": "kitchen", "name": NAME, "verdict": "right"}
    request = fields if command == "clips/mark" else {}
    await panel.send_json_auto_id({"type": f"{DOMAIN}/{command}", **request})
    assert (await panel.receive_json())["error"]["code"] == "unauthorized"
    assert "mark" not in await notes_of(hass, clip)


class TestButtons:
    """What a phone sends when a button of a notification is pressed."""

    @pytest.fixture
    async def press(
        self,
        hass: HomeAssistant,
        hass_client_no_auth: ClientSessionGenerator,
        aioclient_mock: AiohttpClientMocker,
    ) -> Any:
        phone = Phone(hass, aioclient_mock)
        await phone.connect()
        client = await hass_client_no_auth()

        async def press(action: str) -> None:
            await phone.press(client, action)
            await hass.async_block_till_done()

        return press

    @pytest.mark.parametrize(
        ("button", "verdict"),
        [
            ("AUDIO_GUARD_RIGHT", "right"),
            ("AUDIO_GUARD_WRONG", "wrong"),
            ("AUDIO_GUARD_UNSURE", "unsure"),
        ],
    )
    async def test_marks_the_clip_also_after_a_restart(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        clip: Path,
        press: Any,
        button: str,
        verdict: str,
    ) -> None:
        assert await hass.config_entries.async_reload(entry.entry_id)
        await press(f"{button}:{media_id('kitchen', NAME)}")
        kept = (await notes_of(hass, clip))["mark"]
        assert (kept["verdict"], kept["sound"]) == (verdict, None)

    @pytest.mark.parametrize("identifier", HOSTILE)
    async def test_says_in_the_log_why_not(
        self,
        clip: Path,
        press: Any,
        caplog: pytest.LogCaptureFixture,
        identifier: str,
    ) -> None:
        await press(f"AUDIO_GUARD_RIGHT:media-source://{DOMAIN}/{identifier}")
        assert "could not mark its clip" in caplog.text

    async def test_leaves_the_buttons_of_others_alone(
        self, hass: HomeAssistant, clip: Path, press: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        await press("OPEN_THE_GATE")
        hass.bus.async_fire(EVENT_BUTTON, {"tag": "no action at all"})
        await hass.async_block_till_done()
        assert "mark" not in await notes_of(hass, clip)
        assert "could not mark" not in caplog.text


def test_a_media_id_is_taken_apart() -> None:
    assert parse_media_id(MEDIA) == parse_media_id(f"kitchen/{NAME}") == ("kitchen", NAME)
    assert parse_media_id(f"media-source://other/kitchen/{NAME}") is None


@pytest.mark.parametrize("mark", [{"verdict": "right"}, ["right"], {"verdict": "x", "at": "now"}])
def test_notes_whose_mark_is_none_are_refused(mark: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        Mark.read({"mark": mark})
