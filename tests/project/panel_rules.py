"""What holds for the panel's sources: which packages, which texts, and how a release gets the bundle."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .project_files import read_json

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the panel."""
    yield from _packages(root / "panel")
    yield from _texts(root / "panel" / "src")
    yield from _release(root)


def _packages(panel: Path) -> Iterator[str]:
    """Tell what would make another bundle elsewhere, or name somebody's registry."""
    package = read_json(panel / "package.json")
    lock = read_json(panel / "package-lock.json")
    for group in ("dependencies", "devDependencies"):
        for name, version in package[group].items():
            if not re.fullmatch(r"\d+\.\d+\.\d+", version):
                yield f"panel/package.json: {name} must have one version, not {version}"
        if lock["packages"][""][group] != package[group]:
            yield f"panel/package-lock.json: {group} are not those of package.json"
    for name, locked in lock["packages"].items():
        if "resolved" in locked:
            yield f"panel/package-lock.json: {name} names where it was downloaded"
        if name and "integrity" not in locked:
            yield f"panel/package-lock.json: {name} has no checksum"
    said = (panel / "bundle.sha256").read_text("utf-8")
    if not re.fullmatch(r"[0-9a-f]{64}  custom_components/audio_guard/www/audio-guard\.js\n", said):
        yield "panel/bundle.sha256: must be what scripts/panel --accept writes"


def _texts(sources: Path) -> Iterator[str]:
    """Tell which texts a language lacks, or has otherwise, and which nobody shows."""
    languages = {file.stem: read_json(file) for file in sorted(sources.glob("translations/*.json"))}
    english = languages.pop("en")
    for language, texts in languages.items():
        if list(texts) != list(english):
            yield f"{language}.json: must have the texts of en.json, in their order"
            continue
        for key, text in texts.items():
            if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(english[key])):
                yield f"{language}.json: {key} has other placeholders than in en.json"
    script = "\n".join(file.read_text("utf-8") for file in sources.glob("*.ts"))
    begun = tuple(re.findall(r"`(\w+_)\$\{", script))  # a text for each of several words
    for key in english:
        if not key.startswith(begun) and not re.search(rf"""["'.]{key}\b""", script):
            yield f"en.json: {key} is shown nowhere"


def _release(root: Path) -> Iterator[str]:
    """Tell what a release would lack: git holds no bundle, so HACS has to take the archive."""
    hacs = read_json(root / "hacs.json")
    workflow: dict[str, Any] = yaml.safe_load(
        (root / ".github" / "workflows" / "release.yml").read_text("utf-8")
    )
    runs = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    if "scripts/panel" not in runs:
        yield "release.yml: does not build the panel"
    uploads = any(run.startswith("gh release upload") and hacs["filename"] in run for run in runs)
    if not (hacs.get("zip_release") and hacs.get("hide_default_branch") and uploads):
        yield "hacs.json: HACS must take the archive that release.yml makes"
