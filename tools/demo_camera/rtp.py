"""Cut encoded sound into RTP packets and send them in step with the clock (RFC 3550)."""

import asyncio
import contextlib
import random
import secrets
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import numpy as np

from .codec import Codec, Pcm
from .faults import Fault

# What most cameras send with G.711: 160 samples.
PACKET_SECONDS = 0.02
# Faults that come now and then come once a second; a trickle is as thin.
PACKETS_PER_SECOND = 50
VERSION = 0x80
SENDER_REPORT = 200


class EncodedSound:
    """A whole sound in one codec, from which packets are cut."""

    def __init__(self, pcm: Pcm, codec: Codec, *, loop: bool) -> None:
        """Encode samples that already have the codec's rate."""
        self.codec = codec
        self.packet_samples = round(PACKET_SECONDS * codec.sample_rate_hz)
        self.silence = codec.encode(np.zeros(self.packet_samples, np.float32))
        self._packet_bytes = self.packet_samples * codec.bytes_per_sample
        self._loop = loop
        self._data = codec.encode(pcm)
        if not self._data:
            raise ValueError("the sound is empty")

    def payloads(self) -> Iterator[bytes]:
        """Yield the payload of one packet after the other, forever or until the sound is over.

        A sound that loops starts over within a packet; one that does not ends in silence.
        """
        if not self._loop:
            for start in range(0, len(self._data), self._packet_bytes):
                payload = self._data[start : start + self._packet_bytes]
                yield payload + self.silence[len(payload) :]
            return
        repeats = -(-self._packet_bytes // len(self._data))
        endless = self._data + (self._data * repeats)[: self._packet_bytes]
        for number in count():
            start = number * self._packet_bytes % len(self._data)
            yield endless[start : start + self._packet_bytes]


@dataclass(kw_only=True, slots=True)
class Numbering:
    """The running numbers in one session's packet headers, from random starts on."""

    sequence: int = field(default_factory=lambda: secrets.randbits(16))
    timestamp: int = field(default_factory=lambda: secrets.randbits(32))
    source: int = field(default_factory=lambda: secrets.randbits(32))


def packet(payload_type: int, numbering: Numbering, payload: bytes, *, first: bool) -> bytes:
    """Return one RTP packet; the marker shows the first after silence."""
    marker = 0x80 if first else 0
    header = struct.pack(
        ">BBHII",
        VERSION,
        marker | payload_type,
        numbering.sequence,
        numbering.timestamp,
        numbering.source,
    )
    return header + payload


def sender_report(numbering: Numbering, ntp_seconds: int) -> bytes:
    """Return an RTCP packet that says what time it is at a timestamp (RFC 3550, section 6.4.1)."""
    words = (numbering.source, ntp_seconds, 0, numbering.timestamp, 0, 0)
    return struct.pack(">BBH6I", VERSION, SENDER_REPORT, len(words), *words)


class Sender(Protocol):
    """A way for packets to one client."""

    transport: str
    """The value of the Transport header that answers SETUP."""

    async def send(self, rtp: bytes) -> None:
        """Send one packet, waiting while the client is slow."""

    async def send_report(self, rtcp: bytes) -> None:
        """Send one RTCP packet beside the others."""

    def send_torn(self, rtp: bytes) -> None:
        """Send half a packet, if the way is one that allows it."""

    def close(self) -> None:
        """Release what the way holds; not the connection of the requests."""


class InterleavedSender:
    """Send packets between the answers on the connection of the requests."""

    def __init__(self, writer: asyncio.StreamWriter, channel: int) -> None:
        """Use a channel for RTP and the next for RTCP."""
        self.transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        self._writer = writer
        self._channel = channel

    async def send(self, rtp: bytes) -> None:
        """Send one packet, waiting while the client is slow."""
        self._writer.write(self._frame(self._channel, rtp))
        await self._writer.drain()

    async def send_report(self, rtcp: bytes) -> None:
        """Send one RTCP packet on the next channel."""
        self._writer.write(self._frame(self._channel + 1, rtcp))
        await self._writer.drain()

    def send_torn(self, rtp: bytes) -> None:
        """Send half a packet."""
        self._writer.write(self._frame(self._channel, rtp)[: len(rtp) // 2])

    def close(self) -> None:
        """Leave the connection to its owner."""

    def _frame(self, channel: int, content: bytes) -> bytes:
        return struct.pack(">cBH", b"$", channel, len(content)) + content


class UdpSender:
    """Send packets as datagrams, from a pair of ports as RFC 3550 wants it."""

    def __init__(self, server_host: str, client_host: str, client_port: int) -> None:
        """Open the pair. Raises `OSError`."""
        self._rtp, self._rtcp = open_port_pair(server_host)
        self._client = (client_host, client_port)
        port = self._rtp.getsockname()[1]
        self.transport = (
            f"RTP/AVP;unicast;client_port={client_port}-{client_port + 1}"
            f";server_port={port}-{port + 1}"
        )

    async def send(self, rtp: bytes) -> None:
        """Send one packet; what the network does not take is lost."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._rtp.sendto(rtp, self._client)

    async def send_report(self, rtcp: bytes) -> None:
        """Send one RTCP packet between the neighbors of both ports."""
        host, port = self._client
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._rtcp.sendto(rtcp, (host, port + 1))

    def send_torn(self, rtp: bytes) -> None:
        """Send nothing: a datagram is whole or lost."""

    def close(self) -> None:
        """Close both ports."""
        self._rtp.close()
        self._rtcp.close()


def open_port_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Return sockets on an even port and the next one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(50):
        rtp = socket.socket(family, socket.SOCK_DGRAM)
        rtcp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            rtp.bind((host, 0))
            port = rtp.getsockname()[1]
            if port % 2 == 0:
                rtcp.bind((host, port + 1))
                rtp.setblocking(False)
                return rtp, rtcp
        except OSError:
            pass  # the neighbor is taken: try another pair
        rtp.close()
        rtcp.close()
    raise OSError("found no free pair of UDP ports")


class PlayState(Protocol):
    """What `play` looks at before each packet, since it may change at any time."""

    fault: Fault
    speed: float


async def play(sound: EncodedSound, sender: Sender, numbering: Numbering, state: PlayState) -> None:
    """Send a sound to one client in real time; return when it is over or the camera drops.

    Each packet is due at a time counted from the start, so delays don't add up. While the camera
    stalls, time goes on: what was due then is never sent.
    """
    clock = asyncio.get_running_loop().time
    noise = random.Random(0)
    start = clock()
    first = True
    for number, payload in enumerate(sound.payloads()):
        due = start + number * PACKET_SECONDS / state.speed
        await asyncio.sleep(max(0.0, due - clock()))
        heard = sound.silence if state.fault is Fault.SILENCE else payload
        each_second = number % PACKETS_PER_SECOND == 0
        if state.fault is Fault.NUMBER_JUMPS and each_second:
            numbering = Numbering(source=numbering.source)
        if state.fault is Fault.CLOCK_JUMPS and each_second:
            await sender.send_report(sender_report(numbering, noise.getrandbits(32)))
        wrong = state.fault is Fault.WRONG_NUMBERS
        numbers = Numbering(source=numbering.source) if wrong else numbering
        rtp = packet(sound.codec.payload_type, numbers, heard, first=first)
        if state.fault is Fault.DROP:
            sender.send_torn(rtp)
            return
        if state.fault is Fault.GARBAGE:
            rtp = noise.randbytes(len(rtp))
        if state.fault is not Fault.STALL and (state.fault is not Fault.TRICKLE or each_second):
            await sender.send(rtp)
            numbering.sequence = (numbering.sequence + 1) & 0xFFFF
            first = False
        numbering.timestamp = (numbering.timestamp + sound.packet_samples) & 0xFFFFFFFF
