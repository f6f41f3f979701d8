"""One camera in Home Assistant: its listener on one side, its decider and entities on the other."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.util import dt as dt_util

from .camera_entity import async_camera_area, async_camera_device, async_follow_streaming
from .camera_options import CameraOptions
from .camera_source import async_find_source
from .clips import HISTORY_SECONDS, ClipRecorder, frontend_path, media_id
from .const import CONF_CAMERA, DOMAIN, EVENT_SOUND, OPTION_LISTENING, OPTION_THRESHOLDS
from .engine.decide import Decider, Detection
from .engine.errors import NoAnswerError
from .engine.frame import ScoreFrame
from .engine.history import PcmHistory
from .engine.listener import Listener, ListenerState, ListenerStatus
from .engine.source import Source
from .health import Health, HealthWatch
from .score_history import FrameKeeper, async_get_history
from .shared_model import LoadedModel

_LOGGER = logging.getLogger(__name__)

# A camera's integration may ask its cloud for a stream; longer than this is no answer.
FIND_SOURCE_SECONDS = 10.0
# What has to be in memory for those who listen or watch now: 160 kB.
LIVE_SECONDS = 5.0

type AudioGuardConfigEntry = ConfigEntry[CameraDevice]


class CameraDevice:
    """Bring frames from the listener's threads to the event loop and decide there, so that thresholds act at once."""

    def __init__(
        self, hass: HomeAssistant, entry: AudioGuardConfigEntry, loaded: LoadedModel
    ) -> None:
        """Decide as the entry's options say, or else the model's card."""
        self._hass = hass
        self._entry = entry
        self._loaded = loaded
        self._listener: Listener | None = None
        self._unfollow: CALLBACK_TYPE | None = None
        self._watchers: list[Callable[[], None]] = []
        self._detection_watchers: list[Callable[[Detection, str | None], None]] = []
        self._frame_watchers: list[Callable[[ScoreFrame], None]] = []
        self._health_watch = HealthWatch()
        self.status = ListenerStatus(state=ListenerState.OFF)
        self.on_trial = False
        self.options = CameraOptions.read(entry.options)
        self.clips = ClipRecorder(hass, entry, self.options)
        self.scores = FrameKeeper(entry.entry_id, loaded.model)
        self.decider = Decider(self.options.policies(loaded.model))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are listened for."""
        return self.options.classes(self._loaded.model)

    @property
    def loaded(self) -> LoadedModel:
        """The model in use and what runs it."""
        return self._loaded

    @property
    def listener(self) -> Listener | None:
        """What listens; None while listening is switched off."""
        return self._listener

    @property
    def history(self) -> PcmHistory | None:
        """The newest sound; none while nothing is heard, and none of a person's test."""
        if self._listener is None or self.on_trial or not self.status.state.hears:
            return None
        return self._listener.history

    @property
    def health(self) -> Health:
        """How the camera is heard, and whether the machine keeps up."""
        return self._health_watch.health

    @property
    def skipped_hops(self) -> int:
        """Hops that the listener has not scored since it began, because the machine was late."""
        return self._listener.skipped_hops if self._listener else 0

    @property
    def spared_hops(self) -> int:
        """Hops since the listener began in which nothing was new, so that the model did not run."""
        return self._listener.spared_hops if self._listener else 0

    @property
    def listening(self) -> bool:
        """Whether the camera should be listened to."""
        return self.options.listening

    @property
    def hears(self) -> bool:
        """Whether sound arrives, from the camera or from a person's test."""
        return self.on_trial or self.status.state.hears

    @property
    def info(self) -> DeviceInfo:
        """The device that the camera's entities belong to, beside the camera's own and in its area."""
        model = self._loaded.model
        info = DeviceInfo(
            identifiers={(DOMAIN, self._entry.entry_id)},
            name=self._entry.title,
            manufacturer="Audio Guard",
            model=model.title,
            sw_version=model.version,
        )
        if camera := self._entry.data.get(CONF_CAMERA):
            info["suggested_area"] = async_camera_area(self._hass, camera)
            if device := async_camera_device(self._hass, camera):
                info["via_device_id"] = device.id
        return info

    def unique_id(self, key: str) -> str:
        """Return the unique id of one of the camera's entities."""
        return f"{self._entry.entry_id}_{key}"

    @callback
    def async_start(self) -> None:
        """Listen, unless listening is switched off. Never waits for the camera."""
        camera = self._entry.data.get(CONF_CAMERA)
        if not self.listening or self._unfollow is not None:
            return
        if camera and self.options.only_while_streaming:
            self._unfollow = async_follow_streaming(
                self._hass, camera, self._async_follow_streaming
            )
        else:
            self._async_listen()

    @callback
    def _async_follow_streaming(self, streaming: bool) -> None:
        """Listen while the camera streams to somebody else anyway, so that it is never woken."""
        if streaming:
            self._async_listen()
        elif self._listener is None:
            self._async_change_status(ListenerStatus(state=ListenerState.WAITING))
        else:
            self._entry.async_create_task(self._hass, self._async_hang_up(ListenerState.WAITING))

    @callback
    def _async_listen(self) -> None:
        """Start a listener, unless there is one."""
        if self._listener is not None:
            return
        listener = Listener(
            self._entry.title,
            self._find_source,
            self._loaded.model,
            self._loaded.scorer,
            on_frame=lambda frame: self._call_soon(self._async_take_frame, listener, frame),
            on_status=lambda status: self._call_soon(self._async_take_status, listener, status),
            gain_db=self.options.gain_db,
            history_seconds=HISTORY_SECONDS if self.options.clips else LIVE_SECONDS,
        )
        self._listener = listener
        self._tell_thresholds()
        listener.start()

    async def async_stop(self) -> None:
        """Stop listening and wait for the threads to end."""
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        await self._async_hang_up(ListenerState.OFF)

    async def _async_hang_up(self, state: ListenerState) -> None:
        """Close the stream and wait for the threads to end."""
        listener, self._listener = self._listener, None
        self._async_change_status(ListenerStatus(state=state))
        if listener is not None and not await self._hass.async_add_executor_job(listener.stop):
            _LOGGER.debug(
                "%s is still being opened; its thread ends when that fails", self._entry.title
            )
        await self.clips.async_finish()
        await async_get_history(self._hass).async_write()

    async def async_set_listening(self, listening: bool) -> None:
        """Switch listening on or off, also for the next start."""
        self._save_option(OPTION_LISTENING, listening)
        if listening:
            self.async_start()
        else:
            await self.async_stop()
        self._async_notify()

    @callback
    def async_set_threshold(self, label: str, threshold: float) -> None:
        """Use a threshold from the next hop on, and keep it."""
        self.decider.set_threshold(label, threshold)
        self._tell_thresholds()
        kept = self._entry.options.get(OPTION_THRESHOLDS, {})
        self._save_option(OPTION_THRESHOLDS, {**kept, label: threshold})
        self._async_notify()

    def _tell_thresholds(self) -> None:
        """Let the listener know which scores are looked for."""
        if self._listener is not None:
            policies = self.decider.policies.values()
            self._listener.use_thresholds(policy.threshold for policy in policies)

    @callback
    def async_check_load(self, _now: datetime) -> None:
        """Note whether the machine keeps up; called once a `SPAN`."""
        before = self.health
        self._health_watch.take_skipped_hops(self.skipped_hops)
        if self.health != before:
            self._async_notify()

    @callback
    def async_watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `watcher` whenever the status or a detection changes; return how to stop that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    @callback
    def async_watch_detections(
        self, watcher: Callable[[Detection, str | None], None]
    ) -> CALLBACK_TYPE:
        """Call `watcher` with every detection that starts and its clip's name, if any; return how to stop that."""
        self._detection_watchers.append(watcher)
        return lambda: self._detection_watchers.remove(watcher)

    @callback
    def async_watch_frames(self, watcher: Callable[[ScoreFrame], None]) -> CALLBACK_TYPE:
        """Call `watcher` with every frame, about twice a second; return how to stop that."""
        self._frame_watchers.append(watcher)
        return lambda: self._frame_watchers.remove(watcher)

    def _save_option(self, key: str, value: object) -> None:
        """Change one option of the entry; nothing is reloaded by it."""
        options = {**self._entry.options, key: value}
        self.options = CameraOptions.read(options)
        self._hass.config_entries.async_update_entry(self._entry, options=options)

    def _call_soon[*Ts](self, function: Callable[[*Ts], None], *arguments: *Ts) -> None:
        """Run a function on the event loop; called by the listener's threads, maybe after Home Assistant stopped."""
        try:
            self._hass.loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            _LOGGER.debug("Home Assistant has stopped")

    def _find_source(self) -> Source:
        """Ask Home Assistant for the camera's address; called by the listener's thread."""
        finding = asyncio.run_coroutine_threadsafe(
            async_find_source(self._hass, self._entry.data), self._hass.loop
        )
        try:
            return finding.result(FIND_SOURCE_SECONDS)
        except TimeoutError as error:
            finding.cancel()
            raise NoAnswerError(
                "the camera's integration does not give its stream's address"
            ) from error

    @callback
    def _async_take_frame(self, listener: Listener, frame: ScoreFrame) -> None:
        """Decide on a frame, unless a test plays or the frame comes from a listener that has been stopped."""
        if listener is self._listener and self.status.state.hears and not self.on_trial:
            self.async_decide(frame)

    @callback
    def async_decide(self, frame: ScoreFrame) -> list[Detection]:
        """Decide on a frame and let the entities know; return what changed by it."""
        for watcher in list(self._frame_watchers):
            watcher(frame)
        if not self.on_trial:
            self.clips.async_take_frame(frame)
            if self.options.history:
                self.scores.async_take_frame(frame)
        changes = self.decider.step(self.without_quiet_classes(frame))
        for detection in changes:
            if detection.active:
                self._async_announce(detection)
        if changes:
            self._async_notify()
        return changes

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Leave the decider to a test; before and after it, start afresh."""
        self.on_trial = True
        self._begin_stretch()
        self._async_notify()
        try:
            yield
        finally:
            self.on_trial = False
            self._begin_stretch()
            self._async_notify()

    def without_quiet_classes(self, frame: ScoreFrame) -> ScoreFrame:
        """Take the scores of classes away that have their quiet hours now; one that is on ends as if its sound had."""
        quiet = self.options.quiet_hours
        if quiet is None or not quiet.includes(dt_util.now().time()):
            return frame
        scores = {
            label: 0.0 if label in quiet.classes else score for label, score in frame.scores.items()
        }
        return replace(frame, scores=scores)

    @callback
    def _async_take_status(self, listener: Listener, status: ListenerStatus) -> None:
        """Note how the camera is heard, unless it comes from a listener that has been stopped."""
        if listener is self._listener:
            self._async_change_status(status)

    @callback
    def _async_change_status(self, status: ListenerStatus) -> None:
        """Note a status; after a gap the decider starts afresh. One log line when lost, one when back."""
        before, self.status = self.status, status
        self._health_watch.take_status(status)
        if status.state is ListenerState.UNAUTHORIZED and CONF_URL in self._entry.data:
            self._entry.async_start_reauth(self._hass)
        if before.state.hears != status.state.hears and not self.on_trial:
            self._begin_stretch()
        if status.reason and not before.reason:
            _LOGGER.warning("%s can't be heard: %s", self._entry.title, status.reason)
        elif before.reason and status.state.hears:
            _LOGGER.info("%s is heard again", self._entry.title)
        self._async_notify()

    def _begin_stretch(self) -> None:
        """Decide afresh on what comes next: it has nothing to do with what was heard before."""
        self.decider.reset()
        self.scores.async_break()

    @callback
    def _async_announce(self, detection: Detection) -> None:
        """Begin a clip, and tell the entities and the bus."""
        clip = None
        if self.options.clips:
            clip = self.clips.async_record(detection, self.history)
        for watcher in list(self._detection_watchers):
            watcher(detection, clip)
        unique_id = self.unique_id(detection.label)
        entity_id = er.async_get(self._hass).async_get_entity_id("binary_sensor", DOMAIN, unique_id)
        self._hass.bus.async_fire(
            EVENT_SOUND,
            {
                "entity": entity_id,
                "class": detection.label,
                "score": round(detection.score, 3),
                "time": dt_util.utcnow().isoformat(),
                **self.clip_data(clip),
            },
        )

    def clip_data(self, clip: str | None) -> dict[str, str]:
        """Return what events say of a clip: the frontend's page that lists it, and its id among the media."""
        if clip is None:
            return {}
        entry_id = self._entry.entry_id
        return {"clip": frontend_path(entry_id), "clip_media": media_id(entry_id, clip)}

    @callback
    def _async_notify(self) -> None:
        """Let every entity write its state."""
        for watcher in list(self._watchers):
            watcher()
