"""What a person does in the panel: watch a camera listen, move a threshold, listen in, play a clip.

The tests share one Home Assistant, one camera and one window, and run in this order.
"""

import asyncio
import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from custom_components.audio_guard.panel import BUNDLE
from scripts.home_client import HomeClient
from scripts.home_process import ROOT, USERNAME, HomeProcess

from .conftest import follow, threshold_of
from .frontend import PATIENCE_SECONDS, PHONE, Frontend, window

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
    pytest.mark.usefixtures("last_page"),
    pytest.mark.skipif(not BUNDLE.exists(), reason="the panel is not built: scripts/panel"),
]

SCENE_SECONDS = 82.0
NARROW = {**PHONE, "viewport": {"width": 360, "height": 780}}
LOUD_SCORE = re.compile(r"^(0\.[5-9]\d*|1)$")


async def test_the_panel_is_the_one_that_its_checksum_says() -> None:
    wanted = (ROOT / "panel" / "bundle.sha256").read_text("utf-8").split()[0]
    assert sha256(BUNDLE.read_bytes()).hexdigest() == wanted


async def test_the_panel_opens_from_the_sidebar(frontend: Frontend, entry_id: str) -> None:
    page = frontend.page
    await page.get_by_role("link", name="Audio Guard", exact=True).click()
    await expect(page.get_by_role("heading", name="Sounds")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"Listening · G\.711"))).to_be_visible()
    await frontend.look()


async def test_the_bars_and_the_spectrogram_move(frontend: Frontend) -> None:
    page = frontend.page
    for sound in ("Crackling fire", "Crying baby"):
        bar = page.get_by_role("meter", name=f"{sound}: score")
        await expect(bar).to_have_attribute(
            "aria-valuenow", LOUD_SCORE, timeout=2000 * SCENE_SECONDS
        )
    await frontend.look("panel-live")


async def test_a_threshold_is_moved_by_the_keyboard(
    frontend: Frontend, client: HomeClient, entry_id: str
) -> None:
    slider = frontend.page.get_by_role("slider", name="Dog: threshold")
    number = await threshold_of(client, entry_id, "dog")
    before = float((await client.states())[number]["state"])
    states = await follow(client, number)
    await slider.focus()
    await slider.press("ArrowLeft")
    after = float(await asyncio.wait_for(states.get(), PATIENCE_SECONDS))
    assert 0 < before - after <= 0.01
    field = frontend.page.get_by_role("spinbutton", name="Dog: threshold")
    await expect(field).to_have_value(str(after))
    await field.fill(str(before))
    await field.press("Enter")
    assert float(await asyncio.wait_for(states.get(), PATIENCE_SECONDS)) == before


async def test_the_camera_is_listened_to_live(frontend: Frontend) -> None:
    page = frontend.page
    pieces: list[int] = []

    def note(received: str | bytes) -> None:
        if '"type":"pcm"' in str(received):
            pieces.append(len(received))

    sockets = [socket for socket in frontend.sockets if not socket.is_closed()]
    for socket in sockets:
        socket.on("framereceived", note)
    await page.get_by_role("button", name="Listen now").click()
    await expect(page.get_by_text("You hear the camera")).to_be_visible()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(pieces) < 4:
            await page.wait_for_timeout(100)
    # Half a second of 16-bit samples at 16 kHz each, in base64.
    assert min(pieces) > 0.4 * 16_000 * 2 * 4 / 3
    await page.get_by_role("button", name="Stop listening").click()
    await page.wait_for_timeout(1000)
    count = len(pieces)
    await page.wait_for_timeout(1500)
    assert len(pieces) == count


async def test_a_clip_shows_what_was_heard_and_plays(frontend: Frontend) -> None:
    page = frontend.page
    await page.get_by_role("link", name="Clips").click()
    clip = page.get_by_role("link", name=re.compile("^Crying baby"))
    await expect(clip.first).to_be_visible(timeout=2000 * SCENE_SECONDS)
    await clip.first.click()
    await expect(page.get_by_role("heading", name=re.compile("^Crying baby, "))).to_be_visible()
    await expect(
        page.get_by_role("img", name=re.compile("Scores over the clip: .*Crying baby"))
    ).to_be_visible()
    player = page.locator("audio")
    sound = await player.evaluate(
        "player => fetch(player.src).then(answer => answer.arrayBuffer())"
        ".then(sound => ({ start: String.fromCharCode(...new Uint8Array(sound, 0, 4)), size: sound.byteLength }))"
    )
    assert sound["start"] == "fLaC"
    seconds = await player.evaluate("player => player.play().then(() => player.duration)")
    # Five before and five after; less if the sound came soon after the camera.
    assert 5 < seconds < 11
    assert sound["size"] > 4_000 * seconds
    await expect(player).not_to_have_js_property("currentTime", 0)
    picture = page.get_by_role("img", name="Spectrogram of the clip")
    assert await picture.evaluate("image => image.naturalWidth") == 800
    await frontend.look("panel-clip")


async def test_a_narrow_window_and_the_dark_theme_show_all_of_it(
    browser: Browser, home: HomeProcess, entry_id: str, pictures: Path | None
) -> None:
    async with window(browser, home.url, NARROW, pictures) as phone:
        await phone.log_in(USERNAME, home.password, f"/audio-guard/{entry_id}/live")
        await expect(phone.page.get_by_role("heading", name="Sounds")).to_be_visible()
        await phone.look("panel-phone")
        await fits(phone)
        await phone.page.get_by_role("link", name="Clips").click()
        await phone.page.get_by_role("link", name=re.compile("^Crying baby")).first.click()
        await expect(phone.page.locator("audio")).to_be_visible()
        await phone.look()
        await fits(phone)
        assert phone.complaints == []


async def test_the_card_shows_the_same_on_a_dashboard(
    frontend: Frontend, client: HomeClient, home: HomeProcess
) -> None:
    path = "card-of-audio-guard"
    await client.command("lovelace/dashboards/create", url_path=path, title="Hall", mode="storage")
    view = {"title": "Hall", "cards": [{"type": "custom:audio-guard-card"}]}
    await client.command("lovelace/config/save", url_path=path, config={"views": [view]})
    await frontend.page.goto(f"{home.url}/{path}")
    await expect(frontend.page.get_by_role("meter", name="Level")).to_be_visible()
    await expect(frontend.page.get_by_text(re.compile(r"Listening · G\.711"))).to_be_visible()
    await frontend.look("panel-card")


async def test_nothing_was_complained_of(frontend: Frontend) -> None:
    assert frontend.complaints == []


async def fits(frontend: Frontend) -> None:
    """Check that nothing is wider than the window."""
    width, wanted = await frontend.page.evaluate(
        "[document.scrollingElement.scrollWidth, window.innerWidth]"
    )
    assert width <= wanted
