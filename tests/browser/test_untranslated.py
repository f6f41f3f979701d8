"""A key in the place of a text is found, whatever the page."""

import pytest

from .frontend import untranslated


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('- textbox "username*":', ["username*"]),
        ("- text: component.audio_guard.config.step.url.title", ["component.audio_guard"]),
        ("- alert: unauthorized", ["unauthorized"]),
        ("- alert: not_found", ["not_found"]),
        ("- text: The model can't be used: {error}", ["{error}"]),
        ("- list: Alarm Clear Connection no_audio", ["no_audio"]),
        ('- button "Transport * TCP"', []),
        ("- paragraph: For example rtsp://192.168.1.20:554/stream1", []),
        ("  - /url: /config/entities?domain=audio_guard", []),
    ],
)
def test_untranslated_keys_are_found(line: str, found: list[str]) -> None:
    assert untranslated(line) == found
