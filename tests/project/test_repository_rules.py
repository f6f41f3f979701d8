"""The repository is as HACS wants it, and the test would say if it were not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .project_files import COMPONENT, ROOT, change_json
from .repository_rules import complaints


def test_the_repository_keeps_the_rules() -> None:
    assert list(complaints(ROOT)) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda h: h.pop("name"), "hacs.json: name"),
        (lambda h: h.update(domains=["sensor"]), "hacs.json: domains"),
        (lambda h: h.update(content_in_root=True), "hacs.json: content_in_root"),
        (lambda h: h.update(homeassistant="2026.3.0"), "2026.3.0 is not 2026.9.0 or newer"),
        (lambda h: h.update(homeassistant="2026.10.0"), "README.md: must name the Home Assistant"),
    ],
)
def test_a_broken_hacs_json_is_complained_of(
    copy: Path, change: Callable[[dict[str, Any]], Any], complaint: str
) -> None:
    change_json(copy / "hacs.json", change)
    assert complaint in "\n".join(complaints(copy))


@pytest.mark.parametrize(
    ("name", "before", "after", "complaint"),
    [
        ("LICENSE", "MIT License", "License", "LICENSE: is not the MIT license's text"),
        ("LICENSE", "free of charge", "for money", "LICENSE: is not the MIT license's text"),
        ("pyproject.toml", '"MIT"', '"GPL"', "pyproject.toml: must name the license"),
        ("README.md", "or newer", "", "README.md: must name the Home Assistant"),
        (
            ".github/workflows/validate.yml",
            "home-assistant/actions/hassfest",
            "somebody/hassfest",
            "does not run home-assistant/actions/hassfest",
        ),
        (".github/workflows/validate.yml", "hacs/action", "a/b", "does not run hacs/action"),
        (".github/workflows/validate.yml", "category: integration", "category: plugin", "category"),
        (
            ".github/workflows/validate.yml",
            "category: integration",
            "category: integration\n          ignore: brands",
            "hacs/action must ignore nothing",
        ),
    ],
)
def test_a_broken_file_is_complained_of(
    copy: Path, name: str, before: str, after: str, complaint: str
) -> None:
    file = copy / name
    content = file.read_text("utf-8")
    assert before in content
    file.write_text(content.replace(before, after), "utf-8")
    assert complaint in "\n".join(complaints(copy))


@pytest.mark.parametrize("name", ["py.typed", "engine/py.typed"])
def test_missing_types_are_complained_of(copy: Path, name: str) -> None:
    (copy / COMPONENT / name).unlink()
    assert list(complaints(copy)) == [f"{COMPONENT / name}: is missing"]


def test_a_second_integration_is_complained_of(copy: Path) -> None:
    (copy / "custom_components" / "other").mkdir()
    assert list(complaints(copy)) == ["custom_components: HACS wants one integration"]


def test_a_lock_file_is_complained_of(copy: Path) -> None:
    (copy / "docs" / "uv.lock").touch()
    assert list(complaints(copy)) == ["docs/uv.lock: is a lock file"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cd /work/main", "/work/"),
        ("see /root/x", "/root/"),
        ("see /home/joe/x", "/home/joe/"),
        ("pip install --index-url x", "index-url"),
        ("https://files.pythonhosted.org/x", "pythonhosted.org"),
    ],
)
def test_words_of_a_machine_are_complained_of(copy: Path, line: str, found: str) -> None:
    (copy / "docs" / "notes.md").write_text(f"# Notes\n{line}\n", "utf-8")
    assert list(complaints(copy)) == [f"docs/notes.md:2: has {found}"]


def test_the_examples_may_name_a_home(copy: Path) -> None:
    (copy / "docs" / "notes.md").write_text("/home/you/clips, a/work/b, scripts/work/\n", "utf-8")
    assert list(complaints(copy)) == []
