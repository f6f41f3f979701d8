"""The review page gives a browser of this machine clips to judge, and nobody else anything."""

import http.client
import io
import json
import re
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from matplotlib.image import imread

from tests.training.conftest import write_wav
from tools.data.dataset import Clip
from tools.reviewing.conflicts import Conflict
from tools.reviewing.page_server import ReviewServer
from tools.reviewing.reviewed_file import ReviewedFile

LABELS = ("alarm", "others")
SECONDS = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    status: int
    kind: str
    headers: http.client.HTTPMessage
    body: bytes


class Browser:
    """Ask a server by HTTP; places are relative to its page unless they begin with a slash."""

    def __init__(self, server: ReviewServer) -> None:
        self.page = urlsplit(server.address)

    def ask(
        self, place: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> Answer:
        assert self.page.hostname
        connection = http.client.HTTPConnection(self.page.hostname, self.page.port, timeout=30)
        path = place if place.startswith("/") else self.page.path + place
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = Answer(
            status=answer.status,
            kind=answer.headers.get_content_type(),
            headers=answer.headers,
            body=answer.read(),
        )
        connection.close()
        return said

    def decide(self, clip: object, body: str) -> int:
        return self.ask(f"clips/{clip}/decision", "PUT", body).status

    def clips(self) -> list[dict[str, Any]]:
        clips: list[dict[str, Any]] = json.loads(self.ask("clips").body)["clips"]
        return clips


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    """Two clips that sound and one whose file is gone."""
    time = np.arange(int(SECONDS * 16000)) / 16000
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, (0.3 * np.sin(2 * np.pi * 3000 * time)).astype(np.float32))
    return [
        Clip(name=name, label="others", split="train", group=name, path=tmp_path / name)
        for name in ("a.wav", "b.wav", "gone.wav")
    ]


@pytest.fixture
def server(clips: list[Clip], tmp_path: Path) -> Iterator[ReviewServer]:
    conflicts = [
        Conflict(
            clip=clip,
            heard="alarm",
            own_score=0.1,
            heard_score=0.9,
            scores=np.array([[0.9, 0.1], [0.6, 0.4]], np.float32),
        )
        for clip in clips
    ]
    reviewed = ReviewedFile(tmp_path / "reviewed.csv", clips, LABELS)
    with ReviewServer(conflicts, LABELS, reviewed) as server:
        serve = partial(server.serve_forever, poll_interval=0.01)
        thread = threading.Thread(target=serve, name="review-page", daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


@pytest.fixture
def browser(server: ReviewServer) -> Browser:
    return Browser(server)


def test_page_and_its_files_are_sent_with_strict_rules(browser: Browser) -> None:
    page = browser.ask("")
    assert (page.status, page.kind) == (200, "text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    linked = re.findall(r'(?:src|href)="([\w.]+)"', page.body.decode())
    assert sorted(linked) == ["page.css", "page.js"]
    kinds = {name: browser.ask(name).kind for name in linked}
    assert kinds == {"page.css": "text/css", "page.js": "text/javascript"}


def test_clips_are_listed_with_labels_and_scores(browser: Browser) -> None:
    contents = json.loads(browser.ask("clips").body)
    assert contents["labels"] == list(LABELS)
    assert (contents["window_seconds"], contents["hop_seconds"]) == (0.96, 0.48)
    first = contents["clips"][0]
    assert (first["name"], first["label"], first["heard"]) == ("a.wav", "others", "alarm")
    assert np.allclose(first["scores"], [[0.9, 0.1], [0.6, 0.4]])
    assert first["decision"] == ""


def test_sound_and_spectrogram_are_those_of_the_clip(browser: Browser) -> None:
    sound = browser.ask("clips/1/sound")
    assert sound.kind == "audio/wav"
    with wave.open(io.BytesIO(sound.body)) as wav:
        assert wav.getnframes() / wav.getframerate() == pytest.approx(SECONDS)
        pcm = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
    assert np.abs(pcm).max() == pytest.approx(0.3 * 32768, rel=0.01)
    picture = browser.ask("clips/1/spectrogram")
    assert picture.kind == "image/png"
    pixels = imread(io.BytesIO(picture.body))
    assert pixels.shape[:2] == (64, 192)  # 96 + 2 * 48 frames
    brightness = pixels[:, 50, :3].sum(axis=1)
    assert 10 <= brightness.argmax() <= 30  # 3 kHz is above the middle of the mel scale


def test_decision_is_on_disk_when_it_is_answered(browser: Browser, server: ReviewServer) -> None:
    assert browser.decide(0, '{"decision": "drop"}') == 204
    assert browser.decide(1, '{"decision": "alarm"}') == 204
    text = server.reviewed.path.read_text()
    assert "a.wav,others,drop,train,alarm,0.900,0.100" in text
    assert "b.wav,others,alarm," in text
    assert [clip["decision"] for clip in browser.clips()] == ["drop", "alarm", ""]


@pytest.mark.parametrize(
    "body",
    ["", "drop", '{"decision": "cat"}', '{"decision": ["drop"]}', "[]", "{}", "{" + " " * 2000],
)
def test_decision_that_is_none_changes_nothing(
    browser: Browser, server: ReviewServer, body: str
) -> None:
    assert browser.decide(0, body) == 400
    assert not server.reviewed.path.exists()


@pytest.mark.parametrize(
    "place",
    [
        "clips/3/sound",
        "clips/-1/sound",
        "clips/00/sound",
        "clips/x/spectrogram",
        "clips/..%2f..%2fa.wav/sound",
        "clips/../page.html",
        "../../etc/passwd",
        "page_server.py",
        "page.html",
        "clips/0",
        "clips/0/sound/more",
        "%2e%2e/a.wav",
    ],
)
def test_only_what_is_listed_is_served(browser: Browser, place: str) -> None:
    assert browser.ask(place).status == 404


@pytest.mark.parametrize("place", ["/", "/clips", "/page.js", "/wrong/clips", "//clips"])
def test_without_the_token_nothing_is_served(browser: Browser, place: str) -> None:
    assert browser.ask(place).status == 404


def test_without_the_token_nothing_is_decided(browser: Browser, server: ReviewServer) -> None:
    answer = browser.ask("/wrong/clips/0/decision", "PUT", '{"decision": "drop"}')
    assert answer.status == 404
    assert not server.reviewed.path.exists()


def test_page_of_another_host_name_gets_nothing(browser: Browser, server: ReviewServer) -> None:
    assert browser.ask("clips", Host=f"localhost:{server.server_port}").status == 200
    assert browser.ask("clips", Host=f"evil.example:{server.server_port}").status == 404
    assert browser.ask("clips", Host="127.0.0.1").status == 404


def test_clip_whose_file_is_gone_is_named(browser: Browser) -> None:
    answer = browser.ask("clips/2/sound")
    assert answer.status == 500
    assert b"gone.wav: cannot be read" in answer.body


def test_full_disk_is_told_to_the_page(
    browser: Browser, server: ReviewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(server.reviewed, "decide", full)
    answer = browser.ask("clips/0/decision", "PUT", '{"decision": "drop"}')
    assert answer.status == 500
    assert b"No space left" in answer.body


def test_it_listens_to_this_machine_alone(server: ReviewServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert len(server.token) >= 20
