"""The real frontend's way to the brand's images: a token by the websocket, then a plain request."""

from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from scripts.home_client import HomeClient
from scripts.home_process import HomeProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

BRAND = Path(__file__).parents[2] / "custom_components" / "audio_guard" / "brand"


@pytest.mark.parametrize("image", ["icon.png", "icon@2x.png", "logo.png", "dark_logo@2x.png"])
async def test_the_image_is_the_integrations_own(
    client: HomeClient, home: HomeProcess, image: str
) -> None:
    token = (await client.command("brands/access_token"))["token"]
    address = f"http://127.0.0.1:{home.port}/api/brands/integration/audio_guard/{image}"
    asked = {"token": token, "placeholder": "no"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(address, params=asked) as answer,
    ):
        assert answer.status == HTTPStatus.OK
        assert await answer.read() == (BRAND / image).read_bytes()
