"""The manifest is as hassfest and HACS want it, and the test would say if it were not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .manifest_rules import complaints
from .project_files import COMPONENT, ROOT, change_json

type Change = Callable[[dict[str, Any]], Any]


def test_the_manifest_keeps_the_rules() -> None:
    assert list(complaints(ROOT)) == []


def _swap(manifest: dict[str, Any]) -> None:
    manifest["codeowners"] = manifest.pop("codeowners")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_swap, "by the alphabet"),
        (lambda m: m.update(domain="audio"), "manifest.json: domain"),
        (lambda m: m.pop("version"), "manifest.json: version"),
        (lambda m: m.update(version="first"), "first is no version"),
        (lambda m: m.update(iot_class="telepathy"), "manifest.json: iot_class"),
        (lambda m: m.update(integration_type="thing"), "manifest.json: integration_type"),
        (lambda m: m.update(codeowners=[]), "manifest.json: codeowners"),
        (lambda m: m.update(codeowners=["somebody"]), "somebody is no @account"),
        (lambda m: m.update(requirements=["ncnn"]), "ncnn must be name==version"),
        (lambda m: m.update(requirements=["ncnn>=1.0"]), "ncnn>=1.0 must be name==version"),
        (lambda m: m.update(dependencies=["stream", "cameras"]), "no cameras to depend on"),
        (lambda m: m.update(after_dependencies=["stream"]), "dependencies and after_dependencies"),
        (lambda m: m.update(documentation="docs/README.md"), "docs/README.md is no https address"),
        (lambda m: m.pop("issue_tracker"), "manifest.json: issue_tracker"),
        (lambda m: m.update(zz_color="blue"), "manifest.json: zz_color"),
        (lambda m: m.update(config_flow=False), "whether there is a config_flow.py"),
    ],
)
def test_a_broken_manifest_is_complained_of(copy: Path, change: Change, complaint: str) -> None:
    change_json(copy / COMPONENT / "manifest.json", change)
    assert complaint in "\n".join(complaints(copy))


def test_an_integration_used_without_depending_on_it_is_complained_of(copy: Path) -> None:
    module = copy / COMPONENT / "extra.py"
    module.write_text("from homeassistant.components import mqtt\n", encoding="utf-8")
    assert list(complaints(copy)) == [
        "extra.py: uses mqtt, which is not among the manifest's dependencies"
    ]


def test_a_key_named_twice_is_refused(copy: Path) -> None:
    (copy / COMPONENT / "manifest.json").write_text('{"domain": "a", "domain": "b"}', "utf-8")
    with pytest.raises(ValueError, match="names domain twice"):
        list(complaints(copy))
