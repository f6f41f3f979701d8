"""A download arrives whole or says why it did not, and goes on where it stopped."""

import hashlib
import http.server
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools import fetch
from tools.runs import download as downloading
from tools.runs.download import DownloadError, download

CONTENT = bytes(range(256)) * 200
PREFIX = hashlib.sha256(CONTENT).hexdigest()[:8]


class Handler(http.server.BaseHTTPRequestHandler):
    """Serve CONTENT as the server's attributes say."""

    server: "Server"

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append(wanted)
        start = int(wanted[6:-1]) if wanted and self.server.ranges else 0
        if self.path != "/weights.bin":
            self.send_error(404, "Not Found")
        elif start >= len(CONTENT):
            self.send_error(416)
        else:
            body = CONTENT[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: self.server.cut])

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Count what is asked for; `cut` ends the connection after so many bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges = True
        self.cut: int | None = None
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/weights.bin"


@pytest.fixture
def server(sockets_allowed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(downloading, "PIECE_BYTES", 1000)
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "weights.bin"


def part_of(place: Path, content: bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name("weights.bin.part")
    part.write_bytes(content)
    return part


def test_file_arrives_with_progress_and_only_once(
    server: Server, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    download(server.url, place, PREFIX)
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == [None]
    assert [path.name for path in place.parent.iterdir()] == ["weights.bin"]
    assert "weights.bin, MiB: 52/52" in capsys.readouterr().err


def test_download_goes_on_where_it_stopped(server: Server, place: Path) -> None:
    part_of(place, CONTENT[:5000])
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == ["bytes=5000-"]


def test_cut_connection_keeps_what_came(server: Server, place: Path) -> None:
    server.cut = 20_000
    with pytest.raises(DownloadError, match="ended early; run this again"):
        download(server.url, place, PREFIX)
    assert not place.exists()
    server.cut = None
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=20000-"]


def test_server_without_ranges_sends_all_again(server: Server, place: Path) -> None:
    server.ranges = False
    part_of(place, CONTENT[:5000])
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == ["bytes=5000-"]


def test_whole_part_is_used_without_asking(server: Server, place: Path) -> None:
    part_of(place, CONTENT)
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == []


def test_part_that_is_too_long_begins_anew(server: Server, place: Path) -> None:
    part_of(place, CONTENT + b"more")
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 4}-", None]


@pytest.mark.parametrize("had", [b"", b"other"])
def test_wrong_content_is_removed_and_named(server: Server, place: Path, had: bytes) -> None:
    part_of(place, had)
    prefix = "00000000" if not had else PREFIX
    with pytest.raises(DownloadError, match=rf"does not begin with {prefix}\) and was removed"):
        download(server.url, place, prefix)
    assert list(place.parent.iterdir()) == []


def test_damaged_file_is_fetched_again(server: Server, place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"damaged")
    download(server.url, place, PREFIX)
    assert place.read_bytes() == CONTENT


def test_answer_of_the_server_is_named(server: Server, place: Path) -> None:
    with pytest.raises(DownloadError, match="the server says 404 Not Found"):
        download(server.url + "x", place, PREFIX)


def test_offline_names_the_cure(
    sockets_allowed: None, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/weights.bin"
        with pytest.raises(DownloadError, match=r"cannot be reached .* or get the file on another"):
            download(url, place, PREFIX)


def test_fetch_puts_weights_into_the_cache_folder(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    weights = fetch.Weights(url=server.url, sha256_prefix=PREFIX, about="a test")
    monkeypatch.setitem(fetch.WEIGHTS, "vggish", weights)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert fetch.main(["vggish"]) == 0
    place = tmp_path / "audio_guard" / "weights.bin"
    assert capsys.readouterr().out == f"{place}\n"
    assert place.read_bytes() == CONTENT
    place.unlink()
    server.cut = 10
    assert fetch.main(["vggish"]) == 1
    assert "error: http://127.0.0.1" in capsys.readouterr().err


def test_interrupt_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "download", interrupted)
    assert fetch.main(["vggish"]) == 130
    assert "run this again to go on" in capsys.readouterr().err


def test_published_files_are_named_by_address_and_hash() -> None:
    for weights in fetch.WEIGHTS.values():
        assert weights.url.startswith("https://")
        assert re.fullmatch("[0-9a-f]{8,64}", weights.sha256_prefix)
    vggish = fetch.WEIGHTS["vggish"]
    assert vggish.name == f"vggish-{vggish.sha256_prefix}.pth"


def test_own_copy_of_weights_comes_before_the_cached_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIO_GUARD_WEIGHTS", str(tmp_path))
    assert fetch.find_weights("mn04") == fetch.cached_file("mn04")
    own = tmp_path / fetch.WEIGHTS["mn04"].name
    own.touch()
    assert fetch.find_weights("mn04") == own


def test_relative_cache_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert fetch.cache_folder() == Path.home() / ".cache" / "audio_guard"
