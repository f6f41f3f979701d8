"""Keep the sound of detections: some seconds before and after, of cameras whose owner wants it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from homeassistant.components.media_source import generate_media_source_id
from homeassistant.components.media_source.const import URI_SCHEME
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .camera_options import CameraOptions
from .clip_files import (
    ClipSound,
    clip_name,
    parse_name,
    prune,
    scores_over_time,
    write_clip,
    write_mark,
)
from .clip_marks import Mark, with_mark
from .const import DOMAIN
from .engine.decide import Detection
from .engine.frame import ScoreFrame
from .engine.history import PcmHistory

BEFORE_SECONDS: Final = 5.0
AFTER_SECONDS: Final = 5.0
# Sound that Wi-Fi holds back comes this much later.
LATE_SECONDS: Final = 2.0
# What has to be in memory: 20 s of 16-bit samples at 16 kHz are 640 kB.
HISTORY_SECONDS: Final = 20.0
# A kennel would fill any disk.
CLIPS_A_MINUTE: Final = 6
# Clips grow old also while nothing is heard.
PRUNE_EVERY: Final = timedelta(hours=1)


def clips_folder(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where a camera's clips are: not under www or media, which others may read."""
    return all_clips_folder(hass) / entry_id


def all_clips_folder(hass: HomeAssistant) -> Path:
    """Return where all cameras' folders are."""
    return Path(hass.config.path(DOMAIN, "clips"))


def media_id(entry_id: str, name: str) -> str:
    """Return a clip's id among Home Assistant's media."""
    return generate_media_source_id(DOMAIN, f"{entry_id}/{name}")


def parse_media_id(identifier: str) -> tuple[str, str] | None:
    """Return the entry and the name in a clip's media id; None for what is none, such as one with a path."""
    entry_id, _, name = identifier.removeprefix(f"{URI_SCHEME}{DOMAIN}/").partition("/")
    return (entry_id, name) if entry_id and parse_name(name) else None


def frontend_path(entry_id: str) -> str:
    """Return the page of the frontend, and of its apps, that lists a camera's clips."""
    media = generate_media_source_id(DOMAIN, entry_id)
    return f"/media-browser/browser/{quote(f'app,{media}', safe='')}"


class _Pending:
    """A clip whose sound is not over yet."""

    def __init__(self, history: PcmHistory, detection: Detection, now: datetime) -> None:
        self.name = clip_name(now, detection.label)
        self.history = history
        self.start = max(0.0, detection.t - BEFORE_SECONDS)
        self.stop = detection.t + AFTER_SECONDS
        self.began = now - timedelta(seconds=detection.t - self.start)
        self.detections: list[dict[str, Any]] = []
        self.mark: Mark | None = None
        self.cancel: CALLBACK_TYPE | None = None

    def add(self, detection: Detection) -> None:
        """Note a detection; its time counts from the clip's start."""
        self.detections.append(
            {
                "class": detection.label,
                "score": round(detection.score, 3),
                "time": round(detection.t - self.start, 2),
            }
        )

    def sound(self, frames: Iterable[ScoreFrame]) -> ClipSound:
        """Copy what has come of the clip by now, with those of the frames that are of it."""
        own = [frame for frame in frames if self.start <= frame.t <= self.stop + 1]
        scores = scores_over_time(
            [frame.t - self.start for frame in own], [dict(frame.scores) for frame in own]
        )
        return ClipSound(
            pcm=self.history.read(self.start, self.stop),
            sample_rate_hz=self.history.sample_rate_hz,
            began=self.began,
            notes=with_mark({"detections": self.detections, "scores": scores}, self.mark),
        )


class ClipRecorder:
    """Make the clips of one camera, and keep to its limits; detections within one clip share it."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], options: CameraOptions
    ) -> None:
        """Note where to and how long to keep."""
        self._hass = hass
        self._entry = entry
        self._days, self._megabytes = options.clip_days, options.clip_megabytes
        self._folder = clips_folder(hass, entry.entry_id)
        self._issue = f"clips_unwritable_{entry.entry_id}"
        self._frames: deque[ScoreFrame] = deque(maxlen=64)
        self._begun: deque[datetime] = deque(maxlen=CLIPS_A_MINUTE)
        self._pending: _Pending | None = None
        self._disk = asyncio.Lock()

    @callback
    def async_take_frame(self, frame: ScoreFrame) -> None:
        """Remember scores, for the clips that they may become part of."""
        if self._frames and frame.t <= self._frames[-1].t:
            # Another stretch of sound has begun, whose times are counted anew.
            self._finish()
            self._frames.clear()
        self._frames.append(frame)

    @callback
    def async_record(self, detection: Detection, history: PcmHistory | None) -> str | None:
        """Return the name of the clip that a detection will be in; None if there are too many, or no sound."""
        if history is None:
            return None
        pending, now = self._pending, dt_util.utcnow()
        if pending is None or pending.history is not history or detection.t > pending.stop:
            self._finish()
            full = len(self._begun) == CLIPS_A_MINUTE
            if full and now - self._begun[0] < timedelta(minutes=1):
                return None
            self._begun.append(now)
            pending = self._pending = _Pending(history, detection, now)
            done = HassJob(self._finish, cancel_on_shutdown=True)
            pending.cancel = async_call_later(self._hass, AFTER_SECONDS + LATE_SECONDS, done)
        pending.add(detection)
        return pending.name

    @callback
    def _finish(self, _now: datetime | None = None) -> None:
        """Write the clip whose sound is over, if there is one."""
        if pending := self._take_pending():
            self._entry.async_create_task(self._hass, self._async_write(*pending))

    async def async_finish(self) -> None:
        """Write the clip that is being made, if any, with the sound that there is."""
        if pending := self._take_pending():
            await self._async_write(*pending)

    def _take_pending(self) -> tuple[str, ClipSound] | None:
        """End the clip that is being made; return its name and its sound, copied before the ring forgets it."""
        pending, self._pending = self._pending, None
        if pending is None:
            return None
        if pending.cancel is not None:
            pending.cancel()
        return pending.name, pending.sound(self._frames)

    async def _async_write(self, name: str, sound: ClipSound) -> None:
        """Write a clip; once that works, no help is needed any more."""
        if len(sound.pcm) and await self._async_try_disk(partial(self._write, name, sound)):
            self.async_clear_issue()

    async def async_mark(self, name: str, mark: Mark | None) -> None:
        """Mark a clip, also one whose sound is not over yet. Raises OSError, or ValueError for broken notes."""
        if self._pending is not None and self._pending.name == name:
            self._pending.mark = mark
            return
        async with self._disk:
            await self._hass.async_add_executor_job(write_mark, self._folder, name, mark)

    async def async_prune(self, _now: datetime | None = None) -> None:
        """Delete what is too old or too much. That this works does not mean that there is room to write."""
        await self._async_try_disk(self._prune)

    async def _async_try_disk(self, work: Callable[[], None]) -> bool:
        """Do something with files, one thing at a time; ask for help if the disk does not let it."""
        async with self._disk:
            try:
                await self._hass.async_add_executor_job(work)
            except OSError as error:
                self._raise_issue(error)
                return False
        return True

    @callback
    def async_clear_issue(self) -> None:
        """Ask for nothing any more."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue)

    def _raise_issue(self, error: OSError) -> None:
        """Say why clips can't be kept."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue,
            data={"entry_id": self._entry.entry_id},
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="clips_unwritable",
            translation_placeholders={
                "name": self._entry.title,
                "reason": error.strerror or type(error).__name__,
                "folder": str(self._folder),
            },
        )

    def _write(self, name: str, sound: ClipSound) -> None:
        """Write a clip and keep to the limits; blocks."""
        write_clip(self._folder, name, sound)
        self._prune()

    def _prune(self) -> None:
        """Keep to the limits; blocks."""
        prune(self._folder, now=dt_util.utcnow(), days=self._days, megabytes=self._megabytes)
