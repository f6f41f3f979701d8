"""Every rule of the quality scale is kept, and what is named as evidence exists; or the test says so."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from homeassistant.const import Platform

from .project_files import COMPONENT, ROOT
from .quality_rules import RULES, complaints

type Rules = dict[str, Any]

FILE = COMPONENT / "quality_scale.yaml"


def test_every_rule_is_told_of() -> None:
    assert list(complaints(ROOT)) == []


def test_no_rule_is_left_to_do() -> None:
    rules = yaml.safe_load((ROOT / FILE).read_text("utf-8"))["rules"]
    assert [rule for rule, told in rules.items() if told["status"] == "todo"] == []


def test_there_are_as_many_rules_as_home_assistant_has() -> None:
    assert [len(rules) for rules in RULES.values()] == [20, 10, 21, 3]


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    modules = [file for file in (ROOT / COMPONENT).glob("*.py") if file.stem in set(Platform)]
    assert len(modules) >= 6
    for module in modules:
        assert re.search(r"^PARALLEL_UPDATES = \d", module.read_text("utf-8"), re.MULTILINE), module


def test_types_are_strict() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    assert str(COMPONENT) in settings["files"]
    assert "check mypy" in (ROOT / "scripts" / "lint").read_text("utf-8")


def test_coverage_is_asked_for() -> None:
    script = (ROOT / "scripts" / "test").read_text("utf-8")
    assert f"covered 97 {COMPONENT}/*.py" in script
    assert f"covered 100 {COMPONENT}/*_flow.py" in script


def _comment(rule: str, comment: str) -> Callable[[Rules], Any]:
    return lambda rules: rules[rule].update(comment=comment)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda r: r.pop("brands"), "none left out"),
        (lambda r: r.update(brands=r.pop("brands")), "by tier and alphabet"),
        (lambda r: r.update(beauty={"status": "exempt", "comment": "x" * 20}), "no such rule"),
        (lambda r: r.update(brands="done"), "brands: needs a status and a comment"),
        (lambda r: r["brands"].pop("comment"), "brands: needs a status and a comment"),
        (lambda r: r["brands"].update(status="perfect"), "brands: perfect is no status"),
        (_comment("brands", "They look very good indeed."), "brands: names neither a test"),
        (_comment("discovery", "No."), "discovery: does not say why"),
        (_comment("brands", "See `tests/project/test_moon.py::test_moon`"), "does not exist"),
        (_comment("brands", "See `tests/integration/test_brand.py::test_moon`"), "does not exist"),
        (_comment("docs-actions", "See `docs/moon.md#moon`"), "docs/moon.md#moon does not exist"),
        (_comment("docs-actions", "See `docs/actions.md#moon`"), "does not exist"),
    ],
)
def test_an_untrue_file_is_complained_of(
    copy: Path, change: Callable[[Rules], Any], complaint: str
) -> None:
    content = yaml.safe_load((copy / FILE).read_text("utf-8"))
    change(content["rules"])
    (copy / FILE).write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    assert complaint in "\n".join(complaints(copy))


def test_other_parts_are_complained_of(copy: Path) -> None:
    with (copy / FILE).open("a", encoding="utf-8") as file:
        file.write("tier: platinum\n")
    assert "quality_scale.yaml: holds rules alone" in complaints(copy)
