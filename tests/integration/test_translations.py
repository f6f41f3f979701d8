"""What Home Assistant shows to those who speak another language."""

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from custom_components.audio_guard.const import DOMAIN

CATEGORIES = (
    "config",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "triggers",
)
# Names that are the same in many languages.
SHARED = {"Alarm", "Codec", "LiteRT (TFLite)", "Name", "Status", "TCP", "Transport", "UDP", "ncnn"}


@pytest.mark.parametrize("language", ["de", "es"])
@pytest.mark.parametrize("category", CATEGORIES)
async def test_every_text_is_in_the_language(
    hass: HomeAssistant, language: str, category: str
) -> None:
    english = await async_get_translations(hass, "en", category, [DOMAIN])
    translated = await async_get_translations(hass, language, category, [DOMAIN])
    assert english
    assert set(translated) == set(english)
    assert {text for key, text in english.items() if translated[key] == text} <= SHARED
