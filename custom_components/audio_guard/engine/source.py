"""Where sound comes from: an address, its credentials, and how to speak of it without them."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

from .errors import InvalidUrlError

STDIN = "-"
# What a camera may be reached by. FFmpeg knows more (concat:, subfile:, data:, …) that open local files instead.
SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "srt", "udp", "rtp", "tcp"})
RTSP_SCHEMES = frozenset({"rtsp", "rtsps"})

_URL = re.compile(r"\b([a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE)


class Transport(StrEnum):
    """How RTSP brings the sound: inside its own connection, or beside it in datagrams."""

    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source of sound: a URL without credentials, a file's path, or `-` for standard input."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    transport: Transport = Transport.TCP

    @property
    def scheme(self) -> str:
        """The URL's scheme in lower case; empty for a file or standard input."""
        return _scheme(self.url)

    @property
    def is_url(self) -> bool:
        """Whether the source lies behind a network address."""
        return bool(self.scheme)

    @property
    def name(self) -> str:
        """How to speak of the source in logs and errors: without credentials, path and query.

        Paths and queries hold secrets too: UniFi's path is a token.
        """
        if not self.is_url:
            return self.url
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        return f"{self.scheme}://{host}"

    @property
    def url_with_credentials(self) -> str:
        """The URL as FFmpeg takes it. Never log it."""
        if not self.username and not self.password:
            return self.url
        credentials = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@"
        return self.url.replace("://", f"://{credentials}", 1)


def parse_source(
    text: str, *, username: str = "", password: str = "", transport: Transport = Transport.TCP
) -> Source:
    """Read a path or a URL; credentials inside the URL are taken out of it.

    Raises `InvalidUrlError` if it is neither.
    """
    text = text.strip()
    if not _scheme(text):
        return Source(url=text, transport=transport)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:  # its text may quote the password
        raise InvalidUrlError("the address is no valid URL: check its host and port") from None
    if parts.scheme not in SCHEMES:
        # What stands before the colon may be a password that was typed in the wrong place.
        raise InvalidUrlError(
            "an address of this kind can't be opened: begin it with one of "
            + ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES))
        )
    if not host:
        raise InvalidUrlError("the address names no host: write rtsp://host/path")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise InvalidUrlError(
            "the address holds a space or an invisible character: remove it or write it as %20"
        )
    return Source(
        url=parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        username=username or unquote(parts.username or ""),
        password=password or unquote(parts.password or ""),
        transport=transport,
    )


def _scheme(text: str) -> str:
    """Return what a URL begins with, or nothing for a path."""
    head, separator, _ = text.partition("://")
    return head.lower() if separator else ""


def redact(text: str) -> str:
    """Cut every URL in a text down to its scheme and host: FFmpeg's errors quote it with the password."""
    return _URL.sub(lambda match: f"{match[1]}://{_host(match[0])}", text)


def _host(url: str) -> str:
    """Return the host and port of a URL, however odd it is."""
    rest = url.partition("://")[2]
    authority = re.split(r"[/?#\s'\"]", rest, maxsplit=1)[0]
    return authority.rpartition("@")[2]
