"""The panel's sources keep their rules, and the test would say if they did not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .panel_rules import complaints
from .project_files import ROOT, change_json

type Json = dict[str, Any]


def test_the_panel_keeps_the_rules() -> None:
    assert list(complaints(ROOT)) == []


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        (
            "package.json",
            lambda p: p["dependencies"].update(lit="^3.3.3"),
            "lit must have one version",
        ),
        (
            "package.json",
            lambda p: p["devDependencies"].update(vite="8.0.0"),
            "devDependencies are not those of package.json",
        ),
        (
            "package-lock.json",
            lambda p: p["packages"]["node_modules/lit"].update(resolved="https://a.b/lit.tgz"),
            "node_modules/lit names where it was downloaded",
        ),
        (
            "package-lock.json",
            lambda p: p["packages"]["node_modules/lit"].pop("integrity"),
            "node_modules/lit has no checksum",
        ),
        ("src/translations/de.json", lambda p: p.pop("live"), "must have the texts of en.json"),
        (
            "src/translations/es.json",
            lambda p: p.update(failed="{fallo}"),
            "failed has other placeholders",
        ),
        ("../hacs.json", lambda p: p.pop("zip_release"), "HACS must take the archive"),
        ("../hacs.json", lambda p: p.update(filename="a.zip"), "HACS must take the archive"),
    ],
)
def test_a_broken_file_is_complained_of(
    copy: Path, name: str, change: Callable[[Json], Any], complaint: str
) -> None:
    change_json(copy / "panel" / name, change)
    assert complaint in "\n".join(complaints(copy))


def test_a_text_that_nobody_shows_is_complained_of(copy: Path) -> None:
    for language in ("de", "en", "es"):
        change_json(
            copy / "panel" / "src" / "translations" / f"{language}.json",
            lambda texts: texts.update(nowhere="Nowhere"),
        )
    assert list(complaints(copy)) == ["en.json: nowhere is shown nowhere"]


def test_a_release_without_the_panel_is_complained_of(copy: Path) -> None:
    workflow = copy / ".github" / "workflows" / "release.yml"
    workflow.write_text(workflow.read_text("utf-8").replace("scripts/panel", "echo"), "utf-8")
    assert list(complaints(copy)) == ["release.yml: does not build the panel"]


def test_a_hash_that_is_none_is_complained_of(copy: Path) -> None:
    (copy / "panel" / "bundle.sha256").write_text("0\n", "utf-8")
    assert "must be what scripts/panel --accept writes" in "\n".join(complaints(copy))
