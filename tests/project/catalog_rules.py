"""What hassfest asks of icons.json, services.yaml and triggers.yaml, and that they fit the texts."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import probatio as vol
import yaml
from homeassistant.helpers.selector import TargetSelector, validate_selector

from .project_files import COMPONENT, TRANSLATIONS, breaches, read_json


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the icons, the actions and the triggers."""
    component = root / COMPONENT
    english = read_json(root / TRANSLATIONS / "en.json")
    icons = read_json(component / "icons.json")
    yield from breaches(ICONS, icons, "icons.json")
    yield from _icons_without_texts(icons.get("entity", {}), english.get("entity", {}))
    for kind, schema in (("services", SERVICES), ("triggers", TRIGGERS)):
        file = component / f"{kind}.yaml"
        described = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}
        yield from breaches(schema, described, file.name)
        yield from _unlike(kind, described, english, icons)
    if (
        _registers(component, r"\.async_register\(\s*DOMAIN")
        != (component / "services.yaml").exists()
    ):
        yield "services.yaml: is needed when, and only when, actions are registered"
    if (component / "trigger.py").exists() != (component / "triggers.yaml").exists():
        yield "triggers.yaml: is needed when, and only when, there is a trigger.py"
    if (component / "condition.py").exists() != (component / "conditions.yaml").exists():
        yield "conditions.yaml: is needed when, and only when, there is a condition.py"
    setup = (component / "__init__.py").read_text("utf-8")
    if "async def async_setup(" in setup and "CONFIG_SCHEMA" not in setup:
        yield "__init__.py: async_setup needs a CONFIG_SCHEMA that says what YAML may hold"


def _registers(component: Path, pattern: str) -> bool:
    """Return whether a module registers actions."""
    return any(re.search(pattern, file.read_text("utf-8")) for file in component.glob("*.py"))


def _icons_without_texts(icons: Mapping[str, Any], texts: Mapping[str, Any]) -> Iterator[str]:
    """Tell which entities and states have an icon and no name."""
    for platform, entities in icons.items():
        for key, icon in entities.items():
            if (named := texts.get(platform, {}).get(key)) is None:
                yield f"icons.json: {platform}.{key}: there is no such entity"
                continue
            states = named["state"].keys() if "state" in named else {"on", "off"}
            for state in icon.get("state", {}).keys() - states:
                yield f"icons.json: {platform}.{key}.{state}: there is no such state"


def _unlike(
    kind: str, described: Mapping[str, Any], english: Mapping[str, Any], icons: Mapping[str, Any]
) -> Iterator[str]:
    """Tell where actions or triggers, their texts and their icons are not the same ones."""
    texts = english.get(kind, {})
    for name in described.keys() ^ texts.keys():
        yield f"{kind}: {name}: is not in both {kind}.yaml and en.json"
    for name in described.keys() ^ icons.get(kind, {}).keys():
        yield f"{kind}: {name}: is not in both {kind}.yaml and icons.json"
    for name in described.keys() & texts.keys():
        fields = (described[name] or {}).get("fields", {})
        for field in fields.keys() ^ texts[name].get("fields", {}).keys():
            yield f"{kind}: {name}.{field}: is not in both {kind}.yaml and en.json"
        for field, content in fields.items():
            select = (content.get("selector", {}) or {}).get("select") or {}
            if (key := select.get("translation_key")) is None:
                continue
            options = english.get("selector", {}).get(key, {}).get("options", {})
            for option in set(select["options"]) ^ options.keys():
                yield f"{kind}: {name}.{field}: the option {option} is not in both {kind}.yaml and en.json"


def _icon(value: Any) -> str:
    """Refuse what is no icon of the Material Design Icons."""
    if not re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", str(value)):
        raise vol.Invalid(f"{value} is no mdi: icon")
    return str(value)


def _not_empty(value: Any) -> Any:
    """Refuse null."""
    if value is None:
        raise vol.Invalid("is empty")
    return value


def _target(value: Any) -> Any:
    """Refuse what is no target."""
    return TargetSelector.CONFIG_SCHEMA(value or {})


ENTITY = {
    vol.Required("default"): _icon,
    vol.Optional("state"): {str: _icon},
    vol.Optional("state_attributes"): {
        str: {vol.Required("default"): _icon, vol.Optional("state"): {str: _icon}}
    },
}
ICONS = vol.Schema(
    {
        vol.Required("entity"): {str: {str: ENTITY}},
        vol.Optional("services"): {
            str: {vol.Required("service"): _icon, vol.Optional("sections"): {str: _icon}}
        },
        vol.Optional("triggers"): {str: {vol.Required("trigger"): _icon}},
        vol.Optional("conditions"): {str: {vol.Required("condition"): _icon}},
    }
)
FIELD = {
    vol.Optional("required"): bool,
    vol.Optional("default"): _not_empty,
    vol.Optional("example"): _not_empty,
    vol.Required("selector"): validate_selector,
}
SERVICES = vol.Schema(
    {
        str: {
            vol.Optional("target"): _target,
            vol.Optional("fields"): {str: {**FIELD, vol.Optional("advanced"): bool}},
        }
    }
)
TRIGGERS = vol.Schema(
    {
        str: {
            vol.Optional("target"): _target,
            vol.Optional("fields"): {str: {**FIELD, vol.Optional("context"): {str: str}}},
        }
    }
)
