"""What hassfest and HACS ask of manifest.json."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import probatio as vol
from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform

from .project_files import COMPONENT, DOMAIN, breaches, read_json

VERSION_KINDS = (
    *(AwesomeVersionStrategy.CALVER, AwesomeVersionStrategy.SEMVER),
    *(AwesomeVersionStrategy.SIMPLEVER, AwesomeVersionStrategy.PEP440),
)
# Parts of Home Assistant that are always there, so that code may use them without a dependency.
ALWAYS_THERE = {
    *(platform.value for platform in Platform),
    *("automation", "conversation", "frontend", "homeassistant", "media_source", "panel_custom"),
    *("persistent_notification", "script", "stream", "system_health", "webhook", "websocket_api"),
}


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the manifest."""
    component = root / COMPONENT
    manifest = read_json(component / "manifest.json")
    yield from breaches(SCHEMA, manifest, "manifest.json")
    keys = [key for key in manifest if key not in {"domain", "name"}]
    if list(manifest) != ["domain", "name", *sorted(keys)]:
        yield "manifest.json: keys must be domain, name, then the others by the alphabet"
    dependencies = manifest.get("dependencies", [])
    after = manifest.get("after_dependencies", [])
    for name in [*dependencies, *after]:
        if find_spec(f"homeassistant.components.{name}") is None:
            yield f"manifest.json: Home Assistant has no {name} to depend on"
    for name in set(dependencies) & set(after):
        yield f"manifest.json: {name} is in dependencies and after_dependencies"
    for name, file in sorted(_used(component)):
        own = {path.stem for path in component.glob("*.py")}
        if name not in {*dependencies, *after, *own, *ALWAYS_THERE}:
            yield f"{file}: uses {name}, which is not among the manifest's dependencies"
    if manifest.get("config_flow") != (component / "config_flow.py").is_file():
        yield "manifest.json: config_flow must say whether there is a config_flow.py"


def _used(component: Path) -> Iterator[tuple[str, str]]:
    """Return the integrations that each module imports."""
    for file in component.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                *package, last = node.module.split(".")[:3]
                if [*package, last] == ["homeassistant", "components"]:
                    yield from ((alias.name, file.name) for alias in node.names)
                elif package == ["homeassistant", "components"]:
                    yield last, file.name


def _pinned(requirement: Any) -> str:
    """Refuse a requirement whose version is not given exactly."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*", str(requirement)):
        raise vol.Invalid(f"{requirement} must be name==version")
    return str(requirement)


def _https(address: Any) -> str:
    """Refuse what is no https address."""
    if (parts := urlparse(str(address))).scheme != "https" or not parts.netloc:
        raise vol.Invalid(f"{address} is no https address")
    return str(address)


def _version(version: Any) -> str:
    """Refuse a version that Home Assistant can't compare."""
    if AwesomeVersion(str(version)).strategy not in VERSION_KINDS:
        raise vol.Invalid(f"{version} is no version")
    return str(version)


def _owner(owner: Any) -> str:
    """Refuse what is no GitHub account."""
    if not re.fullmatch(r"@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?", str(owner)):
        raise vol.Invalid(f"{owner} is no @account")
    return str(owner)


SCHEMA = vol.Schema(
    {
        vol.Required("domain"): DOMAIN,
        vol.Required("name"): str,
        vol.Optional("after_dependencies"): [str],
        vol.Required("codeowners"): vol.All([_owner], vol.Length(min=1)),
        vol.Required("config_flow"): bool,
        vol.Required("dependencies"): [str],
        vol.Required("documentation"): _https,
        vol.Required("integration_type"): vol.In(
            ["device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"]
        ),
        vol.Required("iot_class"): vol.In(
            [
                *("assumed_state", "calculated", "cloud_polling"),
                *("cloud_push", "local_polling", "local_push"),
            ]
        ),
        vol.Required("issue_tracker"): _https,
        vol.Optional("loggers"): [str],
        vol.Optional("mqtt"): [str],
        vol.Required("requirements"): [_pinned],
        vol.Optional("single_config_entry"): bool,
        vol.Required("version"): _version,
        vol.Optional("zeroconf"): [vol.Any(str, dict)],
    }
)
