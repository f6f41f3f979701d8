"""Compute the sound of a planned stream, any stretch of it, without ever holding all of it."""

from collections.abc import Sequence

import numpy as np

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm, loudest_rms, rms
from tools.streams.plan import FADE_SAMPLES, Part, Plan, take_sound
from tools.windows.pcm_store import PcmStore

# Events in digital silence are as loud as over a quiet microphone's own noise.
QUIETEST_BACKGROUND = 10 ** (-60 / 20)
LOUDEST_PEAK = 0.99
# Slow enough to be no sound of its own, short enough that two fit between events.
TURN_SAMPLES = 5 * SAMPLE_RATE_HZ


class StreamSound:
    """The sound of a plan with its events at one signal-to-noise ratio.

    The ratio is that of the event's loudest 0.2 s to the background under the whole event. Where the
    mix would be too loud for PCM, all is slowly turned down before the event and up again after it, so
    that the ratio holds there too.
    """

    def __init__(self, store: PcmStore, plan: Plan, snr_db: float = 0.0) -> None:
        """Find the level of each event."""
        self._store = store
        self._plan = plan
        self._gains = {event: self._event_gain(event, snr_db) for event in plan.events}
        self._turns = {event: self._turn(event) for event in plan.events}

    def read(self, start: int, stop: int) -> Pcm:
        """Return the samples from `start` to `stop`; there is silence before and after the stream."""
        heard = self._background(start, stop)
        for event in _within(self._plan.events, start, stop):
            _add(heard, start, event, take_sound(self._store, event.take) * self._gains[event])
        for event in _within(self._plan.events, start, stop, reach=TURN_SAMPLES):
            heard *= self._turned_down(event, start, stop)
        heard[max(0, self._plan.samples - start) :] = 0.0
        return heard

    def _background(self, start: int, stop: int) -> Pcm:
        heard = np.zeros(stop - start, np.float32)
        for part in _within(self._plan.background, start, stop):
            _add(heard, start, part, _faded(take_sound(self._store, part.take)))
        return heard

    def _event_gain(self, event: Part, snr_db: float) -> np.float32:
        level = max(rms(self._background(event.start, event.stop)), QUIETEST_BACKGROUND)
        own = loudest_rms(take_sound(self._store, event.take))
        return np.float32(level / own * 10 ** (snr_db / 20))

    def _turn(self, event: Part) -> float:
        """Return the factor by which the mix is turned down under an event; 1 where it is not."""
        heard = self._background(event.start, event.stop)
        heard += take_sound(self._store, event.take) * self._gains[event]
        return min(1.0, LOUDEST_PEAK / max(float(np.abs(heard).max()), LOUDEST_PEAK))

    def _turned_down(self, event: Part, start: int, stop: int) -> Pcm:
        places = (event.start - TURN_SAMPLES, event.start, event.stop, event.stop + TURN_SAMPLES)
        turn = np.log(self._turns[event])
        curve = np.interp(np.arange(start, stop), places, (0.0, turn, turn, 0.0))
        return np.exp(curve, dtype=np.float32)


def _within(parts: Sequence[Part], start: int, stop: int, reach: int = 0) -> list[Part]:
    return [part for part in parts if part.start - reach < stop and start < part.stop + reach]


def _add(heard: Pcm, start: int, part: Part, pcm: Pcm) -> None:
    """Add the piece of a part's sound that falls into what is heard from `start` on."""
    first, last = max(start, part.start), min(start + heard.size, part.stop)
    heard[first - start : last - start] += pcm[first - part.start : last - part.start]


def _faded(pcm: Pcm) -> Pcm:
    ramp = (np.arange(FADE_SAMPLES, dtype=np.float32) + 0.5) / FADE_SAMPLES
    faded = pcm.copy()
    faded[:FADE_SAMPLES] *= ramp
    faded[-FADE_SAMPLES:] *= ramp[::-1]
    return faded
