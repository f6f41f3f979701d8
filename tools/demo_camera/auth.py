"""Check who asks: Basic and Digest authentication (RFC 7617, RFC 2069 as RTSP cameras use it)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from enum import Enum, StrEnum, auto
from typing import Protocol

from .message import Request

REALM = "Demo camera"
NONCE_LIFETIME_SECONDS = 300.0


class Auth(StrEnum):
    """The schemes a demo camera can ask for."""

    BASIC = "basic"
    DIGEST = "digest"


class Verdict(Enum):
    """What a check of a request's credentials found."""

    WELCOME = auto()
    REFUSED = auto()
    STALE = auto()
    """The password is right, but the nonce is too old: the client shall repeat with a new one."""


class Guard(Protocol):
    """One scheme with one login."""

    def challenge(self, *, stale: bool) -> str:
        """Return the value of a WWW-Authenticate header."""

    def check(self, request: Request) -> Verdict:
        """Judge the credentials of a request."""

    def forget(self) -> None:
        """Let what was given out to prove a password with be good no longer."""


class BasicGuard:
    """Ask for user and password in plain text."""

    def __init__(self, user: str, password: str) -> None:
        """Keep the only login that is welcome."""
        self._login = f"{user}:{password}".encode()

    def challenge(self, *, stale: bool) -> str:
        """Return the value of a WWW-Authenticate header."""
        del stale  # a password does not age
        return f'Basic realm="{REALM}"'

    def check(self, request: Request) -> Verdict:
        """Judge the credentials of a request."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return Verdict.REFUSED
        try:
            login = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return Verdict.REFUSED
        return Verdict.WELCOME if hmac.compare_digest(login, self._login) else Verdict.REFUSED

    def forget(self) -> None:
        """Do nothing: a password does not age."""


class DigestGuard:
    """Ask for an MD5 over password, nonce, method and address; without qop, as cameras do."""

    def __init__(
        self,
        user: str,
        password: str,
        nonce_lifetime_seconds: float = NONCE_LIFETIME_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the only login that is welcome; nonces age by `clock`."""
        self._user = user
        self._secret = md5(f"{user}:{REALM}:{password}")
        self._lifetime_seconds = nonce_lifetime_seconds
        self._clock = clock
        self._issued: dict[str, float] = {}

    def challenge(self, *, stale: bool) -> str:
        """Return the value of a WWW-Authenticate header, with a fresh nonce."""
        nonce = secrets.token_hex(16)
        self._issued = {old: at for old, at in self._issued.items() if not self._is_old(at)}
        self._issued[nonce] = self._clock()
        age = ", stale=TRUE" if stale else ""
        return f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5{age}'

    def check(self, request: Request) -> Verdict:
        """Judge the credentials of a request."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        given = parameters(rest)
        if scheme.lower() != "digest" or given.get("username") != self._user:
            return Verdict.REFUSED
        if given.get("uri") != request.uri:
            return Verdict.REFUSED
        nonce = given.get("nonce", "")
        expected = md5(f"{self._secret}:{nonce}:{md5(f'{request.method}:{request.uri}')}")
        if not hmac.compare_digest(given.get("response", "").encode(), expected.encode()):
            return Verdict.REFUSED
        issued = self._issued.get(nonce)
        return Verdict.STALE if issued is None or self._is_old(issued) else Verdict.WELCOME

    def forget(self) -> None:
        """Let all nonces be stale."""
        self._issued.clear()

    def _is_old(self, issued: float) -> bool:
        return self._clock() - issued > self._lifetime_seconds


def make_guard(auth: Auth, user: str, password: str) -> Guard:
    """Return the guard of a scheme."""
    return (BasicGuard if auth is Auth.BASIC else DigestGuard)(user, password)


def md5(text: str) -> str:
    """Return the MD5 of a text in hexadecimal digits."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def parameters(text: str) -> dict[str, str]:
    """Parse `name="value", name=value` as they stand in an Authorization header."""
    pairs = re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', text)
    return {name.lower(): quoted or plain for name, quoted, plain in pairs}
