"""A real Home Assistant for the end-to-end tests, and what its websocket tells."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from scripts.camera_process import CameraProcess
from scripts.home_client import HomeClient, Json
from scripts.home_process import HomeProcess

# Looked for in everything that Home Assistant prints, logs and shows.
CAMERA_USER, CAMERA_PASSWORD = "watcher", "pa55-not-to-be-seen"

MORE_CONFIGURATION = """\
camera:
  - platform: ffmpeg
    name: Porch
    input: {url}
input_boolean:
  armed:
  lamp:
mobile_app:
"""


@dataclass(kw_only=True)
class Heard:
    """What came over the websocket since the start, in order."""

    sounds: list[Json] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, client: HomeClient) -> None:
        """Note every sound and every change of a state from now on."""

        def note(entries: list[Json], entry: Json) -> None:
            entries.append(entry)
            self.news.set()

        await client.listen("audio_guard_sound", lambda sound: note(self.sounds, sound))
        await client.listen("state_changed", lambda change: note(self.changes, change))

    async def until(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait until something has happened; fail with what was heard instead."""
        try:
            async with asyncio.timeout(seconds):
                while not happened():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            heard = [(sound["class"], sound["score"]) for sound in self.sounds]
            pytest.fail(f"{happened.__name__}: not within {seconds} s; heard so far: {heard}")

    def sounds_of(self, listening: Listening, since: int = 0) -> list[Json]:
        """Return one camera's sounds, from the given number of sounds on."""
        own = set(listening.entities.values())
        return [sound for sound in self.sounds[since:] if sound["entity"] in own]

    def states_of(self, entity_id: str, since: int = 0) -> list[str]:
        """Return the states that an entity took, from the given number of changes on."""
        return [
            change["new_state"]["state"]
            for change in self.changes[since:]
            if change["entity_id"] == entity_id and change["new_state"]
        ]


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A camera that was added through the config flow, and its entities."""

    client: HomeClient
    entry_id: str
    entities: dict[tuple[str, str], str]

    def entity(self, domain: str, key: str) -> str:
        """Return the entity id of one of the camera's entities."""
        return self.entities[domain, key]

    async def state(self, domain: str, key: str) -> str:
        """Return an entity's state now."""
        return str((await self.client.states())[self.entity(domain, key)]["state"])


async def add_camera(client: HomeClient, step: str, answers: Json) -> Listening:
    """Add a camera through the config flow."""
    form = await client.start_flow("audio_guard", step)
    result = await client.finish_flow(form, answers)
    assert result["type"] == "create_entry", result
    entry_id = result["result"]["entry_id"]
    entities = {
        (entity["entity_id"].partition(".")[0], entity["translation_key"]): entity["entity_id"]
        for entity in await client.command("config/entity_registry/list")
        if entity["config_entry_id"] == entry_id
    }
    return Listening(client=client, entry_id=entry_id, entities=entities)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def camera() -> AsyncIterator[CameraProcess]:
    """Run the demo camera, with its scene and a password."""
    camera = CameraProcess("--user", CAMERA_USER, "--password", CAMERA_PASSWORD)
    await camera.start()
    yield camera
    await camera.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(
    camera: CameraProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[HomeProcess]:
    """Run Home Assistant; it has a camera entity that shows the demo camera's stream."""
    url = camera.url.replace("://", f"://{CAMERA_USER}:{CAMERA_PASSWORD}@")
    home = HomeProcess(
        tmp_path_factory.mktemp("home") / "config",
        password="correct horse",
        log_level="debug",
        more_configuration=MORE_CONFIGURATION.format(url=url),
    )
    yield home
    await home.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(home: HomeProcess) -> AsyncIterator[HomeClient]:
    """Start Home Assistant and log in."""
    client = await home.start()
    yield client
    await client.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def heard(client: HomeClient) -> Heard:
    """Follow what happens in Home Assistant."""
    heard = Heard()
    await heard.follow(client)
    return heard


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def listening(client: HomeClient, heard: Heard, camera: CameraProcess) -> Listening:
    """Add the demo camera."""
    answers = {
        "name": "Hall",
        "url": camera.url,
        "username": CAMERA_USER,
        "password": CAMERA_PASSWORD,
        "transport": "tcp",
    }
    return await add_camera(client, "url", answers)
