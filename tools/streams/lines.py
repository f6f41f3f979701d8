"""Send a stream through a camera's line, stretch by stretch."""

from collections.abc import Callable, Mapping
from functools import partial

from tools.augmentation.codecs import MU_LAW, OPUS, coded, g711
from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm

Line = Callable[[Pcm], Pcm]
Read = Callable[[int, int], Pcm]

OPUS_BITS_PER_SECOND = 12_000
# Coded beside a stretch and cut off again, so that filters and encoders have settled where it begins.
MARGIN_SAMPLES = SAMPLE_RATE_HZ // 2


def _plain(pcm: Pcm) -> Pcm:
    return pcm


LINES: Mapping[str, Line] = {
    "plain": _plain,
    "mu_law": partial(g711, law=MU_LAW),
    "opus": partial(
        coded, codec=OPUS, sample_rate_hz=SAMPLE_RATE_HZ, bits_per_second=OPUS_BITS_PER_SECOND
    ),
}


def read_through(line: Line, read: Read) -> Read:
    """Return a way to read a sound as it arrives at the other end of a line."""

    def arrived(start: int, stop: int) -> Pcm:
        heard = line(read(start - MARGIN_SAMPLES, stop + MARGIN_SAMPLES))
        return heard[MARGIN_SAMPLES:-MARGIN_SAMPLES]

    return arrived
