"""Icons, actions and triggers fit together, and the test would say if they did not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .catalog_rules import complaints
from .project_files import COMPONENT, ROOT, TRANSLATIONS, change_json

type Change = Callable[[dict[str, Any]], Any]


def test_icons_actions_and_triggers_keep_the_rules() -> None:
    assert list(complaints(ROOT)) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda i: i["entity"]["switch"]["listening"].update(default="ear"), "ear is no mdi: icon"),
        (lambda i: i["entity"]["switch"]["listening"].pop("default"), "switch.listening.default"),
        (lambda i: i["entity"]["switch"].update(moon={"default": "mdi:moon"}), "no such entity"),
        (lambda i: i["entity"]["switch"]["listening"]["state"].update(o="mdi:a"), "no such state"),
        (lambda i: i["services"].pop("test"), "services: test: is not in both"),
        (lambda i: i["triggers"].pop("sound_heard"), "triggers: sound_heard: is not in both"),
        (lambda i: i.update(entities={}), "icons.json: entities"),
    ],
)
def test_broken_icons_are_complained_of(copy: Path, change: Change, complaint: str) -> None:
    change_json(copy / COMPONENT / "icons.json", change)
    assert complaint in "\n".join(complaints(copy))


def _change_yaml(file: Path, change: Change) -> None:
    content = yaml.safe_load(file.read_text("utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content), "utf-8")


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("services", lambda s: s.update(dance={}), "services: dance: is not in both"),
        ("services", lambda s: s["test"]["fields"].pop("media"), "test.media: is not in both"),
        ("services", lambda s: s["test"]["fields"]["media"].pop("selector"), "media.selector"),
        ("services", lambda s: s["test"]["fields"]["media"].update(selector={"ear": {}}), "ear"),
        ("services", lambda s: s["test"].update(color="blue"), "services.yaml: test.color"),
        (
            "services",
            lambda s: s["test"]["fields"]["sound"]["selector"]["select"]["options"].append("owl"),
            "the option owl",
        ),
        ("triggers", lambda t: t["sound_heard"]["fields"].pop("sound"), "sound_heard.sound"),
        ("triggers", lambda t: t["sound_heard"].update(color="blue"), "sound_heard.color"),
        ("triggers", lambda t: t["sound_heard"].update(target={"moon": []}), "sound_heard.target"),
    ],
)
def test_broken_actions_and_triggers_are_complained_of(
    copy: Path, name: str, change: Change, complaint: str
) -> None:
    _change_yaml(copy / COMPONENT / f"{name}.yaml", change)
    assert complaint in "\n".join(complaints(copy))


def test_an_action_without_text_is_complained_of(copy: Path) -> None:
    change_json(copy / TRANSLATIONS / "en.json", lambda t: t["services"].pop("test"))
    assert "services: test: is not in both services.yaml and en.json" in complaints(copy)


@pytest.mark.parametrize("name", ["services.yaml", "triggers.yaml"])
def test_a_missing_description_is_complained_of(copy: Path, name: str) -> None:
    (copy / COMPONENT / name).unlink()
    assert f"{name}: is needed when, and only when," in "\n".join(complaints(copy))


def test_conditions_without_a_description_are_complained_of(copy: Path) -> None:
    (copy / COMPONENT / "condition.py").touch()
    assert "conditions.yaml: is needed when, and only when," in "\n".join(complaints(copy))


def test_a_setup_without_a_schema_for_yaml_is_complained_of(copy: Path) -> None:
    module = copy / COMPONENT / "__init__.py"
    module.write_text(module.read_text("utf-8").replace("CONFIG_SCHEMA", "SCHEMA"), "utf-8")
    assert "__init__.py: async_setup needs a CONFIG_SCHEMA" in "\n".join(complaints(copy))
