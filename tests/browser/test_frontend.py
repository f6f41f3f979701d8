"""What a person does in Home Assistant's frontend: add a camera, drag a threshold, see a sound.

The tests share one Home Assistant, one camera and one window, and run in this order.
"""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from scripts.camera_process import CameraProcess
from scripts.demo_dashboard import add_dashboard
from scripts.home_client import HomeClient, Json
from scripts.home_process import USERNAME, HomeProcess

from .conftest import CAMERA_PASSWORD, CAMERA_USER, follow
from .frontend import PATIENCE_SECONDS, PHONE, Frontend, window

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
    pytest.mark.usefixtures("last_page"),
]

# The demo camera starts its scene anew after 82 s. Its steps score 0.6: too little for the default threshold.
SCENE_SECONDS = 82.0

# Sensor, event and activity.
STEPS_ON_THE_DEVICE_PAGE = r"""
- list: /Steps and doors Detected/
- list: /Sound (Now|\d seconds? ago) Steps and doors/
- button /Steps and doors Detected/
"""
FIRE_ON_THE_DASHBOARD = r"""
- button "Crackling fire Detected"
- button /Sound (Now|\d seconds? ago)/
- button /Sound Crackling fire/
"""


async def own_entity(client: HomeClient, domain: str, key: str) -> str:
    """Return the id of the camera's entity of that key."""
    return next(
        entry["entity_id"]
        for entry in await client.command("config/entity_registry/list")
        if (entry["platform"], entry["translation_key"]) == ("audio_guard", key)
        and entry["entity_id"].startswith(f"{domain}.")
    )


async def test_a_camera_is_added_in_the_dialog(frontend: Frontend, camera: CameraProcess) -> None:
    page = frontend.page
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="Devices & services").click()
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("Audio Guard")
    await page.get_by_role("button", name="Audio Guard").click()
    await expect(page.get_by_text("Enter a stream's address")).to_be_visible()
    await frontend.look()

    await page.get_by_text("Enter a stream's address").click()
    address = page.get_by_role("textbox", name="Address")
    password = page.get_by_role("textbox", name="Password")
    await page.get_by_role("textbox", name="Name", exact=True).fill("Hall")
    await address.fill(camera.url)
    await page.get_by_role("textbox", name="User name").fill(CAMERA_USER)
    await password.fill(CAMERA_PASSWORD)
    await frontend.look("add-camera")

    await address.fill(f"{camera.url}/nowhere")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("The camera does not know this path")).to_be_visible()
    await frontend.look()

    await address.fill(camera.url)
    await password.fill(CAMERA_PASSWORD)
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("Hall is heard")).to_be_visible()
    await frontend.look("camera-heard")
    await frontend.finish_dialog()
    # Home Assistant goes on to the new device by itself.
    await expect(page.get_by_role("heading", name="Device info")).to_be_visible()
    await frontend.look()


async def test_a_soft_sound_is_heard_when_its_threshold_is_dragged_down(
    frontend: Frontend, client: HomeClient, sounds: list[Json]
) -> None:
    page = frontend.page
    sensor = await own_entity(client, "binary_sensor", "presence")
    number = await own_entity(client, "number", "presence_threshold")
    before = float((await client.states())[number]["state"])
    await frontend.sees("- list: /Steps and doors Clear/")
    heard, thresholds = await follow(client, sensor), await follow(client, number)

    slider = page.get_by_role("slider", name="Steps and doors threshold")
    width, height = await slider.evaluate("slider => [slider.clientWidth, slider.clientHeight]")
    await slider.click(position={"x": 0.3 * width, "y": 0.5 * height})
    after = float(await asyncio.wait_for(thresholds.get(), PATIENCE_SECONDS))
    await expect(slider).to_have_attribute("aria-valuenow", str(after))
    assert after < 0.4 < before

    await page.get_by_role("heading", name="Device info").scroll_into_view_if_needed()
    await frontend.sees(STEPS_ON_THE_DEVICE_PAGE, seconds=2 * SCENE_SECONDS)
    await frontend.look("device")
    assert await asyncio.wait_for(heard.get(), PATIENCE_SECONDS) == "on"
    steps = next(sound for sound in sounds if sound["entity"] == sensor)
    assert after <= steps["score"] < before


async def test_the_dashboard_shows_a_detection(
    frontend: Frontend,
    browser: Browser,
    client: HomeClient,
    home: HomeProcess,
    sounds: list[Json],
    pictures: Path | None,
) -> None:
    path = await add_dashboard(client)
    async with window(browser, home.url, PHONE, pictures) as phone:
        await phone.log_in(USERNAME, home.password, path)
        await frontend.page.get_by_role("link", name="Heard sounds").click()
        for view in (phone, frontend):
            await expect(view.page.get_by_role("heading", name="Heard now")).to_be_visible()
        for view in (phone, frontend):
            await view.sees(FIRE_ON_THE_DASHBOARD, seconds=2 * SCENE_SECONDS)
        await phone.look("phone")
        await frontend.look("dashboard")
    assert "fire" in {sound["class"] for sound in sounds}


async def test_a_clip_is_listed_where_its_event_says_and_plays(
    frontend: Frontend, home: HomeProcess, sounds: list[Json]
) -> None:
    page = frontend.page
    await page.goto(home.url + next(sound["clip"] for sound in sounds if "clip" in sound))
    clip = page.get_by_text(re.compile(r"^Crying baby, \d{4}-")).first
    await expect(clip).to_be_visible()
    await frontend.look("clips")
    async with page.expect_response(re.compile(r"/api/audio_guard/clips/.*\.flac")) as sound:
        await clip.click()
    assert (await (await sound.value).body()).startswith(b"fLaC")
