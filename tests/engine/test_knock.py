"""Who is at the door, told before FFmpeg opens."""

import errno
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from audio_guard_engine import knock as knock_module
from audio_guard_engine.errors import (
    HostUnreachableError,
    NoAnswerError,
    NotAStreamError,
    StoppedError,
)
from audio_guard_engine.knock import knock
from audio_guard_engine.source import parse_source

Serve = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that treats its one client as told; return its port."""
    threads: list[threading.Thread] = []

    def start(treat: Callable[[socket.socket], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            with listener:
                client, _ = listener.accept()
                with client:
                    treat(client)

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)
        return int(listener.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def at(port: int, scheme: str = "rtsp") -> None:
    knock(parse_source(f"{scheme}://joe:hunter2@127.0.0.1:{port}/live"), threading.Event())


def test_an_rtsp_server_lets_in_and_hears_no_password(serve: Serve) -> None:
    asked: list[bytes] = []

    def answer(client: socket.socket) -> None:
        asked.append(client.recv(1000))
        for piece in (b"RT", b"SP/1.0 401 Unauthorized\r\n\r\n"):  # any answer is an answer
            client.sendall(piece)

    at(serve(answer))
    assert asked[0].startswith(b"OPTIONS rtsp://127.0.0.1")
    assert b"hunter2" not in asked[0]


def test_other_schemes_only_connect(serve: Serve) -> None:
    at(serve(lambda client: None), scheme="http")


def test_datagrams_have_no_door() -> None:
    knock(parse_source("udp://239.0.0.1"), threading.Event())


def test_a_server_that_hangs_up(serve: Serve) -> None:
    with pytest.raises(NoAnswerError, match="hangs up"):
        at(serve(lambda client: client.recv(1000) and None))


def test_a_server_that_resets(serve: Serve) -> None:
    def reset(client: socket.socket) -> None:
        client.recv(1000)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with pytest.raises(NoAnswerError, match="hangs up"):
        at(serve(reset))


def test_a_server_of_something_else(serve: Serve) -> None:
    with pytest.raises(NotAStreamError, match="no RTSP server"):
        at(serve(lambda client: client.sendall(b"220 mail.example ESMTP\r\n")))


def test_a_host_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knock_module, "CONNECT_SECONDS", 0.3)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]  # they fill the queue, so that no more get in
        try:
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
            with pytest.raises(HostUnreachableError, match="does not answer"):
                at(port)
        finally:
            for client in waiting:
                client.close()


def test_a_network_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: errno.ENETUNREACH)
    with pytest.raises(HostUnreachableError, match="can't be reached"):
        at(1)


def test_an_unknown_name() -> None:
    with pytest.raises(HostUnreachableError, match="name is unknown"):
        knock(parse_source("rtsp://camera.invalid/live"), threading.Event())


def test_stops_when_told(serve: Serve) -> None:
    stop = threading.Event()
    ended = threading.Event()

    def stay_mute(client: socket.socket) -> None:
        client.recv(1000)
        stop.set()
        ended.wait(5)

    port = serve(stay_mute)
    with pytest.raises(StoppedError):
        knock(parse_source(f"rtsp://127.0.0.1:{port}/"), stop)
    ended.set()


def test_speaks_ipv6(serve: Serve) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        knock(parse_source(f"http://[::1]:{listener.getsockname()[1]}/"), threading.Event())
