"""Home Assistant serves the brand's images from the integration's own folder, never from the network."""

from http import HTTPStatus
from pathlib import Path

import pytest
from homeassistant.components.brands.const import ALLOWED_IMAGES
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components import audio_guard

BRAND = Path(audio_guard.__file__).parent / "brand"
# The icon reads well on both backgrounds, so the dark ones fall back to it.
INSTEAD = {"dark_icon.png": "icon.png", "dark_icon@2x.png": "icon@2x.png"}


@pytest.mark.parametrize("image", sorted(ALLOWED_IMAGES))
async def test_home_assistant_finds_every_image(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, image: str
) -> None:
    assert await async_setup_component(hass, "brands", {})
    client = await hass_client()
    answer = await client.get(f"/api/brands/integration/audio_guard/{image}?placeholder=no")
    assert (answer.status, answer.content_type) == (HTTPStatus.OK, "image/png")
    assert await answer.read() == (BRAND / INSTEAD.get(image, image)).read_bytes()
