"""Answer one client: RTSP requests in, descriptions, transports and audio out (RFC 2326)."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from .auth import Guard, Verdict
from .faults import AUDIO, Fault, tracks
from .message import BadRequestError, Request, Response, read_request
from .rtp import EncodedSound, InterleavedSender, Numbering, Sender, UdpSender, play
from .sdp import describe

_LOGGER = logging.getLogger(__name__)

SESSION_NOT_FOUND = 454
NOT_VALID_IN_THIS_STATE = 455
UNSUPPORTED_TRANSPORT = 461

# The first of a pair, the second being for RTCP.
LAST_CHANNEL = 254
LAST_PORT = 65_534


@dataclass(kw_only=True, slots=True)
class CameraState:
    """What all connections of one camera share; fault and sound may change while they run."""

    path: str
    sound: EncodedSound
    guard: Guard | None
    fault: Fault
    speed: float
    slow_start_seconds: float
    session_seconds: int | None
    redirect_to: str = ""
    connections: int = 0
    """How many connections were ever accepted."""
    playing: int = 0
    """How many clients are being sent audio now."""


class Connection:
    """One client's connection, with at most one session."""

    def __init__(
        self, state: CameraState, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take over an accepted connection."""
        self._state = state
        self._reader = reader
        self._writer = writer
        self._session = ""
        self._senders: dict[str, Sender] = {}
        self._numbering = Numbering()
        self._player: asyncio.Task[None] | None = None
        self._methods: dict[str, Callable[[Request], Response]] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "GET_PARAMETER": self._get_parameter,
            "TEARDOWN": self._teardown,
        }

    async def run(self) -> None:
        """Answer requests until the client leaves or the audio is over."""
        self._state.connections += 1
        try:
            while (request := await read_request(self._reader)) is not None:
                if self._ignores(request):
                    continue
                if self._state.fault is Fault.SLOW_START:
                    await asyncio.sleep(self._state.slow_start_seconds)
                response = self._answer(request)
                _LOGGER.debug("%s %s: %s", request.method, request.path, response.status)
                self._writer.write(response.encode(request.headers.get("cseq", "0")))
                await self._writer.drain()
                if request.method == "PLAY" and response.status == HTTPStatus.OK:
                    self._start_playing()
        except BadRequestError:
            self._writer.write(Response(status=HTTPStatus.BAD_REQUEST).encode("0"))
        except ConnectionError:
            pass  # the client left while it was being answered
        finally:
            await self._end_session()
            self._writer.close()

    def _ignores(self, request: Request) -> bool:
        """Return whether a request is never answered."""
        hangs = self._state.fault is Fault.HANG and request.method != "OPTIONS"
        return hangs or self._state.fault is Fault.MUTE

    def _answer(self, request: Request) -> Response:
        """Check what holds for all methods, then let the method answer."""
        if "cseq" not in request.headers:
            return Response(status=HTTPStatus.BAD_REQUEST)
        if (method := self._methods.get(request.method)) is None:
            return Response(
                status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(self._methods)}
            )
        if request.method != "OPTIONS" and (refusal := self._refusal(request)) is not None:
            return refusal
        return method(request)

    def _refusal(self, request: Request) -> Response | None:
        """Return what to say to a client with the wrong login, path or session."""
        guard = self._state.guard
        if guard is not None and (verdict := guard.check(request)) is not Verdict.WELCOME:
            challenge = guard.challenge(stale=verdict is Verdict.STALE)
            return Response(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})
        if guard is not None and self._state.fault is Fault.STALE_NONCES:
            guard.forget()
        if self._state.fault is Fault.NOT_FOUND or not self._knows(request):
            return Response(status=HTTPStatus.NOT_FOUND)
        session = request.headers.get("session", "").partition(";")[0]
        needs_session = request.method in ("PLAY", "TEARDOWN")
        if (session or needs_session) and (session != self._session or not self._session):
            return Response(status=SESSION_NOT_FOUND)
        return None

    def _knows(self, request: Request) -> bool:
        """Return whether the address is the camera's or, but not to describe it, a track's."""
        paths = [self._state.path]
        if request.method != "DESCRIBE":
            paths += [f"{self._state.path}/{track}" for track in tracks(self._state.fault)]
        return request.path in paths

    def _options(self, _: Request) -> Response:
        """Say which methods there are."""
        return Response(headers={"Public": ", ".join(self._methods)})

    def _describe(self, request: Request) -> Response:
        """Say which tracks there are, or where to ask instead."""
        if self._state.fault is Fault.REDIRECT:
            location = {"Location": self._state.redirect_to}
            return Response(status=HTTPStatus.FOUND, headers=location)
        host = self._writer.get_extra_info("sockname")[0]
        body = describe(tracks(self._state.fault), self._state.sound.codec, host)
        return Response(
            headers={
                "Content-Base": request.uri.rstrip("/") + "/",
                "Content-Type": "application/sdp",
            },
            body=body,
        )

    def _setup(self, request: Request) -> Response:
        """Agree on a way for the packets of one track."""
        track = request.path.removeprefix(self._state.path).removeprefix("/")
        if not track:
            return Response(status=HTTPStatus.NOT_FOUND)
        if self._player is not None:
            return Response(status=NOT_VALID_IN_THIS_STATE)
        sender = self._make_sender(request.headers.get("transport", ""))
        if sender is None:
            return Response(status=UNSUPPORTED_TRANSPORT)
        if (replaced := self._senders.pop(track, None)) is not None:
            replaced.close()
        self._senders[track] = sender
        self._session = self._session or secrets.token_hex(8)
        return self._in_session({"Transport": sender.transport})

    def _make_sender(self, offers: str) -> Sender | None:
        """Return a way for packets after the first offer that is possible."""
        for offer in offers.split(","):
            profile, *options = (part.strip() for part in offer.split(";"))
            if "multicast" in options:
                continue
            if profile == "RTP/AVP/TCP":
                channel = first_number("interleaved", options, 2 * len(self._senders))
                if channel <= LAST_CHANNEL:
                    return InterleavedSender(self._writer, channel)
            port = first_number("client_port", options, 0)
            if profile in ("RTP/AVP", "RTP/AVP/UDP") and 0 < port <= LAST_PORT:
                server_host = self._writer.get_extra_info("sockname")[0]
                client_host = self._writer.get_extra_info("peername")[0]
                return UdpSender(server_host, client_host, port)
        return None

    def _play(self, request: Request) -> Response:
        """Announce the first packet; `run` starts the audio after the answer is out."""
        headers = {"Range": "npt=0.000-"}
        if AUDIO in self._senders and self._player is None:
            base = request.uri.rstrip("/").removesuffix(f"/{AUDIO}")
            first = f"seq={self._numbering.sequence};rtptime={self._numbering.timestamp}"
            headers["RTP-Info"] = f"url={base}/{AUDIO};{first}"
        return self._in_session(headers)

    def _get_parameter(self, _: Request) -> Response:
        """Let the client keep its session alive."""
        return self._in_session({}) if self._session else Response()

    def _teardown(self, _: Request) -> Response:
        """Stop the audio and forget the session."""
        response = self._in_session({})
        if self._player is not None:
            self._player.cancel()
            self._player = None
        self._close_senders()
        self._session = ""
        return response

    def _in_session(self, headers: dict[str, str]) -> Response:
        """Return an answer that names the session."""
        seconds = self._state.session_seconds
        timeout = "" if seconds is None else f";timeout={seconds}"
        return Response(headers={"Session": self._session + timeout, **headers})

    def _start_playing(self) -> None:
        """Send audio from the start of the sound; the end of it closes the connection."""
        if self._player is not None or (sender := self._senders.get(AUDIO)) is None:
            return
        sound = self._state.sound
        self._player = asyncio.create_task(self._send_audio(sound, sender))

    async def _send_audio(self, sound: EncodedSound, sender: Sender) -> None:
        """Play one sound to the client."""
        self._state.playing += 1
        try:
            await play(sound, sender, self._numbering, self._state)
        except ConnectionError:
            pass  # the client left; `run` sees it, too
        finally:
            self._state.playing -= 1
        self._writer.close()

    async def _end_session(self) -> None:
        """Stop the audio and wait for it."""
        if self._player is not None:
            self._player.cancel()
            await asyncio.gather(self._player, return_exceptions=True)
        self._close_senders()

    def _close_senders(self) -> None:
        for sender in self._senders.values():
            sender.close()
        self._senders.clear()


def first_number(name: str, options: list[str], default: int) -> int:
    """Return the first number of an option like `interleaved=0-1`."""
    for option in options:
        if match := re.fullmatch(rf"{name}=(\d{{1,5}})(-\d{{1,5}})?", option):
            return int(match[1])
    return default
