"""Addresses are read, and never spoken of with their secrets."""

import pytest

from audio_guard_engine.errors import InvalidUrlError
from audio_guard_engine.source import Source, Transport, parse_source, redact


def test_takes_credentials_out_of_the_url() -> None:
    source = parse_source("rtsp://joe:p%40ss@camera:554/live?channel=1")
    assert source == Source(url="rtsp://camera:554/live?channel=1", username="joe", password="p@ss")


def test_credentials_beside_the_url_win() -> None:
    source = parse_source(
        "rtsp://a:b@camera/", username="joe", password="secret", transport=Transport.UDP
    )
    assert (source.username, source.password, source.transport) == ("joe", "secret", Transport.UDP)


@pytest.mark.parametrize("password", ["p@ss/w:rd", "#?%41", "пароль", ""])
def test_puts_credentials_back_quoted(password: str) -> None:
    source = parse_source("rtsp://camera/live", username="joe", password=password)
    assert parse_source(source.url_with_credentials) == source


def test_leaves_an_address_without_credentials_alone() -> None:
    assert (
        parse_source("rtsp://[fe80::1]:554/live").url_with_credentials
        == "rtsp://[fe80::1]:554/live"
    )


def test_the_name_holds_no_secret() -> None:
    source = parse_source("rtsps://joe:secret@camera:7441/T0KEN?key=K3Y")
    assert source.name == "rtsps://camera:7441"
    assert "secret" not in repr(source)


def test_a_path_is_its_own_name(tmp_path: object) -> None:
    source = parse_source(f"{tmp_path}/a:b.wav")
    assert not source.is_url
    assert source.name == f"{tmp_path}/a:b.wav"


@pytest.mark.parametrize(
    "address",
    [
        "gopher://x/",
        "concat://a|b",
        "rtsp://",
        "rtsp:///live",
        "rtsp://camera:port/",
        "rtsp://cam era/",
        "rtsp://[::1/",
        "???://x",
    ],
)
def test_refuses_addresses_that_cannot_be_opened(address: str) -> None:
    with pytest.raises(InvalidUrlError, match="address"):
        parse_source(address)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("failed: 'rtsp://joe:secret@camera:554/live'", "failed: 'rtsp://camera:554"),
        ("RTSP://j:s@x/y and http://host/z?token=1 end", "RTSP://x and http://host end"),
        ("rtsp://joe:p@ss@camera/x", "rtsp://camera"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_redacts(text: str, redacted: str) -> None:
    assert redact(text) == redacted
