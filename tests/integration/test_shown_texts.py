"""Whatever is shown has its text in English; conftest.py watches every dialog, issue and exception of all tests."""

import json
from typing import Any

import probatio as vol
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.card import load_model
from custom_components.audio_guard.shared_model import LoadedModel

from .conftest import FakeListener, FakeScorer
from .shown_texts import (
    COMPONENT,
    ENGLISH,
    exception_complaints,
    issue_complaints,
    page_complaints,
    text_complaints,
)

ICONS: dict[str, Any] = json.loads((COMPONENT / "icons.json").read_text("utf-8"))


@pytest.fixture
async def registered(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> list[er.RegistryEntry]:
    """Return every entity that a camera has with the model that ships."""
    loaded = LoadedModel(model=await hass.async_add_executor_job(load_model), scorer=FakeScorer())
    monkeypatch.setattr("custom_components.audio_guard.shared_model._load", lambda *_: loaded)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return er.async_entries_for_config_entry(entity_registry, entry.entry_id)


async def test_every_entity_and_each_of_its_options_has_a_name(
    registered: list[er.RegistryEntry],
) -> None:
    assert registered
    missing: list[str] = []
    for entity in registered:
        place = f"entity.{entity.domain}.{entity.translation_key}"
        missing += text_complaints(f"{place}.name", {})
        if entity.domain == "event":
            place += ".state_attributes.event_type"
        capabilities = entity.capabilities or {}
        for option in capabilities.get("options") or capabilities.get("event_types") or ():
            missing += text_complaints(f"{place}.state.{option}", {})
    assert missing == []


@pytest.mark.parametrize("texts", [ENGLISH["entity"], ICONS["entity"]])
async def test_no_name_and_no_icon_is_of_an_entity_that_is_no_more(
    registered: list[er.RegistryEntry], texts: dict[str, Any]
) -> None:
    there = {(entity.domain, entity.translation_key) for entity in registered}
    described = {(domain, key) for domain, keys in texts.items() for key in keys}
    assert described - there == set()


async def test_every_entity_has_an_icon_of_its_own_or_of_its_device_class(
    registered: list[er.RegistryEntry],
) -> None:
    for entity in registered:
        own = ICONS["entity"].get(entity.domain, {}).get(entity.translation_key)
        assert own or entity.original_device_class, entity.entity_id


FORM = {
    "type": FlowResultType.FORM,
    "step_id": "url",
    "data_schema": vol.Schema({}),
    "errors": None,
    "description_placeholders": None,
}


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ({"step_id": "moon"}, "config.step.moon.title has no text"),
        (
            {"data_schema": vol.Schema({"color": str})},
            "config.step.url.data.color has no text",
        ),
        (
            {"data_schema": vol.Schema({"moon": section(vol.Schema({}))})},
            "config.step.url.sections.moon.name has no text",
        ),
        ({"errors": {"base": "too_loud"}}, "config.error.too_loud has no text"),
        (
            {"errors": {"base": "invalid_url"}},
            "config.error.invalid_url: nothing fills in {example}",
        ),
        (
            {"type": FlowResultType.MENU, "step_id": "user", "menu_options": ["moon"]},
            "config.step.user.menu_options.moon has no text",
        ),
        ({"type": FlowResultType.ABORT, "reason": "moon"}, "config.abort.moon has no text"),
        (
            {"type": FlowResultType.SHOW_PROGRESS, "progress_action": "moon"},
            "config.progress.moon has no text",
        ),
        ({"step_id": "heard"}, "config.step.heard.description: nothing fills in {codec}"),
    ],
)
def test_a_page_without_its_text_is_complained_of(page: dict[str, Any], complaint: str) -> None:
    assert complaint in list(page_complaints("config", {**FORM, **page}))


def test_a_page_with_its_texts_is_not() -> None:
    assert list(page_complaints("config", FORM)) == []


def test_an_exception_and_an_issue_without_text_are_complained_of() -> None:
    unknown = ServiceValidationError(translation_domain=DOMAIN, translation_key="moon")
    assert list(exception_complaints(unknown)) == ["exceptions.moon.message has no text"]
    unfilled = ServiceValidationError(translation_domain=DOMAIN, translation_key="test_running")
    assert list(exception_complaints(unfilled)) == [
        "exceptions.test_running.message: nothing fills in {camera}"
    ]
    assert list(exception_complaints(ServiceValidationError("another's"))) == []
    assert list(issue_complaints("moon", None)) == ["issues.moon.title has no text"]
    assert list(issue_complaints("silent", None)) == [
        "issues.silent.title: nothing fills in {name}"
    ]
