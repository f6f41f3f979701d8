#!/usr/bin/env python3
"""Print what Home Assistant would install for the given integrations, at the versions it pins.

Run by the environment that holds Home Assistant: `.venv/ha/bin/python scripts/ha_requirements.py audio_guard stream`.
Installed beforehand, nothing is downloaded while Home Assistant starts.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import homeassistant

CORE = Path(homeassistant.__file__).parent / "components"
CUSTOM = Path(__file__).parents[1] / "custom_components"
CONSTRAINTS = Path(homeassistant.__file__).parent / "package_constraints.txt"


def manifests(domains: list[str]) -> Iterator[dict[str, list[str]]]:
    """Yield the manifests of the integrations and of all that they depend on."""
    pending, seen = list(domains), set()
    while pending:
        domain = pending.pop()
        if domain in seen:
            continue
        seen.add(domain)
        paths = [folder / domain / "manifest.json" for folder in (CUSTOM, CORE)]
        if path := next(filter(Path.exists, paths), None):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            pending += manifest.get("dependencies", [])
            yield manifest


def main() -> None:
    """Print a requirements file for the integrations named on the command line."""
    found = {line for each in manifests(sys.argv[1:]) for line in each.get("requirements", [])}
    print(f"-c {CONSTRAINTS}")
    print(*sorted(found), sep="\n")


if __name__ == "__main__":
    main()
