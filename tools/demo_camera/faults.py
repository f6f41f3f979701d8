"""Name what can be wrong with a camera."""

from enum import StrEnum


class Fault(StrEnum):
    """A way to fail that a running demo camera can be switched to."""

    NONE = "none"
    STALL = "stall"
    """Connections stay open, but packets stop."""
    DROP = "drop"
    """Each connection is cut in the middle of a packet once its audio flows."""
    REFUSE = "refuse"
    """New connections are refused; the open ones go on."""
    GARBAGE = "garbage"
    """Packets hold random bytes, header included."""
    SILENCE = "silence"
    """Every sample is digital zero, as from a microphone that is switched off."""
    SLOW_START = "slow_start"
    """Each answer comes late (`slow_start_seconds`)."""
    MUTE = "mute"
    """TCP connections are accepted, requests are never answered."""
    NO_AUDIO = "no_audio"
    """The camera has only a video track, which never sends."""
    VIDEO_TOO = "video_too"
    """The camera also has a video track, which never sends; audio flows."""
    NOT_FOUND = "not_found"
    """No path exists."""
    TRICKLE = "trickle"
    """One packet in fifty comes: never a stall, hardly a sound."""
    WRONG_NUMBERS = "wrong_numbers"
    """Sequence and timestamp of each packet are random."""
    NUMBER_JUMPS = "number_jumps"
    """Sequence and timestamp jump to somewhere else once a second."""
    CLOCK_JUMPS = "clock_jumps"
    """Sender reports, one a second, each tell another time of day."""
    HANG = "hang"
    """OPTIONS are answered, other requests never."""
    REDIRECT = "redirect"
    """DESCRIBE is answered by another address (`redirect_to`)."""
    STALE_NONCES = "stale_nonces"
    """A Digest nonce is good for one request."""


AUDIO = "audio"
VIDEO = "video"


def tracks(fault: Fault) -> tuple[str, ...]:
    """Return the tracks that a camera with this fault offers."""
    if fault is Fault.NO_AUDIO:
        return (VIDEO,)
    if fault is Fault.VIDEO_TOO:
        return (AUDIO, VIDEO)
    return (AUDIO,)
