"""A demo camera, a real Home Assistant and a browser that shows it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from scripts.camera_process import CameraProcess
from scripts.home_client import HomeClient, Json
from scripts.home_process import USERNAME, HomeProcess

from .frontend import DESKTOP, Frontend, chromium, find_chromium, window

CAMERA_USER, CAMERA_PASSWORD = "hall-viewer", "pa55-not-to-be-seen"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `scripts/screenshots` say where the pictures go."""
    parser.addoption("--screenshots", type=Path, metavar="FOLDER", help="write pictures here")


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Return the folder for pictures, if they are wanted."""
    folder: Path | None = request.config.getoption("--screenshots")
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run the browser."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium (Debian: chromium)")
    async with chromium(executable) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def camera(browser: Browser) -> AsyncIterator[CameraProcess]:
    """Run the demo camera, with its scene and a password."""
    camera = CameraProcess("--user", CAMERA_USER, "--password", CAMERA_PASSWORD, port=8554)
    await camera.start()
    yield camera
    await camera.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(
    camera: CameraProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[HomeProcess]:
    """Make a Home Assistant; `client` starts it."""
    home = HomeProcess(tmp_path_factory.mktemp("home") / "config", password="correct horse")
    yield home
    await home.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(home: HomeProcess) -> AsyncIterator[HomeClient]:
    """Start Home Assistant; what is seen is held against what its websocket says."""
    client = await home.start()
    yield client
    await client.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sounds(client: HomeClient) -> list[Json]:
    """Note every sound that the integration tells of, from the start on."""
    sounds: list[Json] = []
    await client.listen("audio_guard_sound", sounds.append)
    return sounds


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def frontend(
    browser: Browser, home: HomeProcess, sounds: list[Json], pictures: Path | None
) -> AsyncIterator[Frontend]:
    """Log in."""
    async with window(browser, home.url, DESKTOP, pictures) as frontend:
        await frontend.log_in(USERNAME, home.password)
        yield frontend


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def entry_id(client: HomeClient, camera: CameraProcess) -> str:
    """Return the entry of the camera, which an earlier test may have added."""
    entries: list[Json] = await client.command("config_entries/get", domain="audio_guard")
    if entries:
        return str(entries[0]["entry_id"])
    form = await client.start_flow("audio_guard", "url")
    answers = {"name": "Hall", "url": camera.url, "transport": "tcp"}
    answers |= {"username": CAMERA_USER, "password": CAMERA_PASSWORD}
    result = await client.finish_flow(form, answers)
    return str(result["result"]["entry_id"])


@pytest_asyncio.fixture(loop_scope="session")
async def last_page(frontend: Frontend) -> AsyncIterator[None]:
    """Print what the page says in the end; pytest shows it when the test fails."""
    yield
    print(await frontend.page.locator("body").aria_snapshot())


async def follow(client: HomeClient, entity_id: str) -> asyncio.Queue[str]:
    """Return a queue of the states that an entity takes from now on, as the websocket tells them."""
    states: asyncio.Queue[str] = asyncio.Queue()

    def note(change: Json) -> None:
        if change["entity_id"] == entity_id and change["new_state"]:
            states.put_nowait(change["new_state"]["state"])

    await client.listen("state_changed", note)
    return states


async def threshold_of(client: HomeClient, entry_id: str, label: str) -> str:
    """Return the number entity of a class's threshold."""
    answer = await client.command("audio_guard/cameras")
    camera = next(each for each in answer["cameras"] if each["entry_id"] == entry_id)
    return str(
        next(each for each in camera["classes"] if each["label"] == label)["threshold_entity"]
    )
