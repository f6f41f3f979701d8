"""Describe the tracks of a camera (RFC 4566)."""

from .codec import Codec
from .faults import AUDIO

VIDEO_PAYLOAD_TYPE = 97


def describe(tracks: tuple[str, ...], codec: Codec, host: str) -> bytes:
    """Return the session description of a camera."""
    family = "IP6" if ":" in host else "IP4"
    lines = [
        "v=0",
        f"o=- 1 1 IN {family} {host}",
        "s=Demo camera",
        f"c=IN {family} {host}",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
    ]
    for track in tracks:
        lines += audio(codec) if track == AUDIO else video()
        lines += [f"a=control:{track}"]
    return "\r\n".join([*lines, ""]).encode()


def audio(codec: Codec) -> list[str]:
    """Return the lines of the audio track."""
    return [
        f"m=audio 0 RTP/AVP {codec.payload_type}",
        f"a=rtpmap:{codec.payload_type} {codec.rtpmap}",
    ]


def video() -> list[str]:
    """Return the lines of a video track.

    It names no parameter sets: a client learns the size of the picture only from packets.
    """
    return [
        f"m=video 0 RTP/AVP {VIDEO_PAYLOAD_TYPE}",
        f"a=rtpmap:{VIDEO_PAYLOAD_TYPE} H264/90000",
        f"a=fmtp:{VIDEO_PAYLOAD_TYPE} packetization-mode=1",
    ]
