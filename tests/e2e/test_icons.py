"""Every icon is one that the real frontend can draw."""

import json
import re
from pathlib import Path

import hass_frontend

COMPONENT = Path(__file__).parents[2] / "custom_components" / "audio_guard"


def test_the_frontend_has_every_icon() -> None:
    list_file = hass_frontend.where() / "static" / "mdi" / "iconList.json"
    drawn = {icon["name"] for icon in json.loads(list_file.read_text("utf-8"))}
    asked_for = set(re.findall(r"mdi:([a-z0-9-]+)", (COMPONENT / "icons.json").read_text("utf-8")))
    assert "ear-hearing" in drawn
    assert asked_for - drawn == set()
