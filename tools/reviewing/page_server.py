"""Serve the page on which clips are reviewed, to this machine alone.

Below /TOKEN/ are the page's files, `clips` (what page.js shows) and, by a clip's number, its sound, its
spectrogram and the place to PUT the decision. The token in the address keeps out other users of this
machine, and the check of the Host header pages that a browser was lured to under another name.
"""

import hmac
import json
import secrets
import sys
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from audio_guard_engine.card import FrontEnd
from tools.data.corrections import DROP, KEEP, UNSURE
from tools.data.dataset import DatasetError
from tools.reviewing.clip_media import sound, spectrogram
from tools.reviewing.conflicts import Conflict
from tools.reviewing.reviewed_file import ReviewedFile

LOOPBACK = "127.0.0.1"
MOST_BODY_BYTES = 1024
PAGE_FILES = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ReviewServer(ThreadingHTTPServer):
    """Serve conflicts and note the decisions about them."""

    daemon_threads = True

    def __init__(
        self,
        conflicts: Sequence[Conflict],
        labels: Sequence[str],
        reviewed: ReviewedFile,
        port: int = 0,
    ) -> None:
        """Listen on a port of the loopback interface; 0 takes any free one."""
        super().__init__((LOOPBACK, port), _Handler)
        self.conflicts = conflicts
        self.labels = labels
        self.reviewed = reviewed
        self.token = secrets.token_urlsafe(16)
        self.hosts = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    @property
    def address(self) -> str:
        """Return where a browser of this machine finds the page."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"

    @property
    def decisions(self) -> tuple[str, ...]:
        """Return what can be decided about a clip."""
        return (KEEP, DROP, UNSURE, *self.labels)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that no longer wants what it asked for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answer one request."""

    server: ReviewServer
    timeout = 30  # browsers open connections ahead of need; each holds a thread

    def do_GET(self) -> None:
        """Send a file of the page, the list of clips, or a clip's sound or picture."""
        match self._place():
            case [name] if name in PAGE_FILES:
                file, kind = PAGE_FILES[name]
                self._send(Path(__file__).with_name(file).read_bytes(), kind)
            case ["clips"]:
                self._send(json.dumps(_contents(self.server)).encode(), "application/json")
            case ["clips", number, "sound" | "spectrogram" as part]:
                self._send_part(number, part)
            case _:
                self._refuse(HTTPStatus.NOT_FOUND, "nothing is here")

    def do_PUT(self) -> None:
        """Note a decision."""
        match self._place():
            case ["clips", number, "decision"] if conflict := self._conflict(number):
                self._decide(conflict)
            case _:
                self._refuse(HTTPStatus.NOT_FOUND, "nothing is here")

    def _place(self) -> list[str]:
        """Return the parts of the path after the token; none for whom nothing is here."""
        _, _, place = self.path.partition("/")
        token, *parts = place.split("/")
        known = hmac.compare_digest(token.encode(), self.server.token.encode())
        return parts if known and self.headers.get("Host") in self.server.hosts else []

    def _conflict(self, number: str) -> Conflict | None:
        by_number = {str(place): conflict for place, conflict in enumerate(self.server.conflicts)}
        return by_number.get(number)

    def _send_part(self, number: str, part: str) -> None:
        conflict = self._conflict(number)
        if conflict is None:
            self._refuse(HTTPStatus.NOT_FOUND, "no such clip")
            return
        try:
            if part == "sound":
                self._send(sound(conflict.clip), "audio/wav")
            else:
                self._send(spectrogram(conflict.clip), "image/png")
        except DatasetError as error:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _decide(self, conflict: Conflict) -> None:
        decision = self._decision()
        if decision not in self.server.decisions:
            self._refuse(HTTPStatus.BAD_REQUEST, "no such decision")
            return
        try:
            self.server.reviewed.decide(conflict, decision)
        except OSError as error:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, f"not saved: {error}")
            return
        self._send(b"", "text/plain; charset=utf-8", HTTPStatus.NO_CONTENT)

    def _decision(self) -> str:
        """Read {"decision": ...} from the body; return nothing when it is something else."""
        try:
            size = int(self.headers.get("Content-Length", ""))
            if not 0 < size <= MOST_BODY_BYTES:
                return ""
            return str(json.loads(self.rfile.read(size))["decision"])
        except (KeyError, TypeError, ValueError):
            return ""

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self._send(f"{reason}\n".encode(), "text/plain; charset=utf-8", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Leave the terminal to what a person reads there."""


def _contents(server: ReviewServer) -> dict[str, Any]:
    """Return what page.js shows."""
    front_end = FrontEnd()
    return {
        "labels": list(server.labels),
        "window_seconds": front_end.patch_seconds,
        "hop_seconds": front_end.patch_hop_seconds,
        "clips": [
            {
                "name": conflict.clip.name,
                "label": conflict.clip.label,
                "split": conflict.clip.split,
                "heard": conflict.heard,
                "own_score": conflict.own_score,
                "heard_score": conflict.heard_score,
                "scores": conflict.scores.round(4).tolist(),
                "decision": server.reviewed.decision(conflict.clip.name),
            }
            for conflict in server.conflicts
        ],
    }
