"""Test the demo camera's answers on raw sockets."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from tools.demo_camera.faults import Fault
from tools.demo_camera.server import DemoCamera

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


class Client:
    """A client that sends what it is told."""

    def __init__(self, camera: DemoCamera) -> None:
        self.url = camera.url
        self._socket = socket.create_connection((camera.host, camera.port), timeout=5)
        self._file = self._socket.makefile("rb")
        self._cseq = 0

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def ask(
        self, method: str, uri: str | None = None, *, wait_seconds: float = 5, **headers: str
    ) -> "Answer":
        """Send a request and return the answer."""
        self._cseq += 1
        self._socket.settimeout(wait_seconds)
        lines = [f"{method} {uri or self.url} RTSP/1.0", f"CSeq: {self._cseq}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode())
        answer = self.answer()
        assert answer.headers["cseq"] == str(self._cseq)
        return answer

    def answer(self) -> "Answer":
        """Read the next answer, which no packet may precede."""
        version, status, _ = self._file.readline().split(b" ", 2)
        assert version == b"RTSP/1.0"
        headers = {}
        while (line := self._file.readline().strip()) != b"":
            name, value = line.decode().split(": ", 1)
            headers[name.lower()] = value
        body = self._file.read(int(headers.get("content-length", 0)))
        return Answer(int(status), headers, body.decode())

    def packet(self) -> tuple[int, bytes]:
        """Return the channel and content of the next interleaved packet."""
        assert self._file.read(1) == b"$"
        channel, *size = self._file.read(3)
        return channel, self._file.read(int.from_bytes(bytes(size), "big"))

    def at_end(self) -> bool:
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True

    def set_up(self, track: str = "audio", transport: str = TCP) -> "Answer":
        return self.ask("SETUP", f"{self.url}/{track}", Transport=transport)


class Answer:
    """Status, headers (names in lower case) and body."""

    def __init__(self, status: int, headers: dict[str, str], body: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body


@pytest.fixture
def connect() -> Iterator[Callable[[DemoCamera], Client]]:
    with contextlib.ExitStack() as stack:

        def make(camera: DemoCamera) -> Client:
            client = Client(camera)
            stack.callback(client.close)
            return client

        yield make


def test_options_need_no_login(make_camera, connect) -> None:
    answer = connect(make_camera(user="me", password="secret")).ask("OPTIONS", "*")
    assert answer.status == 200
    assert answer.headers["public"] == "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"


@pytest.mark.parametrize(
    ("codec", "media", "rtpmap"),
    [
        ("pcmu", "m=audio 0 RTP/AVP 0", "a=rtpmap:0 PCMU/8000"),
        ("pcma", "m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000"),
        ("l16", "m=audio 0 RTP/AVP 96", "a=rtpmap:96 L16/16000/1"),
    ],
)
def test_describe_names_the_codec(
    make_camera, connect, codec: str, media: str, rtpmap: str
) -> None:
    client = connect(make_camera(codec=codec))
    answer = client.ask("DESCRIBE", Accept="application/sdp")
    assert answer.headers["content-type"] == "application/sdp"
    assert answer.headers["content-base"] == client.url + "/"
    lines = answer.body.split("\r\n")
    assert {media, rtpmap, "a=control:audio"} <= set(lines)
    assert "video" not in answer.body


@pytest.mark.parametrize(
    ("fault", "media"), [(Fault.NO_AUDIO, ["video"]), (Fault.VIDEO_TOO, ["audio", "video"])]
)
def test_describe_names_the_tracks(make_camera, connect, fault: Fault, media: list[str]) -> None:
    body = connect(make_camera(fault=fault)).ask("DESCRIBE").body
    assert [line[2:7] for line in body.split("\r\n") if line.startswith("m=")] == media


def test_a_session_plays_and_ends(make_camera, connect) -> None:
    camera = make_camera()
    client = connect(camera)
    set_up = client.set_up()
    assert set_up.headers["transport"] == TCP
    session = set_up.headers["session"]

    play = client.ask("PLAY", Session=session, Range="npt=0.000-")
    assert play.headers["session"] == session
    assert play.headers["range"] == "npt=0.000-"
    channel, rtp = client.packet()
    assert channel == 0
    sequence, timestamp = int.from_bytes(rtp[2:4], "big"), int.from_bytes(rtp[4:8], "big")
    info = f"url={client.url}/audio;seq={sequence};rtptime={timestamp}"
    assert play.headers["rtp-info"] == info
    assert camera.playing == 1


def test_teardown_forgets_the_session(make_camera, connect) -> None:
    client = connect(make_camera())
    session = client.set_up().headers["session"]
    assert client.ask("TEARDOWN", Session=session).status == 200
    assert client.ask("PLAY", Session=session).status == 454


def test_get_parameter_keeps_alive(make_camera, connect) -> None:
    client = connect(make_camera())
    assert client.ask("GET_PARAMETER").status == 200
    session = client.set_up().headers["session"]
    assert client.ask("GET_PARAMETER", Session=session).headers["session"] == session


def test_receiver_reports_are_skipped(make_camera, connect) -> None:
    client = connect(make_camera())
    client.send(b"$\x01\x00\x04abcd$\x01\x00\x00")
    assert client.ask("OPTIONS").status == 200


def test_a_body_is_skipped(make_camera, connect) -> None:
    client = connect(make_camera())
    client.send(b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 4\r\n\r\nping")
    assert client.answer().headers["cseq"] == "7"
    assert client.ask("OPTIONS").status == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"HELLO\r\n\r\n",
        b"DESCRIBE rtsp://x/live HTTP/1.1\r\nCSeq: 1\r\n\r\n",
        b"DESCRIBE rtsp://[x/live RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"DESCRIBE \xff RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -4\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 123456\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nX: " + 70_000 * b"x",
    ],
)
def test_a_broken_request_ends_the_connection(make_camera, connect, request_bytes: bytes) -> None:
    client = connect(make_camera())
    client.send(request_bytes)
    assert client.answer().status == 400
    assert client.at_end()


def test_a_request_without_a_number_is_bad(make_camera, connect) -> None:
    client = connect(make_camera())
    client.send(b"OPTIONS * RTSP/1.0\r\n\r\n")
    assert client.answer().status == 400
    assert client.ask("OPTIONS").status == 200


def test_an_unknown_method_is_not_allowed(make_camera, connect) -> None:
    answer = connect(make_camera()).ask("RECORD")
    assert answer.status == 405
    assert "PLAY" in answer.headers["allow"]


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_no_login_is_unauthorized(make_camera, connect, auth: str) -> None:
    answer = connect(make_camera(user="me", password="secret", auth=auth)).ask("DESCRIBE")
    assert answer.status == 401
    assert answer.headers["www-authenticate"].lower().startswith(auth)


@pytest.mark.parametrize("path", ["", "/", "/other", "/live2", "/live/audio"])
def test_another_path_is_not_found(make_camera, connect, path: str) -> None:
    camera = make_camera()
    uri = f"rtsp://{camera.host}:{camera.port}{path}"
    assert connect(camera).ask("DESCRIBE", uri).status == 404


@pytest.mark.parametrize("track", ["", "video", "audio/audio"])
def test_an_unknown_track_is_not_found(make_camera, connect, track: str) -> None:
    assert connect(make_camera()).set_up(track).status == 404


def test_no_path_is_found_when_there_is_none(make_camera, connect) -> None:
    assert connect(make_camera(fault=Fault.NOT_FOUND)).ask("DESCRIBE").status == 404


@pytest.mark.parametrize("method", ["PLAY", "TEARDOWN"])
def test_a_session_must_be_known(make_camera, connect, method: str) -> None:
    client = connect(make_camera())
    assert client.ask(method).status == 454
    assert client.ask(method, Session="").status == 454
    session = client.set_up().headers["session"]
    assert client.ask(method, Session=session + "0").status == 454
    assert client.ask(method, Session=session + ";timeout=60").status == 200


def test_sessions_are_a_clients_own(make_camera, connect) -> None:
    camera = make_camera()
    session = connect(camera).set_up().headers["session"]
    assert connect(camera).ask("PLAY", Session=session).status == 454


@pytest.mark.parametrize(
    "transport",
    [
        "",
        "RTP/AVP;multicast;client_port=5000-5001",
        "RAW/RAW/UDP;unicast",
        "RTP/AVP;unicast",
        "RTP/AVP;unicast;client_port=65535-65536",
        "RTP/AVP/TCP;unicast;interleaved=255-256",
    ],
)
def test_an_impossible_transport_is_unsupported(make_camera, connect, transport: str) -> None:
    assert connect(make_camera()).set_up(transport=transport).status == 461


def test_the_first_possible_transport_is_taken(make_camera, connect) -> None:
    offers = f"RTP/AVP;multicast;client_port=5000-5001,{TCP}"
    assert connect(make_camera()).set_up(transport=offers).headers["transport"] == TCP


def test_udp_ports_are_agreed(make_camera, connect) -> None:
    answer = connect(make_camera()).set_up(transport="RTP/AVP;unicast;client_port=40000-40001")
    assert "client_port=40000-40001;server_port=" in answer.headers["transport"]


def test_a_track_cannot_be_added_while_audio_flows(make_camera, connect) -> None:
    client = connect(make_camera(fault=Fault.STALL))
    session = client.set_up().headers["session"]
    client.ask("PLAY", Session=session)
    assert client.set_up().status == 455


def test_only_audio_flows_beside_a_video_track(make_camera, connect) -> None:
    client = connect(make_camera(fault=Fault.VIDEO_TOO))
    session = client.set_up("video").headers["session"]
    client.set_up("audio", "RTP/AVP/TCP;unicast;interleaved=2-3")
    client.ask("PLAY", Session=session)
    assert {client.packet()[0] for _ in range(20)} == {2}


def test_a_mute_camera_never_answers(make_camera, connect) -> None:
    client = connect(make_camera(fault=Fault.MUTE))
    with pytest.raises(TimeoutError):
        client.ask("OPTIONS", wait_seconds=0.1)


def test_a_refusing_camera_keeps_the_open_connections(make_camera, connect) -> None:
    camera = make_camera()
    client = connect(camera)
    client.ask("OPTIONS")
    camera.fault = Fault.REFUSE
    with pytest.raises(ConnectionRefusedError):
        connect(camera)
    assert client.ask("OPTIONS").status == 200
    camera.fault = Fault.NONE
    assert connect(camera).ask("OPTIONS").status == 200


def test_connections_are_counted(make_camera, connect) -> None:
    camera = make_camera()
    for _ in range(3):
        connect(camera).ask("OPTIONS")
    assert (camera.connections, camera.playing) == (3, 0)


def test_a_session_may_tell_its_timeout(make_camera, connect) -> None:
    client = connect(make_camera(session_seconds=2))
    session = client.set_up().headers["session"]
    assert session.endswith(";timeout=2")
    assert client.ask("PLAY", Session=session.partition(";")[0]).status == 200
