"""Websocket commands for what the cameras hear now: the panel and the card ask them.

`audio_guard/cameras`: every camera that the user may see. `audio_guard/live/subscribe`: a camera's events: `status`,
`frame` (twice a second), `detection`, and for admins `spectrum`. `audio_guard/listen/subscribe`, for admins: `pcm`, the
sound itself, until the camera is lost, which is the event `end`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import probatio as vol
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er

from .api_access import async_asked_camera, async_may_see
from .const import DOMAIN
from .device import AudioGuardConfigEntry, CameraDevice
from .engine.decide import Detection
from .engine.frame import ScoreFrame
from .follow import async_follow_device, loaded_device
from .live_sound import Make, SoundFeed, make_pcm, make_spectrum

type Json = dict[str, Any]
type Send = Callable[[Json], None]

# The state of a camera whose entry is not set up.
NOT_LOADED: Final = "not_loaded"


@callback
def async_setup_live_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (ws_cameras, ws_live, ws_listen):
        websocket_api.async_register_command(hass, command)


@callback
@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/cameras"})
def ws_cameras(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """List the cameras that the user may see."""
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    cameras = [
        _camera(hass, entry) for entry in entries if async_may_see(hass, connection.user, entry)
    ]
    connection.send_result(msg["id"], {"cameras": cameras})


@callback
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/live/subscribe",
        vol.Required("entry_id"): str,
        vol.Optional("spectrum", default=False): bool,
    }
)
def ws_live(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """Tell of all that a camera hears from now on; a spectrum is nearly the sound itself, so it is for admins."""
    if msg["spectrum"] and not connection.user.is_admin:
        raise Unauthorized
    if entry := async_asked_camera(hass, connection, msg):
        _subscribe(connection, msg, lambda send: _follow(hass, entry, msg["spectrum"], send))


@callback
@websocket_api.require_admin
@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/listen/subscribe", vol.Required("entry_id"): str}
)
def ws_listen(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """Send a camera's sound from now on."""
    if entry := async_asked_camera(hass, connection, msg):
        _subscribe(connection, msg, lambda send: _listen(hass, entry, send))


@callback
def _subscribe(
    connection: ActiveConnection, msg: Json, start: Callable[[Send], CALLBACK_TYPE]
) -> None:
    """Answer a command, and send events until the client leaves."""
    connection.send_result(msg["id"])
    connection.subscriptions[msg["id"]] = start(
        lambda event: connection.send_event(msg["id"], event)
    )


@callback
def _follow(
    hass: HomeAssistant, entry: AudioGuardConfigEntry, spectrum: bool, send: Send
) -> CALLBACK_TYPE:
    """Send statuses, frames, detections and, if wanted, the spectrum; return how to stop that."""

    @callback
    def attach(device: CameraDevice | None) -> CALLBACK_TYPE:
        send(_status(device))
        watches = ExitStack()
        if device is not None:
            watches.callback(_watch_status(device, send))
            watches.callback(device.async_watch_frames(lambda frame: send(_frame(device, frame))))
            watches.callback(device.async_watch_detections(lambda *it: send(_detection(*it))))
            if spectrum:
                watches.callback(_feed(hass, entry, device, make_spectrum, send))
        return watches.close

    return async_follow_device(hass, entry, attach)


@callback
def _watch_status(device: CameraDevice, send: Send) -> CALLBACK_TYPE:
    """Send the status whenever it is another; return how to stop that."""
    before = _status(device)

    @callback
    def changed() -> None:
        nonlocal before
        if (now := _status(device)) != before:
            before = now
            send(now)

    return device.async_watch(changed)


@callback
def _listen(hass: HomeAssistant, entry: AudioGuardConfigEntry, send: Send) -> CALLBACK_TYPE:
    """Send the sound until the camera is lost; return how to stop that."""
    watches = ExitStack()

    @callback
    def end_when_lost(device: CameraDevice | None) -> None:
        if device is None or not device.hears:
            watches.close()
            send({"type": "end"})

    @callback
    def attach(device: CameraDevice | None) -> CALLBACK_TYPE:
        if device is not None:
            watches.callback(_feed(hass, entry, device, make_pcm, send))
            watches.callback(device.async_watch(lambda: end_when_lost(device)))
        end_when_lost(device)
        return watches.close

    return async_follow_device(hass, entry, attach)


@callback
def _feed(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    device: CameraDevice,
    make: Make,
    send: Send,
) -> CALLBACK_TYPE:
    """Send the newest sound, made into something, with every frame; return how to stop that."""
    feed = SoundFeed(hass, entry, make, send)
    unwatch = device.async_watch_frames(feed.async_take_frame)

    @callback
    def stop() -> None:
        unwatch()
        feed.async_close()

    return stop


def _camera(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> Json:
    """Describe a camera and where its entities are."""
    device = loaded_device(entry)
    registry = er.async_get(hass)

    def entity_id(platform: Platform, key: str) -> str | None:
        unique_id = f"{entry.entry_id}_{key}"
        return registry.async_get_entity_id(platform, DOMAIN, unique_id)

    return {
        **_status(device),
        "entry_id": entry.entry_id,
        "title": entry.title,
        "clips": device is not None and device.options.clips,
        "sound_entity": entity_id(Platform.EVENT, "sound"),
        "classes": [
            {
                "label": label,
                "sensor_entity": entity_id(Platform.BINARY_SENSOR, label),
                "threshold_entity": entity_id(Platform.NUMBER, f"{label}_threshold"),
            }
            for label in (device.classes if device else ())
        ],
    }


def _status(device: CameraDevice | None) -> Json:
    """Return how a camera is heard, and what it sends as far as that is known."""
    stream = device.status.stream if device else None
    return {
        "type": "status",
        "state": device.health.state if device else NOT_LOADED,
        "reason": device.health.reason if device else "",
        "hears": device is not None and device.hears,
        "codec": stream.codec_name if stream else None,
        "sample_rate": stream.sample_rate_hz if stream else None,
    }


def _frame(device: CameraDevice, frame: ScoreFrame) -> Json:
    """Return a frame as JSON."""
    return {
        "type": "frame",
        "time": round(frame.t, 2),
        "level": round(frame.level_dbfs, 1),
        "scores": {label: round(frame.scores[label], 3) for label in device.classes},
    }


def _detection(detection: Detection, clip: str | None) -> Json:
    """Return a detection that starts as JSON."""
    return {
        "type": "detection",
        "label": detection.label,
        "score": round(detection.score, 3),
        "clip": clip,
    }
