"""Test the packets of the demo camera."""

import asyncio
import struct
from dataclasses import dataclass, field
from itertools import islice, pairwise

import numpy as np
import pytest

from tools.demo_camera.codec import CODECS
from tools.demo_camera.faults import Fault
from tools.demo_camera.rtp import (
    EncodedSound,
    Numbering,
    open_port_pair,
    packet,
    play,
    sender_report,
)

SECOND = (np.arange(8_000) / 8_000).astype(np.float32)


@dataclass
class State:
    """What `play` looks at."""

    fault: Fault = Fault.NONE
    speed: float = 1000.0


@dataclass
class Recorder:
    """A sender that keeps what it is given, and may change the camera after some packets."""

    state: State
    script: dict[int, Fault] = field(default_factory=dict)
    packets: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    torn: int = 0
    transport: str = ""

    async def send(self, rtp: bytes) -> None:
        self.packets.append(rtp)
        self.state.fault = self.script.get(len(self.packets), self.state.fault)

    async def send_report(self, rtcp: bytes) -> None:
        self.reports.append(rtcp)

    def send_torn(self, rtp: bytes) -> None:
        self.torn += 1

    def close(self) -> None:
        """Hold nothing."""


def played(sound: EncodedSound, state: State, script: dict[int, Fault] | None = None) -> Recorder:
    recorder = Recorder(state, script or {})
    numbering = Numbering(sequence=65_534, timestamp=2**32 - 160, source=7)
    asyncio.run(play(sound, recorder, numbering, state))
    return recorder


def header(rtp: bytes) -> tuple[int, ...]:
    return struct.unpack(">BBHII", rtp[:12])


def test_packet_has_the_header_of_rfc_3550() -> None:
    numbering = Numbering(sequence=0x1234, timestamp=0x01020304, source=0xA0B0C0D0)
    rtp = packet(96, numbering, b"xy", first=True)
    assert rtp.hex() == "80e0123401020304a0b0c0d0" + b"xy".hex()
    assert packet(0, numbering, b"", first=False)[1] == 0


@pytest.mark.parametrize(
    ("name", "size"), [("pcmu", 160), ("pcma", 160), ("l16", 640), ("l16_48k_stereo", 3840)]
)
def test_a_payload_is_20_milliseconds(name: str, size: int) -> None:
    sound = EncodedSound(SECOND, CODECS[name], loop=True)
    assert {len(payload) for payload in islice(sound.payloads(), 60)} == {size}


@pytest.mark.parametrize("count", [1, 100, 160, 1000])
def test_a_loop_has_no_seam(count: int) -> None:
    codec = CODECS["pcmu"]
    sound = EncodedSound(SECOND[:count], codec, loop=True)
    data = b"".join(islice(sound.payloads(), 40))
    assert data == (codec.encode(SECOND[:count]) * len(data))[: len(data)]


def test_the_end_is_filled_with_silence() -> None:
    codec = CODECS["l16"]
    payloads = list(EncodedSound(SECOND[:500], codec, loop=False).payloads())
    assert b"".join(payloads) == codec.encode(SECOND[:500]) + bytes(2 * 140)


def test_an_empty_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        EncodedSound(SECOND[:0], CODECS["l16"], loop=True)


def test_sequence_and_timestamp_count_and_wrap() -> None:
    sound = EncodedSound(SECOND[:640], CODECS["pcmu"], loop=False)
    headers = [header(rtp) for rtp in played(sound, State()).packets]
    assert [h[2] for h in headers] == [65_534, 65_535, 0, 1]
    assert [h[3] for h in headers] == [2**32 - 160, 0, 160, 320]
    assert [h[1] >> 7 for h in headers] == [1, 0, 0, 0]


def test_silence_sends_digital_zeros() -> None:
    sound = EncodedSound(SECOND[:320], CODECS["pcmu"], loop=False)
    packets = played(sound, State(Fault.SILENCE)).packets
    assert {rtp[12:] for rtp in packets} == {b"\xff" * 160}


def test_garbage_is_as_long_as_a_packet() -> None:
    sound = EncodedSound(SECOND[:320], CODECS["pcmu"], loop=False)
    packets = played(sound, State(Fault.GARBAGE)).packets
    assert [len(rtp) for rtp in packets] == [172, 172]
    assert packets[0][12:] != sound.silence


def test_a_drop_tears_the_packet() -> None:
    sound = EncodedSound(SECOND, CODECS["pcmu"], loop=True)
    recorder = played(sound, State(), {3: Fault.DROP})
    assert (len(recorder.packets), recorder.torn) == (3, 1)


def test_a_stall_sends_nothing() -> None:
    sound = EncodedSound(SECOND, CODECS["pcmu"], loop=False)
    assert len(played(sound, State(), {5: Fault.STALL}).packets) == 5


def test_a_trickle_sends_one_packet_a_second() -> None:
    sound = EncodedSound(np.tile(SECOND, 3), CODECS["pcmu"], loop=False)
    packets = [header(rtp) for rtp in played(sound, State(Fault.TRICKLE)).packets]
    assert [number[2] for number in packets] == [65_534, 65_535, 0]
    assert [number[3] for number in packets[1:]] == [8_000 - 160, 16_000 - 160]


def test_numbers_jump_once_a_second() -> None:
    sound = EncodedSound(np.tile(SECOND, 2), CODECS["pcmu"], loop=False)
    packets = [header(rtp) for rtp in played(sound, State(Fault.NUMBER_JUMPS)).packets]
    steps = [(b[2] - a[2]) & 0xFFFF for a, b in pairwise(packets)]
    assert [number for number, step in enumerate(steps) if step != 1] == [49]
    assert {source for *_, source in packets} == {7}


def test_wrong_numbers_are_all_different() -> None:
    sound = EncodedSound(SECOND, CODECS["pcmu"], loop=False)
    packets = [header(rtp) for rtp in played(sound, State(Fault.WRONG_NUMBERS)).packets]
    assert len({timestamp for _, _, _, timestamp, _ in packets}) == len(packets) == 50


def test_the_clock_jumps_in_sender_reports() -> None:
    sound = EncodedSound(np.tile(SECOND, 2), CODECS["pcmu"], loop=False)
    recorder = played(sound, State(Fault.CLOCK_JUMPS))
    assert len(recorder.packets) == 100
    assert len({report[8:12] for report in recorder.reports}) == 2


def test_a_sender_report_is_that_of_rfc_3550() -> None:
    report = sender_report(Numbering(timestamp=0x01020304, source=0xA0B0C0D0), 0x0A0B0C0D)
    assert report.hex() == "80c80006a0b0c0d00a0b0c0d000000000102030400000000" + "00000000"


def test_time_goes_on_while_the_camera_stalls() -> None:
    state = State(speed=10.0)
    sound = EncodedSound(SECOND, CODECS["pcmu"], loop=False)
    recorder = Recorder(state, {5: Fault.STALL})

    async def stall_and_mend() -> None:
        playing = asyncio.create_task(play(sound, recorder, Numbering(timestamp=0), state))
        await asyncio.sleep(0.03)  # 0.3 s of the stream; the stall begins at 0.1 s
        state.fault = Fault.NONE
        await playing

    asyncio.run(stall_and_mend())
    before, after = (header(rtp) for rtp in recorder.packets[4:6])
    assert (after[2] - before[2]) & 0xFFFF == 1
    assert after[3] - before[3] > 5 * 160
    skipped = (after[3] - before[3]) // 160 - 1
    assert len(recorder.packets) == 50 - skipped


def test_pace_does_not_drift() -> None:
    """50 packets at ten times real time take 98 ms, however late each single wake-up is."""
    state = State(speed=10.0)
    sound = EncodedSound(SECOND, CODECS["pcmu"], loop=False)

    async def measure() -> float:
        clock = asyncio.get_running_loop().time
        start = clock()
        await play(sound, Recorder(state), Numbering(), state)
        return clock() - start

    seconds = asyncio.run(measure())
    assert 0.098 <= seconds < 0.15


def test_udp_ports_are_an_even_one_and_its_neighbor(sockets_allowed: None) -> None:
    rtp, rtcp = open_port_pair("127.0.0.1")
    with rtp, rtcp:
        port = rtp.getsockname()[1]
        assert port % 2 == 0
        assert rtcp.getsockname()[1] == port + 1
