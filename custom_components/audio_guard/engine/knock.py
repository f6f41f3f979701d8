"""Knock before FFmpeg opens, to see whether the host is there and speaks RTSP.

FFmpeg can't be told to stop while it opens, and it says "invalid data" for a host that never answers. A knock costs
one short connection per connect, stops when told and tells these cases apart.
"""

import errno
import select
import socket
import threading
import time
from urllib.parse import urlsplit

from .errors import HostUnreachableError, NoAnswerError, NotAStreamError, StoppedError
from .source import Source

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 5.0
# How soon a stop is noticed while waiting for a socket.
SLICE_SECONDS = 0.2

_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443, "http": 80, "https": 443}


def knock(source: Source, stop: threading.Event) -> None:
    """Connect to the source's host, and for rtsp:// ask its server for its options, without credentials.

    Raises `HostUnreachableError`, `NoAnswerError`, `NotAStreamError`, or `StoppedError` once `stop` is set.
    """
    parts = urlsplit(source.url)
    port = parts.port or _DEFAULT_PORTS.get(source.scheme)
    if port is None or parts.hostname is None:
        return  # datagrams, and schemes without a usual port: there is no one to knock at
    with _connect(parts.hostname, port, source, stop) as connection:
        if source.scheme == "rtsp":
            _ask_options(connection, source, stop)


def _connect(host: str, port: int, source: Source, stop: threading.Event) -> socket.socket:
    """Open a connection to the first of the host's addresses that takes it."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnreachableError(
            f"{source.name}: the host name is unknown: check its spelling, or use the camera's IP address"
        ) from error
    failure = ""
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            failure = _try_address(connection, address, stop)
        except BaseException:
            connection.close()
            raise
        if not failure:
            return connection
        connection.close()
    raise HostUnreachableError(
        f"{source.name}: {failure}: check the address and the port, and that the camera is on"
    )


def _try_address(connection: socket.socket, address: object, stop: threading.Event) -> str:
    """Connect; return an empty text, or why it failed."""
    connection.setblocking(False)
    status = connection.connect_ex(address)  # type: ignore[arg-type]
    if status not in (0, errno.EINPROGRESS):
        return _reason(status)
    if not _wait(connection, stop, CONNECT_SECONDS, for_writing=True):
        return "the host does not answer"
    status = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return _reason(status) if status else ""


def _reason(status: int) -> str:
    """Say in words why a connection failed."""
    if status == errno.ECONNREFUSED:
        return "the host refuses the connection"
    return "the host can't be reached"


def _ask_options(connection: socket.socket, source: Source, stop: threading.Event) -> None:
    """Send OPTIONS and see that an RTSP server answers, whatever it answers."""
    request = f"OPTIONS {source.url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Audio Guard\r\n\r\n"
    try:
        connection.sendall(request.encode())
        answer = b""
        while len(answer) < len(b"RTSP/"):
            if not _wait(connection, stop, ANSWER_SECONDS):
                raise NoAnswerError(
                    f"{source.name} takes the connection and does not answer: restart the camera, and check the port"
                )
            received = connection.recv(1024)
            if not received:
                break
            answer += received
    except (ConnectionError, BrokenPipeError):
        answer = b""
    if not answer:
        raise NoAnswerError(
            f"{source.name} hangs up without an answer: it may take no more viewers, so close others or restart it"
        )
    if not answer.startswith(b"RTSP/"):
        raise NotAStreamError(
            f"{source.name} is no RTSP server: check the port (usually 554 or 8554), or use http:// for a web stream"
        )


def _wait(
    connection: socket.socket, stop: threading.Event, seconds: float, *, for_writing: bool = False
) -> bool:
    """Wait until the socket is ready; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if stop.is_set():
            raise StoppedError("stopped while connecting")
        poller = select.poll()
        poller.register(connection, select.POLLOUT if for_writing else select.POLLIN)
        if poller.poll(1000 * min(left, SLICE_SECONDS)):
            return True
    return False
