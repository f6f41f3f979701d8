"""Keep every hop's scores for two weeks, so that thresholds can be tried on what was heard."""

import asyncio
import math
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.card import Model
from .engine.frame import ScoreFrame
from .score_store import HeardFrames, ScoreStore

FILE: Final = f"{DOMAIN}/history.db"
# What a crash may cost.
WRITE_EVERY: Final = timedelta(minutes=1)
PRUNE_EVERY: Final = timedelta(hours=1)
ISSUE: Final = "history_unwritable"

_HISTORY: HassKey[ScoreHistory] = HassKey(f"{DOMAIN}_history")


@callback
def async_get_history(hass: HomeAssistant) -> ScoreHistory:
    """Return the history of all cameras."""
    if _HISTORY not in hass.data:
        hass.data[_HISTORY] = ScoreHistory(hass)
    return hass.data[_HISTORY]


class ScoreHistory:
    """Writes what all cameras bring, once a minute and when one of them ends."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Note where to; nothing is opened before it is needed."""
        self._hass = hass
        self._keepers: list[FrameKeeper] = []
        self._stops: list[CALLBACK_TYPE] = []
        self._disk = asyncio.Lock()
        self.replaying = asyncio.Lock()  # two weeks take some 100 MB of memory, so one at a time
        self._path = Path(hass.config.path(FILE))
        self.store = ScoreStore(self._path)

    @callback
    def async_add(self, keeper: FrameKeeper) -> Callable[[], Coroutine[Any, Any, None]]:
        """Write what a camera brings from now on; return how to end that. The last one closes the file."""
        if not self._keepers:
            self._async_start()
        self._keepers.append(keeper)

        async def end() -> None:
            self._keepers.remove(keeper)
            if not self._keepers:
                await self._async_stop()

        return end

    @callback
    def _async_start(self) -> None:
        """Write and prune from now on."""
        self._stops = [
            async_track_time_interval(self._hass, work, every, cancel_on_shutdown=True)
            for every, work in ((WRITE_EVERY, self._async_tick), (PRUNE_EVERY, self._async_prune))
        ]
        # Home Assistant stops without unloading its entries.
        self._stops.append(
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_close)
        )
        self._hass.async_create_background_task(self._async_prune(), f"{DOMAIN} history")

    async def _async_stop(self) -> None:
        """Write nothing more."""
        while self._stops:
            self._stops.pop()()
        ir.async_delete_issue(self._hass, DOMAIN, ISSUE)
        await self._async_close()

    async def async_write(self) -> None:
        """Write what there is."""
        async with self._disk:
            heard = [part for keeper in self._keepers for part in keeper.async_take()]
            if heard and await self._async_try(partial(self.store.add, heard)):
                ir.async_delete_issue(self._hass, DOMAIN, ISSUE)

    async def async_remove(self, entry_id: str) -> None:
        """Delete what was kept of a camera. Raises `sqlite3.Error` or `OSError`."""
        async with self._disk:
            await self._hass.async_add_executor_job(self.store.remove, entry_id)
        if not self._keepers:
            await self._async_close()

    async def _async_tick(self, _now: datetime) -> None:
        """Write, unless a slow disk is still at it."""
        if not self._disk.locked():
            await self.async_write()

    async def _async_prune(self, _now: datetime | None = None) -> None:
        """Delete what is too old. That this works does not mean that there is room to write."""
        async with self._disk:
            await self._async_try(partial(self.store.prune, dt_util.utcnow().timestamp()))

    async def _async_close(self, _event: Event | None = None) -> None:
        """Close the file."""
        async with self._disk:
            await self._async_try(self.store.close)

    async def _async_try(self, work: Callable[[], None]) -> bool:
        """Do something with the file; ask for help if the disk does not let it."""
        try:
            await self._hass.async_add_executor_job(work)
        except (sqlite3.Error, OSError) as error:
            self._raise_issue(error)
            return False
        return True

    def _raise_issue(self, error: sqlite3.Error | OSError) -> None:
        """Say why scores can't be kept."""
        reason = error.strerror if isinstance(error, OSError) else str(error)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            ISSUE,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE,
            translation_placeholders={
                "reason": reason or type(error).__name__,
                "folder": str(self._path.parent),
            },
        )


class FrameKeeper:
    """The frames of one camera that are yet to be written."""

    def __init__(self, entry_id: str, model: Model) -> None:
        """Note whose frames they are."""
        self._entry_id = entry_id
        self._model = model
        self._stretch = 0
        self._last_t = math.inf
        self._frames: list[ScoreFrame] = []
        self._parts: list[HeardFrames] = []

    @callback
    def async_take_frame(self, frame: ScoreFrame) -> None:
        """Remember a frame; cheap, since it is called twice a second and camera."""
        if frame.t <= self._last_t:
            self._begin_stretch()
        if not self._frames:
            self._begin_part()
        self._frames.append(frame)
        self._last_t = frame.t

    @callback
    def async_break(self) -> None:
        """Let another stretch begin with the next frame."""
        self._last_t = math.inf

    @callback
    def async_take(self) -> list[HeardFrames]:
        """Hand over what there is."""
        parts, self._parts, self._frames = self._parts, [], []
        return parts

    def _begin_stretch(self) -> None:
        """Give the stretch a number, higher than the last even if the clock went back."""
        self._stretch = max(self._stretch + 1, round(dt_util.utcnow().timestamp() * 1000))
        self._frames = []

    def _begin_part(self) -> None:
        """Note when the frames that follow began."""
        self._parts.append(
            HeardFrames(
                entry_id=self._entry_id,
                model=self._model,
                stretch=self._stretch,
                began=dt_util.utcnow().timestamp(),
                frames=self._frames,
            )
        )
