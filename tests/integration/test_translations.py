"""What Home Assistant shows to those who speak another language."""

import json
from itertools import product
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

import custom_components.audio_guard
from custom_components.audio_guard.const import DOMAIN

FILES = Path(custom_components.audio_guard.__file__).parent / "translations"
LANGUAGES = sorted(file.stem for file in FILES.glob("*.json") if file.stem != "en")
CATEGORIES = sorted(json.loads((FILES / "en.json").read_text(encoding="utf-8")))
# Names that are the same in many languages.
SHARED = {
    *("Alarm", "Codec", "LiteRT (TFLite)", "Name", "Score", "Status"),
    *("TCP", "Transport", "UDP", "ncnn"),
}
SOME_TEXTS = {
    ("de", "entity.binary_sensor.glass.name"): "Glasbruch",
    ("de", "services.set_listening.fields.listening.name"): "Zuhören",
    ("de", "selector.test_sound.options.dog"): "Bellender Hund",
    ("es", "entity.binary_sensor.glass.name"): "Rotura de cristal",
    ("es", "services.set_listening.fields.listening.name"): "Escucha",
    ("es", "selector.test_sound.options.dog"): "Perro ladrando",
}


def test_speaks_german_and_spanish() -> None:
    assert {"de", "es"} <= set(LANGUAGES)


@pytest.mark.parametrize(("language", "category"), product(LANGUAGES, CATEGORIES))
async def test_every_text_is_in_the_language(
    hass: HomeAssistant, language: str, category: str
) -> None:
    english = await async_get_translations(hass, "en", category, [DOMAIN])
    translated = await async_get_translations(hass, language, category, [DOMAIN])
    assert english
    assert set(translated) == set(english)
    assert {text for key, text in english.items() if translated[key] == text} <= SHARED


@pytest.mark.parametrize(("language", "key"), SOME_TEXTS)
async def test_a_text_is_shown_in_the_language(
    hass: HomeAssistant, language: str, key: str
) -> None:
    texts = await async_get_translations(hass, language, key.partition(".")[0], [DOMAIN])
    assert texts[f"component.{DOMAIN}.{key}"] == SOME_TEXTS[language, key]


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_files_are_alike_line_by_line(language: str) -> None:
    text = (FILES / f"{language}.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    english = (FILES / "en.json").read_text(encoding="utf-8")
    keys, english_keys = (
        [line.partition(":")[0] for line in t.splitlines()] for t in (text, english)
    )
    assert keys == english_keys
