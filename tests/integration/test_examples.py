"""The automations in the documentation are taken by Home Assistant as they stand there."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from homeassistant.components.automation.config import async_validate_config
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import parse_yaml

from tests.conftest import ROOT

from .automations import automate
from .conftest import FakeListener
from .test_blueprints import BLUEPRINTS, SOURCE

PAGES = {
    page: (ROOT / page).read_text(encoding="utf-8")
    for page in ("README.md", "docs/automations.md", "docs/clips.md", "docs/review.md")
}
OURS = re.compile(r"\b(?:binary_sensor|event|number|switch)\.kitchen_\w+")


def examples(page: str) -> list[dict[str, Any]]:
    """Return a page's automations; one in the README is written as in configuration.yaml."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)
    automations: list[dict[str, Any]] = []
    for content in map(parse_yaml, blocks):
        automations += content.get("automation", [content])
    return automations


EXAMPLES = [
    pytest.param(example, id=example["alias"]) for page in PAGES for example in examples(page)
]


@pytest.mark.parametrize("example", EXAMPLES)
async def test_is_a_valid_automation(
    hass: HomeAssistant, listener: FakeListener, example: dict[str, Any]
) -> None:
    config = await async_validate_config(hass, {"automation": [{"id": "a", **example}]})
    assert [each.validation_status for each in config["automation"]] == ["ok"]
    await automate(hass, example)
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize("page", PAGES)
def test_there_are_examples(page: str) -> None:
    assert examples(page)


@pytest.mark.parametrize("page", ["README.md", "docs/automations.md"])
async def test_the_entities_are_those_of_a_camera_named_kitchen(
    hass: HomeAssistant, listener: FakeListener, page: str
) -> None:
    named = set(OURS.findall(PAGES[page]))
    assert named
    assert named <= set(hass.states.async_entity_ids())


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_each_blueprint_can_be_imported_from_the_page(name: str) -> None:
    redirect = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
    assert redirect + quote(f"{SOURCE}/{name}.yaml", safe="") in PAGES["docs/automations.md"]
