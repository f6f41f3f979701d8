"""Read RTSP requests from a connection and write the answers (RFC 2326)."""

import asyncio
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

INTERLEAVED = b"$"

REASONS = {
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
}


class BadRequestError(Exception):
    """A request that can't be read; the connection can't go on after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request; the names of its headers are in lower case."""

    method: str
    uri: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Return the path of the address, without a slash at its end."""
        return urlsplit(self.uri).path.rstrip("/")


@dataclass(kw_only=True, slots=True)
class Response:
    """One answer."""

    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, cseq: str) -> bytes:
        """Return the bytes for the wire; `cseq` is the number of the request."""
        reason = REASONS.get(self.status) or HTTPStatus(self.status).phrase
        headers = {"CSeq": cseq, **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [f"RTSP/1.0 {self.status} {reason}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request, None at the end of the connection.

    Skips the receiver reports that clients send interleaved. Raises `BadRequestError`.
    """
    try:
        while (first := await reader.readexactly(1)) == INTERLEAVED:
            header = await reader.readexactly(3)
            await reader.readexactly(int.from_bytes(header[1:], "big"))
        head = first + await reader.readuntil(b"\r\n\r\n")
        request = parse(head)
        await reader.readexactly(content_length(request))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError("the request is too long") from error
    return request


def parse(head: bytes) -> Request:
    """Parse the request line and headers. Raises `BadRequestError`."""
    try:
        first, *lines = head.decode().strip().split("\r\n")
        method, uri, version = first.split(" ")
        urlsplit(uri)
    except ValueError as error:  # UnicodeDecodeError is one, too
        raise BadRequestError("the request line is broken") from error
    if version != "RTSP/1.0":
        raise BadRequestError("this is not RTSP/1.0")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError("a header has no colon")
        headers[name.strip().lower()] = value.strip()
    return Request(method=method, uri=uri, headers=headers)


def content_length(request: Request) -> int:
    """Return how long the body of a request is. Raises `BadRequestError`."""
    value = request.headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,5}", value):
        raise BadRequestError("the content length is no number, or too large a one")
    return int(value)
