"""What hassfest asks of translations/en.json, and what every other language has to have in common with it."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import probatio as vol
import yaml

from .project_files import COMPONENT, TRANSLATIONS, breaches, read_json

# Home Assistant itself ends flows with these.
ENDS_OF_HOME_ASSISTANT = {
    *("already_configured", "already_in_progress", "reauth_successful", "reconfigure_successful"),
    "no_devices_found",
}


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the texts."""
    folder = root / TRANSLATIONS
    english = read_json(folder / "en.json")
    yield from breaches(SCHEMA, english, "en.json")
    yield from _dead_keys(root / COMPONENT, english)
    yield from _missing_keys(root / COMPONENT, english)
    for name in ("strings.json", ".translations"):
        if (root / COMPONENT / name).exists():
            yield f"{name}: a custom integration has its texts in translations alone"
    for file in sorted(folder.iterdir()):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)?\.json", file.name):
            yield f"translations/{file.name}: is named after no language"
        elif file.name != "en.json":
            yield from _differences(file.name, dict(texts(english)), dict(texts(read_json(file))))


def texts(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a translation by its place."""
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from texts(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def placeholders(text: str) -> set[str]:
    """Return what a text has filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _differences(file: str, english: dict[str, str], other: dict[str, str]) -> Iterator[str]:
    """Tell where a language's keys and placeholders are not those of English."""
    for key in sorted(english.keys() - other.keys()):
        yield f"{file}: {key}: is missing"
    for key in sorted(other.keys() - english.keys()):
        yield f"{file}: {key}: is not in English"
    for key in sorted(english.keys() & other.keys()):
        try:
            text(other[key])
            same = placeholders(other[key]) == placeholders(english[key])
        except (ValueError, vol.Invalid) as error:
            yield f"{file}: {key}: {error}"
            continue
        if not same:
            yield f"{file}: {key}: has other placeholders than English"


def _dead_keys(component: Path, english: Mapping[str, Any]) -> Iterator[str]:
    """Tell which texts nothing in the code can ask for."""
    words = _words(component)
    steps = {word.removeprefix("async_step_") for word in words if word.startswith("async_step_")}
    flows = {f"issues.{key}.fix_flow": issue for key, issue in english.get("issues", {}).items()}
    flows = {key: issue["fix_flow"] for key, issue in flows.items() if "fix_flow" in issue}
    flows |= {key: english[key] for key in ("config", "options") if key in english}
    for place, flow in flows.items():
        for step in flow.get("step", {}).keys() - steps:
            yield f"en.json: {place}.step.{step}: there is no such step"
        for kind in ("error", "abort", "progress"):
            for key in flow.get(kind, {}).keys() - words - ENDS_OF_HOME_ASSISTANT:
                yield f"en.json: {place}.{kind}.{key}: is never used"
    for kind in ("exceptions", "issues", "selector"):
        for key in english.get(kind, {}).keys() - words:
            yield f"en.json: {kind}.{key}: is never used"
    for key in english.get("system_health", {}).get("info", {}).keys() - words:
        yield f"en.json: system_health.info.{key}: is never used"


def _missing_keys(component: Path, english: Mapping[str, Any]) -> Iterator[str]:
    """Tell which exceptions the code raises by a key that has no text."""
    for file in component.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error")):
                continue
            for keyword in node.keywords:
                key = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if keyword.arg == "translation_key" and key not in {
                    None,
                    *english.get("exceptions", {}),
                }:
                    yield f"{file.name}: raises {key}, which has no text among the exceptions"


def _words(component: Path) -> set[str]:
    """Return every string and every function's name in the code, and every value in services.yaml."""
    words: set[str] = set()
    for file in component.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                words.add(node.name)
    for file in component.glob("*.yaml"):
        words |= {
            event.value
            for event in yaml.parse(file.read_text(encoding="utf-8"))
            if isinstance(event, yaml.ScalarEvent)
        }
    return words


def text(value: Any) -> str:
    """Refuse what is no text that Home Assistant can show."""
    if not isinstance(value, str) or not value.strip():
        raise vol.Invalid("must be a text")
    if value != value.strip():
        raise vol.Invalid("begins or ends with a space")
    if re.search(r"</?[a-z][^>]*>", value, re.IGNORECASE):
        raise vol.Invalid("has HTML")
    if re.search(r"\[%|%\]", value):
        raise vol.Invalid("refers to another text, which only Home Assistant's own can")
    if re.search(r"(https?|ftps?|mqtts?)://|\bwww\.", value):
        raise vol.Invalid("has a web address: give it by a placeholder")
    if re.search(r"'\{\w+\}'", value):
        raise vol.Invalid("quotes a placeholder")
    if not all(name.isidentifier() for name in placeholders(value)):
        raise vol.Invalid("has a placeholder that is no name")
    return value


def plain(value: Any) -> str:
    """Refuse a text with placeholders where Home Assistant fills none in."""
    if placeholders(text(value)):
        raise vol.Invalid("has a placeholder, and nothing fills it in here")
    return str(value)


def _key(value: Any) -> str:
    """Refuse what is no key: small letters, digits, - and _ between them, never two of these."""
    if not re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", str(value)):
        raise vol.Invalid(f"{value} is no key")
    return str(value)


def _each(what: object) -> dict[Any, object]:
    return {_key: what}


def _described(**fields: object) -> vol.Schema:
    """Return the schema of what has a name, a description and fields."""
    field = {
        vol.Required("name"): text,
        vol.Required("description"): text,
        vol.Optional("example"): text,
    }
    return vol.Schema(
        {
            vol.Required("name"): text,
            vol.Required("description"): text,
            vol.Optional("fields"): _each(field),
            **{vol.Optional(key): value for key, value in fields.items()},
        }
    )


def _same_fields(step: dict[str, Any]) -> dict[str, Any]:
    """Refuse a step or section that does not describe each of its fields."""
    fields, described = step.get("data", {}), step.get("data_description", {})
    for key in fields.keys() ^ described.keys():
        raise vol.Invalid(f"{key} is not in both data and data_description")
    return step


FIELDS = {vol.Optional("data"): _each(text), vol.Optional("data_description"): _each(text)}
SECTION = {vol.Optional("name"): text, vol.Optional("description"): text, **FIELDS}
STEP = {
    vol.Optional("title"): text,
    vol.Optional("description"): text,
    **FIELDS,
    vol.Optional("menu_options"): _each(text),
    vol.Optional("menu_option_descriptions"): _each(text),
    vol.Optional("submit"): text,
    vol.Optional("sections"): _each(vol.All(SECTION, _same_fields)),
}
FLOW = {
    vol.Optional("flow_title"): text,
    vol.Required("step"): _each(vol.All(STEP, _same_fields)),
    vol.Optional("error"): _each(text),
    vol.Optional("abort"): _each(text),
    vol.Optional("progress"): _each(text),
    vol.Optional("create_entry"): _each(text),
    vol.Optional("initiate_flow"): {vol.Required("user"): text},
}
STATE = {vol.Optional("name"): plain, vol.Optional("state"): _each(plain)}
ENTITY = {
    **STATE,
    vol.Optional("name"): text,
    vol.Optional("state_attributes"): _each(STATE),
    vol.Optional("unit_of_measurement"): plain,
}


def _issue(issue: Any) -> dict[str, Any]:
    """Refuse an issue that has neither a description nor a flow that cures it, or both."""
    if ("description" in issue) == ("fix_flow" in issue):
        raise vol.Invalid("needs either a description or a fix_flow")
    return dict(issue)


ISSUE = {
    vol.Required("title"): text,
    vol.Optional("description"): text,
    vol.Optional("fix_flow"): FLOW,
}
SELECTOR = {
    vol.Optional("options"): _each(text),
    vol.Optional("choices"): _each(text),
    vol.Optional("fields"): _each({vol.Required("name"): text, vol.Required("description"): text}),
    vol.Optional("unit_of_measurement"): _each(text),
}
SCHEMA = vol.Schema(
    {
        vol.Optional("title"): text,
        vol.Optional("common"): _each(text),
        vol.Optional("conditions"): _each(_described()),
        vol.Optional("config"): FLOW,
        vol.Optional("config_panel"): dict,
        vol.Optional("device"): _each({vol.Optional("name"): text}),
        vol.Optional("entity"): _each(_each(ENTITY)),
        vol.Optional("exceptions"): _each({vol.Required("message"): text}),
        vol.Optional("issues"): _each(vol.All(ISSUE, _issue)),
        vol.Optional("options"): FLOW,
        vol.Optional("selector"): _each(SELECTOR),
        vol.Optional("services"): _each(_described(sections=_each(SECTION))),
        vol.Optional("system_health"): {vol.Optional("info"): _each(text)},
        vol.Optional("triggers"): _each(_described()),
    }
)
