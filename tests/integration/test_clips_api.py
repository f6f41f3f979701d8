"""What the panel is told of clips, and who is told."""

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.audio_guard.clip_files import ClipSound, clip_name, write_clip
from custom_components.audio_guard.clips import clips_folder
from custom_components.audio_guard.const import DOMAIN

from .conftest import FakeListener

NOW = datetime(2026, 11, 25, 17, 0, 0, tzinfo=UTC)
NOTES = {
    "detections": [{"class": "dog", "score": 0.9, "time": 5.0}],
    "scores": {"times": [0.5, 1.0], "dog": [0.1, 0.9]},
}
HOSTILE_NAMES = (
    *("", ".", "..", "../../secrets", "..%2f..%2fsecrets", "20261125-170000-dog/../../x"),
    *("20261125-170000-dog.flac", "20261125-170000-dog\x00", "/etc/passwd", "x" * 10_000),
    *("20261125-170000-DOG", "99999999-999999-dog", "20261125-170000-dog\n", "20261125-170000-cat"),
)

type Json = dict[str, Any]


@pytest.fixture
async def folder(hass: HomeAssistant, tmp_path: Path, listener: FakeListener) -> Path:
    """Return where the camera's clips are, in a folder of the test's own."""
    hass.config.config_dir = str(tmp_path)
    return clips_folder(hass, "kitchen")


@pytest.fixture
async def names(hass: HomeAssistant, folder: Path) -> list[str]:
    """Keep three clips; return their names, the newest first."""
    names = [clip_name(NOW - timedelta(minutes=age), "dog") for age in range(3)]
    pcm = np.full(1_600, 3_000, np.int16)
    sound = ClipSound(pcm=pcm, sample_rate_hz=16_000, began=NOW, notes=NOTES)
    for name in names:
        await hass.async_add_executor_job(write_clip, folder, name, sound)
    return names


async def ask(client: MockHAClientWebSocket, command: str, **fields: Any) -> Json:
    """Ask about the kitchen's clips and return the answer."""
    about = {"type": f"{DOMAIN}/clips/{command}", "entry_id": "kitchen", **fields}
    await client.send_json_auto_id(about)
    answer: Json = await client.receive_json()
    return answer


async def test_clips_are_listed_the_newest_first_and_by_pages(
    names: list[str], hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client()
    first = (await ask(client, "list", limit=2))["result"]
    assert [clip["name"] for clip in first["clips"]] == names[:2]
    assert first["more"]
    assert (first["clips"][0]["label"], first["clips"][0]["heard_at"]) == ("dog", NOW.isoformat())
    rest = (await ask(client, "list", limit=2, before=names[1]))["result"]
    assert [clip["name"] for clip in rest["clips"]] == names[2:]
    assert not rest["more"]
    everything = (await ask(client, "list"))["result"]
    assert [clip["name"] for clip in everything["clips"]] == names


async def test_a_camera_without_clips_has_an_empty_list(
    folder: Path, hass_ws_client: WebSocketGenerator
) -> None:
    answer = await ask(await hass_ws_client(), "list")
    assert answer["result"] == {"clips": [], "more": False}


async def test_a_clip_is_told_with_addresses_that_need_no_login(
    names: list[str],
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    clip = (await ask(await hass_ws_client(), "get", name=names[0]))["result"]
    assert {key: clip["notes"][key] for key in NOTES} == NOTES
    assert clip["notes"]["seconds"] == 0.1
    http = await hass_client_no_auth()
    for address, begin in ((clip["sound"], b"fLaC"), (clip["picture"], b"\x89PNG")):
        assert (await (await http.get(address)).read()).startswith(begin)
        unsigned = await http.get(address.partition("?")[0])
        assert unsigned.status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_name_from_outside_leads_nowhere_else(
    hass: HomeAssistant, names: list[str], name: str, hass_ws_client: WebSocketGenerator
) -> None:
    for secret in (folder_of(hass) / "secrets.json", folder_of(hass).parent / "secrets.json"):
        await hass.async_add_executor_job(secret.write_text, json.dumps(NOTES))
    client = await hass_ws_client()
    assert (await ask(client, "get", name=name))["error"]["code"] == "not_found"
    listed = (await ask(client, "list", before=name))["result"]["clips"]
    assert {clip["name"] for clip in listed} <= {*names}


@pytest.mark.parametrize("entry_id", ["", "..", "../clips/kitchen", "nowhere", "kitchen\x00"])
@pytest.mark.parametrize("command", ["list", "get"])
async def test_a_camera_that_there_is_not_has_no_clips(
    names: list[str], command: str, entry_id: str, hass_ws_client: WebSocketGenerator
) -> None:
    fields = {"name": names[0]} if command == "get" else {}
    answer = await ask(await hass_ws_client(), command, entry_id=entry_id, **fields)
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        *(("list", {"limit": limit}) for limit in (0, -1, 201, "many", 1.5)),
        *(("list", {"before": 7}), ("get", {}), ("get", {"name": None})),
    ],
)
async def test_what_does_not_fit_the_schema_is_refused(
    names: list[str], command: str, fields: Json, hass_ws_client: WebSocketGenerator
) -> None:
    answer = await ask(await hass_ws_client(), command, **fields)
    assert answer["error"]["code"] == "invalid_format"


async def test_a_guest_is_told_nothing(
    names: list[str], hass_ws_client: WebSocketGenerator, hass_read_only_access_token: str
) -> None:
    guest = await hass_ws_client(access_token=hass_read_only_access_token)
    for command, fields in (("list", {}), ("get", {"name": names[0]})):
        assert (await ask(guest, command, **fields))["error"]["code"] == "unauthorized"


def folder_of(hass: HomeAssistant) -> Path:
    """Return the folder of the kitchen's clips."""
    return clips_folder(hass, "kitchen")
