"""Tell which texts are missing from what a person would be shown."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from homeassistant.config_entries import ConfigFlow, OptionsFlow
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowHandler, FlowResultType, section
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from custom_components import audio_guard
from custom_components.audio_guard.const import DOMAIN

COMPONENT = Path(audio_guard.__file__).parent
ENGLISH: dict[str, Any] = json.loads((COMPONENT / "translations" / "en.json").read_text("utf-8"))


def flow_complaints(
    hass: HomeAssistant, flow: FlowHandler[Any, Any, Any], result: Mapping[str, Any]
) -> Iterator[str]:
    """Tell what a dialog's page lacks."""
    place = _place(hass, flow)
    if place is not None:
        yield from page_complaints(place, result)


def page_complaints(place: str, result: Mapping[str, Any]) -> Iterator[str]:
    """Tell which of a page's texts are missing, or name what is not filled in."""
    step = f"{place}.step.{result.get('step_id')}"
    given = result.get("description_placeholders") or {}
    match result["type"]:
        case FlowResultType.FORM:
            wanted = [f"{step}.title"]
            for key, field in result["data_schema"].schema.items():
                if isinstance(field, section):
                    wanted.append(f"{step}.sections.{key}.name")
                    fields = field.schema.schema
                    wanted += _field_texts(f"{step}.sections.{key}", fields)
                else:
                    wanted += _field_texts(step, [key])
            wanted += [f"{place}.error.{key}" for key in (result["errors"] or {}).values()]
        case FlowResultType.MENU:
            wanted = [f"{step}.title"]
            wanted += [f"{step}.menu_options.{option}" for option in result["menu_options"]]
        case FlowResultType.ABORT:
            wanted = [f"{place}.abort.{result['reason']}"]
        case FlowResultType.SHOW_PROGRESS:
            wanted = [f"{place}.progress.{result['progress_action']}"]
        case _:
            return
    if isinstance(_found(f"{step}.description"), str):
        wanted.append(f"{step}.description")
    for text in wanted:
        yield from text_complaints(text, given)


def exception_complaints(error: HomeAssistantError) -> Iterator[str]:
    """Tell what an exception's text lacks."""
    if error.translation_domain == DOMAIN:
        place = f"exceptions.{error.translation_key}.message"
        yield from text_complaints(place, error.translation_placeholders or {})


def issue_complaints(key: str | None, given: Mapping[str, str] | None) -> Iterator[str]:
    """Tell what an issue's text lacks."""
    yield from text_complaints(f"issues.{key}.title", given or {})


def text_complaints(place: str, given: Mapping[str, str]) -> Iterator[str]:
    """Tell that a text is missing, or what it names that is not filled in."""
    text = _found(place)
    if not isinstance(text, str):
        yield f"{place} has no text"
        return
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    for name in sorted(named - given.keys()):
        yield f"{place}: nothing fills in {{{name}}}"


def _field_texts(place: str, fields: Any) -> list[str]:
    """Return where the texts of fields are."""
    return [f"{place}.{kind}.{key}" for key in fields for kind in ("data", "data_description")]


def _place(hass: HomeAssistant, flow: FlowHandler[Any, Any, Any]) -> str | None:
    """Return where the texts of a dialog are; None for one of another integration."""
    if isinstance(flow, OptionsFlow):
        entry = hass.config_entries.async_get_entry(flow.handler)
        return "options" if entry is not None and entry.domain == DOMAIN else None
    if flow.handler != DOMAIN:
        return None
    if isinstance(flow, ConfigFlow):
        return "config"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, flow.init_data["issue_id"])
    return issue and f"issues.{issue.translation_key}.fix_flow"


def _found(place: str) -> Any:
    """Return what is at a place in English."""
    found: Any = ENGLISH
    for key in place.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found
