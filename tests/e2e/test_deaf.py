"""A camera that goes deaf in a real Home Assistant: what a person is told, and the cure.

The tests share one camera, and run in this order.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from scripts.camera_process import CameraProcess
from scripts.home_client import HomeClient, Json
from scripts.home_process import HomeProcess

from .conftest import CAMERA_PASSWORD, CAMERA_USER, Heard, Listening, add_camera

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The demo camera starts its scene anew after 82 s.
SCENE_SECONDS = 82.0
# One minute of patience, and the tries until the state is known.
ISSUE_SECONDS = 120.0
# The recorder writes every five seconds.
RECORDED_SECONDS = 30.0
LOGIN = ("--user", CAMERA_USER, "--password", CAMERA_PASSWORD)
CREDENTIALS = re.compile(r"://[^/\s\"']*@")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mortal() -> AsyncIterator[CameraProcess]:
    """Run a camera that will lose its microphone."""
    camera = CameraProcess(*LOGIN)
    await camera.start()
    yield camera
    await camera.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cellar(client: HomeClient, heard: Heard, mortal: CameraProcess) -> Listening:
    """Listen to it."""
    answers = {
        "name": "Cellar",
        "url": mortal.url,
        "username": CAMERA_USER,
        "password": CAMERA_PASSWORD,
        "transport": "tcp",
    }
    return await add_camera(client, "url", answers)


async def issues(client: HomeClient) -> list[Json]:
    """Return the integration's issues as the repairs page lists them."""
    listed = (await client.command("repairs/list_issues"))["issues"]
    return [issue for issue in listed if issue["domain"] == "audio_guard"]


async def system_health(client: HomeClient) -> Json:
    """Return the integration's part of the system information."""
    came = asyncio.get_running_loop().create_future()

    def note(event: Json) -> None:
        if event["type"] == "initial":
            came.set_result(event["data"]["audio_guard"]["info"])

    await client.subscribe("system_health/info", note)
    return dict(await asyncio.wait_for(came, 10))


async def logbook(client: HomeClient) -> list[Json]:
    """Return the camera's own lines of the last hour."""
    start = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    events = await client.command("logbook/get_events", start_time=start)
    return [event for event in events if event.get("name") == "Cellar" and "message" in event]


async def until_any(ask: Callable[[], Awaitable[list[Json]]], seconds: float) -> list[Json]:
    """Ask again and again until there is something to be told."""
    async with asyncio.timeout(seconds):
        while not (found := await ask()):  # noqa: ASYNC110 (Home Assistant does not say when it has written)
            await asyncio.sleep(1)
    return found


async def test_the_logbook_tells_what_was_heard(
    client: HomeClient, heard: Heard, cellar: Listening
) -> None:
    def something_heard() -> bool:
        return len(heard.sounds_of(cellar)) > 0

    await heard.until(something_heard, 2 * SCENE_SECONDS)
    lines = await until_any(lambda: logbook(client), RECORDED_SECONDS)
    sound = heard.sounds_of(cellar)[0]
    assert lines[0]["entity_id"] == sound["entity"]
    assert re.fullmatch(r"heard [a-z ]+ \(score [01]\.\d\d\)", lines[0]["message"])


async def test_the_system_information_counts_the_cameras(
    client: HomeClient, cellar: Listening
) -> None:
    info = await system_health(client)
    assert info["heard"] == info["listening"] == info["cameras"] >= 1
    assert re.fullmatch(r"\w+ \d+\.\d+\.\d+", info["model"])
    assert info["runtime"] in ("ncnn", "litert")


async def test_a_camera_without_sound_asks_for_help_and_is_cured_by_the_dialog(
    client: HomeClient, heard: Heard, cellar: Listening, mortal: CameraProcess
) -> None:
    health = cellar.entity("sensor", "health")
    before = len(heard.changes)

    def no_audio() -> bool:
        return "no_audio" in heard.states_of(health, since=before)

    def listens() -> bool:
        return heard.states_of(health, since=before)[-1] == "listening"

    await mortal.kill()
    deaf = CameraProcess(*LOGIN, "--fault", "no_audio", port=mortal.port)
    await deaf.start()
    try:
        await heard.until(no_audio, ISSUE_SECONDS)
        found = await until_any(lambda: issues(client), ISSUE_SECONDS)
        assert [issue["translation_key"] for issue in found] == ["no_audio"]
        assert found[0]["translation_placeholders"]["name"] == "Cellar"
        assert "turn the microphone on" in found[0]["translation_placeholders"]["reason"]
        start = {"handler": "audio_guard", "issue_id": found[0]["issue_id"]}
        menu = await client.request("post", "/api/repairs/issues/fix", start)
        flow = f"/api/repairs/issues/fix/{menu['flow_id']}"
        form = await client.request("post", flow, {"next_step_id": "try_again"})
        assert form["errors"] == {"base": "not_heard"}
        assert CAMERA_PASSWORD not in json.dumps([found, menu, form])
    finally:
        await deaf.stop()
    await mortal.start()
    end = await client.request("post", flow, {})
    assert end["type"] == "create_entry"
    assert await issues(client) == []
    await heard.until(listens, 30)


async def test_nothing_shows_the_password(
    client: HomeClient, home: HomeProcess, heard: Heard, cellar: Listening
) -> None:
    entry = f"config_entry/{cellar.entry_id}"
    shown = json.dumps(
        [
            await client.request("get", f"/api/diagnostics/{entry}"),
            await system_health(client),
            await logbook(client),
            await issues(client),
            await client.states(),
            heard.changes,
        ]
    )
    await client.request("delete", f"/api/config/config_entries/entry/{cellar.entry_id}")
    assert "Cellar" in shown
    for text in (shown, home.log):
        assert CAMERA_PASSWORD not in text
        assert not CREDENTIALS.search(text)
