"""English is complete, every other language equals it, and the test would say if that were not so."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .project_files import COMPONENT, ROOT, TRANSLATIONS, change_json
from .translation_rules import complaints

type Texts = dict[str, Any]
type Change = Callable[[Texts], Any]


def test_the_texts_keep_the_rules() -> None:
    assert list(complaints(ROOT)) == []


def _put(*place: str, text: Any) -> Change:
    """Return what puts a text, or a whole part, in its place."""

    def change(texts: Texts) -> None:
        for key in place[:-1]:
            texts = texts.setdefault(key, {})
        texts[place[-1]] = text

    return change


EXCEPTION = ("exceptions", "runtime_missing", "message")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_put("panel", text={}), "en.json: panel"),
        (_put("config", "steps", text={}), "en.json: config.steps"),
        (_put("config", "step", "url", "label", text="x"), "config.step.url.label"),
        (_put("config", "step", "url", "data", "color", text="Color"), "color is not in both"),
        (_put("config", "step", "moon", "title", text="Moon"), "step.moon: there is no such step"),
        (_put("options", "step", "moon", "title", text="Moon"), "step.moon: there is no such step"),
        (_put("config", "error", "too_loud", text="Too loud"), "error.too_loud: is never used"),
        (_put("config", "abort", "too_loud", text="Too loud"), "abort.too_loud: is never used"),
        (_put("exceptions", "odd", "message", text="Odd"), "exceptions.odd: is never used"),
        (_put("issues", "odd", text={"title": "t", "description": "d"}), "issues.odd: is never"),
        (_put("issues", "no_audio", "description", text="d"), "either a description or a fix_flow"),
        (_put("selector", "odd", "options", text={}), "selector.odd: is never used"),
        (lambda t: t["exceptions"].pop("runtime_missing"), "raises"),
        (_put("entity", "switch", "listening", "label", text="x"), "entity.switch.listening.label"),
        (_put("entity", "switch", "Listening", "name", text="x"), "Listening is no key"),
        (_put("entity", "select", "a_b", "state", "a__b", text="x"), "a__b is no key"),
        (_put("entity", "switch", "listening", "state", "on", text="{x}"), "nothing fills it in"),
        (lambda t: t["services"]["test"].pop("description"), "services.test.description"),
        (lambda t: t["triggers"]["sound_heard"].pop("name"), "triggers.sound_heard.name"),
        (_put(*EXCEPTION, text=""), "must be a text"),
        (_put(*EXCEPTION, text="None "), "begins or ends with a space"),
        (_put(*EXCEPTION, text="<b>None</b>"), "has HTML"),
        (_put(*EXCEPTION, text="[%key:common::state::on%]"), "refers to another text"),
        (_put(*EXCEPTION, text="See https://example.com/"), "has a web address"),
        (_put(*EXCEPTION, text="None: '{error}'"), "quotes a placeholder"),
        (_put(*EXCEPTION, text="None: {}"), "a placeholder that is no name"),
    ],
)
def test_broken_english_is_complained_of(copy: Path, change: Change, complaint: str) -> None:
    if complaint == "raises":
        module = copy / COMPONENT / "extra.py"
        module.write_text('HomeAssistantError(translation_key="runtime_missing")\n', "utf-8")
    change_json(copy / TRANSLATIONS / "en.json", change)
    assert complaint in "\n".join(complaints(copy))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda t: t["exceptions"].pop("runtime_missing"), "runtime_missing.message: is missing"),
        (_put("exceptions", "odd", "message", text="x"), "odd.message: is not in English"),
        (_put(*EXCEPTION, text="None: {fehler}"), "message: has other placeholders than English"),
        (_put(*EXCEPTION, text="None"), "message: has other placeholders than English"),
        (_put(*EXCEPTION, text="None: {error"), "runtime_missing.message: "),
        (_put(*EXCEPTION, text="<b>{error}</b>"), "has HTML"),
    ],
)
def test_a_language_unlike_english_is_complained_of(
    copy: Path, change: Change, complaint: str
) -> None:
    other = copy / TRANSLATIONS / "fr.json"
    shutil.copy(copy / TRANSLATIONS / "en.json", other)
    assert not list(complaints(copy))
    change_json(other, change)
    found = list(complaints(copy))
    assert len(found) == 1
    assert found[0].startswith("fr.json: ")
    assert complaint in found[0]


@pytest.mark.parametrize("name", ["english.json", "en.json.bak"])
def test_a_file_that_is_no_language_is_complained_of(copy: Path, name: str) -> None:
    shutil.copy(copy / TRANSLATIONS / "en.json", copy / TRANSLATIONS / name)
    assert list(complaints(copy)) == [f"translations/{name}: is named after no language"]


def test_texts_in_two_places_are_complained_of(copy: Path) -> None:
    (copy / COMPONENT / "strings.json").write_text("{}", encoding="utf-8")
    assert "strings.json" in "\n".join(complaints(copy))
