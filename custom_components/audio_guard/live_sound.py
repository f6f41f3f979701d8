"""The newest sound of a camera, for whoever listens or watches now; it is read off the event loop."""

import base64
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from homeassistant.core import HomeAssistant, callback
from numpy.typing import NDArray

from .device import AudioGuardConfigEntry
from .engine.card import FrontEnd
from .engine.frame import ScoreFrame
from .engine.history import INT16_PEAK, PcmHistory
from .engine.logmel import frames

# 50 columns a second: more than a screen shows.
FRAMES_PER_COLUMN: Final = 2
# The logarithms between which a column's bytes lie: a quiet room's noise and a full-scale tone.
QUIETEST, LOUDEST = -9.0, 4.0

type Made = dict[str, Any]
type Make = Callable[[PcmHistory, float, float], Made | None]


class SoundFeed:
    """Send what `make` makes of a camera's sound, from frame to frame; a slow machine gets longer pieces."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AudioGuardConfigEntry,
        make: Make,
        send: Callable[[Made], None],
    ) -> None:
        """Begin with the sound that comes after the next frame."""
        self._hass = hass
        self._entry = entry
        self._make = make
        self._send = send
        self._history: PcmHistory | None = None
        self._read_until = 0.0
        self._busy = False
        self._closed = False

    @callback
    def async_take_frame(self, frame: ScoreFrame) -> None:
        """Read what has come up to a frame, unless the last piece is not done yet."""
        history = self._entry.runtime_data.history
        if history is None or self._busy:
            return
        if history is not self._history or frame.t <= self._read_until:
            # Another stretch of sound, whose times are counted anew.
            self._history, self._read_until = history, frame.t
            return
        start, self._read_until = self._read_until, frame.t
        self._busy = True
        self._entry.async_create_background_task(
            self._hass, self._async_make(history, start, frame.t), "audio_guard live sound"
        )

    @callback
    def async_close(self) -> None:
        """Send nothing any more."""
        self._closed = True

    async def _async_make(self, history: PcmHistory, start: float, stop: float) -> None:
        """Make a piece on another thread and send it."""
        try:
            made = await self._hass.async_add_executor_job(self._make, history, start, stop)
        finally:
            self._busy = False
        if made is not None and not self._closed:
            self._send(made)


def make_pcm(history: PcmHistory, start: float, stop: float) -> Made | None:
    """Return 16-bit little-endian mono samples in base64."""
    pcm = history.read(start, stop)
    if not len(pcm):
        return None
    data = base64.b64encode(pcm.astype("<i2").tobytes()).decode()
    return {"type": "pcm", "sample_rate": history.sample_rate_hz, "data": data}


def make_spectrum(history: PcmHistory, start: float, stop: float) -> Made | None:
    """Return columns of log-mel levels as bytes in base64, each from the lowest band to the highest."""
    # For the eye, whatever a model is given: the bands by which a person tells sounds apart.
    front_end = FrontEnd(sample_rate_hz=history.sample_rate_hz, log_offset=1e-4)
    overlap = (front_end.window_samples - front_end.hop_samples) / history.sample_rate_hz
    columns = _columns(history.read(start - overlap, stop), front_end)
    if not len(columns):
        return None
    return {
        "type": "spectrum",
        "bands": front_end.mel_bands,
        "seconds": FRAMES_PER_COLUMN * front_end.hop_samples / history.sample_rate_hz,
        "data": base64.b64encode(columns.tobytes()).decode(),
    }


def _columns(pcm: NDArray[np.int16], front_end: FrontEnd) -> NDArray[np.uint8]:
    """Compute columns (columns, bands) from the samples of a piece and the overlap before it."""
    log_mel = frames(pcm.astype(np.float32) / np.float32(INT16_PEAK), front_end)
    whole = len(log_mel) // FRAMES_PER_COLUMN * FRAMES_PER_COLUMN
    loudest = log_mel[:whole].reshape(-1, FRAMES_PER_COLUMN, front_end.mel_bands).max(axis=1)
    share = np.clip((loudest - QUIETEST) / (LOUDEST - QUIETEST), 0.0, 1.0)
    columns: NDArray[np.uint8] = np.rint(255.0 * share).astype(np.uint8)
    return columns
