"""What HACS asks of the repository, and what must never be in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import probatio as vol
import yaml

from .project_files import COMPONENT, breaches, our_files, read_json

# The version that HACS and the README name; older ones lack what the integration uses.
LEAST_HOME_ASSISTANT = (2026, 9)
ACTIONS = ("home-assistant/actions/hassfest@", "hacs/action@")
LOCK_FILES = {
    *("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml"),
    *("package-lock.json", "yarn.lock", "pnpm-lock.yaml"),
}
# What is in the panel has to be the same wherever it is built; this one names no address.
PANEL_LOCK = Path("panel/package-lock.json")
# Words of the machines that this was made on, and addresses that only a lock file or a mirror names.
FORBIDDEN = re.compile(
    r"(?<![\w.-])/(?:work|root|workspace)/|/home/(?!you\b)\w+/"
    r"|pythonhosted\.org|registry\.npmjs|index-url"
)
TEXT_SUFFIXES = {
    *("", ".py", ".md", ".json", ".yaml", ".yml", ".toml", ".txt", ".sh", ".j2", ".cfg"),
    *(".html", ".css", ".js", ".ts", ".ambr"),
}
MIT_SENTENCES = (
    "MIT License",
    "Permission is hereby granted, free of charge, to any person obtaining a copy",
    "The above copyright notice and this permission notice shall be included in all",
    'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND',
)


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the repository."""
    hacs = read_json(root / "hacs.json")
    yield from breaches(HACS, hacs, "hacs.json")
    readme = (root / "README.md").read_text("utf-8")
    named = re.search(r"Home Assistant (\d+\.\d+) or newer", readme)
    if named is None or not str(hacs.get("homeassistant")).startswith(f"{named[1]}."):
        yield "README.md: must name the Home Assistant that hacs.json asks for"
    license_text = (root / "LICENSE").read_text("utf-8")
    if not all(sentence in license_text for sentence in MIT_SENTENCES):
        yield "LICENSE: is not the MIT license's text, by which GitHub knows it"
    if 'license = "MIT"' not in (root / "pyproject.toml").read_text("utf-8"):
        yield "pyproject.toml: must name the license as LICENSE has it"
    yield from _workflow(root / ".github" / "workflows" / "validate.yml")
    integrations = [path.name for path in (root / COMPONENT).parent.iterdir() if path.is_dir()]
    if [name for name in integrations if name != "__pycache__"] != [COMPONENT.name]:
        yield "custom_components: HACS wants one integration"
    for typed in (root / COMPONENT / "py.typed", root / COMPONENT / "engine" / "py.typed"):
        if not typed.is_file():
            yield f"{typed.relative_to(root)}: is missing"
    yield from _never_in_it(root)


def _workflow(file: Path) -> Iterator[str]:
    """Tell what the validating workflow does not run."""
    jobs = yaml.safe_load(file.read_text("utf-8"))["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    for action in ACTIONS:
        runs = [step for step in steps if step.get("uses", "").startswith(action)]
        if not runs:
            yield f"validate.yml: does not run {action.rstrip('@')}"
        for step in runs:
            if "ignore" in step.get("with", {}):
                yield f"validate.yml: {action.rstrip('@')} must ignore nothing"
            if action.startswith("hacs") and step.get("with", {}).get("category") != "integration":
                yield "validate.yml: HACS must check the category integration"


def _never_in_it(root: Path) -> Iterator[str]:
    """Tell which files and words should not be here."""
    for file in our_files(root):
        where = file.relative_to(root)
        if file.name in LOCK_FILES and where != PANEL_LOCK:
            yield f"{where}: is a lock file"
        if file.suffix not in TEXT_SUFFIXES or where.parent == Path("tests/project"):
            continue
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1):
            if found := FORBIDDEN.search(line):
                yield f"{where}:{number}: has {found[0]}"


def _least_version(value: Any) -> str:
    """Refuse a version of Home Assistant that is older than what the integration needs."""
    version = re.fullmatch(r"(\d{4})\.(\d{1,2})\.\d+", str(value))
    if version is None or (int(version[1]), int(version[2])) < LEAST_HOME_ASSISTANT:
        raise vol.Invalid(f"{value} is not 2026.9.0 or newer")
    return str(value)


HACS = vol.Schema(
    {
        vol.Required("name"): str,
        vol.Required("homeassistant"): _least_version,
        vol.Optional("content_in_root"): False,
        vol.Optional("country"): vol.Any(str, [str]),
        vol.Optional("filename"): str,
        vol.Optional("hacs"): str,
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("persistent_directory"): str,
        vol.Optional("render_readme"): bool,
        vol.Optional("zip_release"): bool,
    }
)
