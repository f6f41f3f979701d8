"""What quality_scale.yaml has to say, and whether what it names as evidence is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .doc_rules import leads_somewhere
from .project_files import COMPONENT

# Every rule of the Integration Quality Scale, by tier.
RULES = {
    "bronze": (
        *("action-setup", "appropriate-polling", "brands", "common-modules", "config-flow"),
        *("config-flow-test-coverage", "dependency-transparency", "docs-actions"),
        *("docs-conditions", "docs-high-level-description", "docs-installation-instructions"),
        *("docs-removal-instructions", "docs-triggers", "entity-event-setup", "entity-unique-id"),
        *("has-entity-name", "runtime-data", "test-before-configure", "test-before-setup"),
        "unique-config-entry",
    ),
    "silver": (
        *("action-exceptions", "config-entry-unloading", "docs-configuration-parameters"),
        *("docs-installation-parameters", "entity-unavailable", "integration-owner"),
        *("log-when-unavailable", "parallel-updates", "reauthentication-flow", "test-coverage"),
    ),
    "gold": (
        *("devices", "diagnostics", "discovery", "discovery-update-info", "docs-data-update"),
        *("docs-examples", "docs-known-limitations", "docs-supported-devices"),
        *("docs-supported-functions", "docs-troubleshooting", "docs-use-cases"),
        *("dynamic-devices", "entity-category", "entity-device-class"),
        *("entity-disabled-by-default", "entity-translations", "exception-translations"),
        *("icon-translations", "reconfiguration-flow", "repair-issues", "stale-devices"),
    ),
    "platinum": ("async-dependency", "inject-websession", "strict-typing"),
}
EVIDENCE = re.compile(r"`([^`]+\.(?:py::\w+|md#[\w-]+))`")


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the file: a rule that is missing, not kept, or backed by nothing."""
    content = yaml.safe_load((root / COMPONENT / "quality_scale.yaml").read_text("utf-8"))
    if list(content) != ["rules"]:
        yield "quality_scale.yaml: holds rules alone"
    rules = content["rules"]
    known = [rule for tier in RULES.values() for rule in tier]
    if [rule for rule in rules if rule in known] != known:
        yield "quality_scale.yaml: rules must stand by tier and alphabet, none left out"
    for rule in rules.keys() - set(known):
        yield f"{rule}: there is no such rule"
    for rule, told in rules.items():
        yield from (f"{rule}: {fault}" for fault in _faults(root, told))


def _faults(root: Path, told: Any) -> Iterator[str]:
    """Tell what is wrong with what is said of one rule."""
    if not isinstance(told, dict) or set(told) != {"status", "comment"}:
        yield "needs a status and a comment"
        return
    comment = str(told["comment"])
    evidence = EVIDENCE.findall(comment)
    match told["status"]:
        case "done" if not evidence:
            yield "names neither a test nor a section"
        case "done" | "exempt" | "todo":
            if len(comment) < 20:
                yield "does not say why"
        case status:
            yield f"{status} is no status"
    for place in evidence:
        if not _exists(root, place):
            yield f"{place} does not exist"


def _exists(root: Path, place: str) -> bool:
    """Return whether a test or a section exists."""
    file, _, test = place.partition("::")
    if not test:
        return leads_somewhere(root / "README.md", place)
    if not (root / file).is_file():
        return False
    tree = ast.parse((root / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, functions) and node.name == test for node in ast.walk(tree))
