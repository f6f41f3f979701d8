"""Look at Home Assistant's frontend in the distribution's Chromium, as a person does."""

import contextlib
import io
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, ConsoleMessage, Page, WebSocket, async_playwright, expect

# Two shared cores take their time to show a page; a person would wait, too.
PATIENCE_SECONDS = 30.0
expect.set_options(timeout=PATIENCE_SECONDS * 1000)

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}

# What the frontend shows where a translation is missing: its key, or a name out of a schema or a state.
UNTRANSLATED = re.compile(
    r"""component\.\w+ | \bui\.\w+\.\w+ | Translation\ error | \{\w+\}
    | \b[a-z]+(?:_[a-z]+)+\b
    | (?<=alert:\ )[a-z]+$ | (?<=\ ")[a-z]+\*?(?=")""",
    re.VERBOSE | re.MULTILINE,
)


def find_chromium() -> str | None:
    """Return the path of the distribution's Chromium, or of a browser that is built from it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.asynccontextmanager
async def chromium(executable: str) -> AsyncIterator[Browser]:
    """Run the browser while the context lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable)
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def window(
    browser: Browser, url: str, device: dict[str, Any], pictures: Path | None
) -> AsyncIterator[Frontend]:
    """Open a window on a Home Assistant while the context lasts; pictures are taken into the folder, if any."""
    context = await browser.new_context(reduced_motion="reduce", **device)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    try:
        yield Frontend(await context.new_page(), url, pictures)
    finally:
        await context.close()


class Frontend:
    """One window of the browser, in which somebody uses Home Assistant."""

    def __init__(self, page: Page, url: str, pictures: Path | None) -> None:
        """Take an empty page, Home Assistant's address and the folder for pictures, if they are wanted."""
        self.page = page
        self._url = url
        self._pictures = pictures
        self.complaints: list[str] = []
        self.sockets: list[WebSocket] = []
        page.on("websocket", self._note_socket)
        page.on("console", self._note_error)
        page.on("pageerror", lambda error: self._complain(f"the page fails: {error}"))

    async def log_in(self, username: str, password: str, path: str = "/") -> None:
        """Open a page for the first time."""
        await self.page.goto(self._url + path)
        await self.page.get_by_role("textbox", name="Username").fill(username)
        await self.page.get_by_role("textbox", name="Password").fill(password)
        await self.page.get_by_role("button", name="Log in").click()

    async def finish_dialog(self) -> None:
        """Submit the dialog's form, and those that follow it as they are, up to the last page; close that."""
        submit = self.page.get_by_role("button", name=re.compile("^(Submit|Next)$"))
        finish = self.page.get_by_role("button", name=re.compile("^(Finish|Skip and finish)$"))
        while not await finish.is_visible():
            button = await submit.element_handle()
            await button.click()
            await button.wait_for_element_state("hidden")
            await expect(submit.or_(finish)).to_be_visible()
            await expect(self.page.get_by_role("alert")).to_have_count(0)
            await self.look()
        await finish.click()
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def sees(self, snapshot: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the page holds what the snapshot says, in the words of a screen reader."""
        body = expect(self.page.locator("body"))
        await body.to_match_aria_snapshot(snapshot, timeout=seconds * 1000)

    async def look(self, picture: str = "") -> None:
        """Read all that is on the page: it has to be in words; take a picture if one is wanted."""
        keys = untranslated(await self.page.locator("body").aria_snapshot())
        assert not keys, f"shown without a translation: {keys}"
        if picture and self._pictures:
            await self.page.mouse.move(0, 0)
            _save(await self._photograph(), self._pictures / f"{picture}.png")

    def _note_socket(self, socket: WebSocket) -> None:
        """Note a connection that the page opens."""
        self.sockets.append(socket)

    def _note_error(self, message: ConsoleMessage) -> None:
        """Note what the page complains about."""
        # The logos of other integrations come from the internet.
        if message.type == "error" and "/api/brands/" not in message.location["url"]:
            self._complain(f"the browser's console: {message.text} ({message.location['url']})")

    def _complain(self, complaint: str) -> None:
        """Keep a complaint, and print it; pytest shows it when the test fails."""
        self.complaints.append(complaint)
        print(complaint)

    async def _photograph(self) -> bytes:
        """Return a picture of the page when it stands still: icons and charts come after the words."""
        png, before = b"", None
        while png != before:
            before, png = png, await self.page.screenshot(animations="disabled")
        return png


def untranslated(snapshot: str) -> list[str]:
    """Return what in an accessibility snapshot is a key and not a text; addresses of links don't count."""
    lines = [line for line in snapshot.splitlines() if not line.lstrip().startswith("- /")]
    return UNTRANSLATED.findall("\n".join(lines))


def _save(png: bytes, path: Path) -> None:
    """Write a picture in 256 colors, which is a third of its size and looks the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
