"""Serve answers and packets on a real socket, spoiled by chance."""

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from typing import Self

from tests.fuzzing import Spoil, right

# How cameras describe their sound; each is another depacketizer or decoder in FFmpeg.
CODECS = (
    (0, "PCMU/8000", ""),
    (8, "PCMA/8000", ""),
    (96, "L16/48000/2", ""),
    (96, "G726-32/8000", ""),
    (96, "opus/48000/2", ""),
    (96, "MPA/90000", ""),
    (96, "AMR/8000", "octet-align=1"),
    (
        96,
        "MPEG4-GENERIC/16000/1",
        "mode=AAC-hbr;config=1408;sizeLength=13;indexLength=3;indexDeltaLength=3",
    ),
)
PACKETS = 100
# A client that waits for more than it was sent is let go after this.
PATIENCE_SECONDS = 0.1


class HostileServer:
    """An RTSP server that spoils answers or packets as a seed says; it serves one client after the other."""

    def __init__(
        self,
        spoil_answer: Spoil = right,
        spoil_packet: Spoil = right,
        codecs: Sequence[tuple[int, str, str]] = CODECS,
    ) -> None:
        self._codecs = codecs
        self._spoil_answer = spoil_answer
        self._spoil_packet = spoil_packet
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE_SECONDS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hostile server")
        self.address = f"rtsp://joe:hunter2@127.0.0.1:{self._listener.getsockname()[1]}/live"
        self.rng = random.Random(0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                client, _ = self._listener.accept()
                with client:
                    client.settimeout(PATIENCE_SECONDS)
                    self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        """Answer requests until one is missing or the packets are out."""
        codec = self.rng.choice(self._codecs)
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                if not (more := client.recv(4096)):
                    return
                received += more
            request, _, received = received.partition(b"\r\n\r\n")
            method = request.partition(b" ")[0].decode("ascii", "replace")
            client.sendall(self._spoil_answer(self.rng, answer(method, request, codec)))
            if method == "PLAY":
                for packet in packets(self.rng, codec[0]):
                    client.sendall(framed(self._spoil_packet(self.rng, packet)))
                return


def answer(method: str, request: bytes, codec: tuple[int, str, str]) -> bytes:
    """Return the right answer to a request."""
    number, rtpmap, fmtp = codec
    sdp = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
        f"m=audio 0 RTP/AVP {number}\r\na=rtpmap:{number} {rtpmap}\r\n"
        f"a=fmtp:{number} {fmtp}\r\na=control:audio\r\n"
    )
    headers = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 42;timeout=60\r\n",
        "PLAY": "Session: 42\r\nRange: npt=0.000-\r\nRTP-Info: url=audio;seq=1;rtptime=0\r\n",
    }.get(method, "")
    sequence = request.partition(b"CSeq: ")[2].partition(b"\r\n")[0].decode("ascii", "replace")
    body = sdp if method == "DESCRIBE" else ""
    return f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{headers}\r\n{body}".encode()


def packets(rng: random.Random, payload_type: int) -> Iterator[bytes]:
    """Yield right packets with payloads that may be anything."""
    for number in range(PACKETS):
        header = struct.pack(">BBHII", 0x80, payload_type, number + 1, 160 * number, 7)
        yield header + rng.randbytes(rng.choice((160, 160, 160, 0, 1, 3, 1400)))


def framed(packet: bytes) -> bytes:
    """Put a packet between the answers; of one that is too long for that, the beginning."""
    packet = packet[:0xFFFF]
    return struct.pack(">cBH", b"$", 0, len(packet)) + packet
