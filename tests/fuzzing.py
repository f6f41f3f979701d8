"""Inputs by the thousand: right ones, spoiled by chance as a seed says."""

import random
from collections.abc import Callable

import pytest

# What parsers of text and of lengths trip over.
TOKENS = (
    *(
        b"\r\n",
        b"\r\n\r\n",
        b"\0",
        b"\xff" * 8,
        b"$",
        b"$\0\xff\xff",
        b": ",
        b";",
        b"=",
        b'"',
        b"%s%n",
    ),
    *(b"-1", b"0", b"65536", b"4294967296", b"99999999999999999999", b"1e309", b"NaN"),
    *(b"A" * 5_000, b"\xf0\x9f\x94\x94", b"../../etc/passwd", b"file:///etc/passwd", b"[" * 300),
    *(
        b"Content-Length: 1000000\r\n",
        b"Location: rtsp://joe:hunter2@[\r\n",
        b"RTSP/1.0 302 Found\r\n",
    ),
    *(b'WWW-Authenticate: Digest realm="', b"m=video 0 RTP/AVP 97\r\n", b"a=control:rtsp://\r\n"),
)

Spoil = Callable[[random.Random, bytes], bytes]


def inputs(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test with few inputs (`count`), and with --long with many."""
    long = pytest.param(many, marks=[pytest.mark.long, pytest.mark.timeout(7200)])
    return pytest.mark.parametrize("count", [few, long])


def right(_: random.Random, data: bytes) -> bytes:
    """Leave data as it is."""
    return data


def spoiled(rng: random.Random, data: bytes) -> bytes:
    """Change data in one to four places."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(data))
        stop = min(len(data), start + rng.choice((0, 1, 2, 8, 64)))
        middle = data[start:stop]
        data = data[:start] + rng.choice(_CHANGES)(rng, middle) + data[stop:]
    return data


_CHANGES: tuple[Spoil, ...] = (
    lambda rng, _: rng.choice(TOKENS),
    lambda rng, middle: middle + rng.choice(TOKENS),
    lambda rng, middle: rng.randbytes(len(middle)),
    lambda rng, _: rng.randbytes(rng.choice((1, 4, 300))),
    lambda _, middle: middle * 3,
    lambda _, middle: b"",
    lambda rng, middle: bytes(byte ^ (1 << rng.randrange(8)) for byte in middle),
)
