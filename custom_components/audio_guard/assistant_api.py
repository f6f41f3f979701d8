"""Websocket commands of the threshold assistant, for admins: what it answers shows when somebody was at home."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import probatio as vol
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ERR_NOT_FOUND, ActiveConnection
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from . import assistant
from .api_access import async_asked_camera
from .assistant_types import Alerts, Coverage, Curve
from .clip_files import list_clips
from .clips import clips_folder
from .const import DOMAIN
from .device import AudioGuardConfigEntry
from .score_history import async_get_history
from .score_store import DAY_SECONDS, DAYS, HeardTrack

ERR_UNAVAILABLE: Final = "history_unavailable"

_CAMERA: Final[dict[str | vol.Marker, Any]] = {
    vol.Required("entry_id"): str,
    vol.Optional("days", default=DAYS): vol.All(vol.Coerce(float), vol.Range(min=0.01, max=DAYS)),
}
_CLASS: Final[dict[str | vol.Marker, Any]] = {**_CAMERA, vol.Required("label"): str}


@callback
def async_setup_assistant_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, ws_curve)
    websocket_api.async_register_command(hass, ws_alerts)
    websocket_api.async_register_command(hass, ws_coverage)


@websocket_api.require_admin
@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/assistant/curve", **_CLASS})
@websocket_api.async_response
async def ws_curve(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell what each threshold would have done, and propose one."""
    if entry := _asked_class(hass, connection, msg):
        await _async_answer(hass, connection, msg, partial(_curve, hass, entry, msg))


@websocket_api.require_admin
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/assistant/alerts",
        **_CLASS,
        vol.Required("threshold"): vol.All(vol.Coerce(float), vol.Range(min=0.05, max=1)),
        vol.Optional("limit", default=200): vol.All(int, vol.Range(min=1, max=1_000)),
    }
)
@websocket_api.async_response
async def ws_alerts(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """List the alerts that one threshold would have had."""
    if entry := _asked_class(hass, connection, msg):
        await _async_answer(hass, connection, msg, partial(_alerts, hass, entry, msg))


@websocket_api.require_admin
@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/history/coverage", **_CAMERA})
@websocket_api.async_response
async def ws_coverage(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell when a camera was heard."""
    if entry := _asked_loaded_camera(hass, connection, msg):
        await _async_answer(hass, connection, msg, partial(_coverage, hass, entry, msg))


async def _async_answer(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
    work: Callable[[], Curve | Alerts | Coverage],
) -> None:
    """Answer with what a second of work off the event loop gives, the newest minute included."""
    history = async_get_history(hass)
    try:
        async with history.replaying:
            await history.async_write()
            answer = await hass.async_add_executor_job(work)
    except (sqlite3.Error, OSError) as error:
        connection.send_error(msg["id"], ERR_UNAVAILABLE, f"The history can't be read: {error}")
        return
    connection.send_result(msg["id"], answer)


@callback
def _asked_loaded_camera(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> AudioGuardConfigEntry | None:
    """Return the camera that a message names; None after it was answered that there is none that is set up."""
    entry = async_asked_camera(hass, connection, msg)
    if entry is not None and entry.state is not ConfigEntryState.LOADED:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such camera, or not now")
        return None
    return entry


@callback
def _asked_class(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> AudioGuardConfigEntry | None:
    """Return the camera that a message names if it listens for the class named too."""
    entry = _asked_loaded_camera(hass, connection, msg)
    if entry is not None and msg["label"] not in entry.runtime_data.classes:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "The camera does not listen for this sound")
        return None
    return entry


def _curve(hass: HomeAssistant, entry: AudioGuardConfigEntry, msg: dict[str, Any]) -> Curve:
    """Replay many thresholds; blocks."""
    return assistant.curve(_question(hass, entry, msg), _heard(hass, entry, msg))


def _alerts(hass: HomeAssistant, entry: AudioGuardConfigEntry, msg: dict[str, Any]) -> Alerts:
    """Replay one threshold; blocks."""
    question, heard = _question(hass, entry, msg), _heard(hass, entry, msg)
    return assistant.alerts(question, heard, msg["threshold"], msg["limit"])


def _coverage(hass: HomeAssistant, entry: AudioGuardConfigEntry, msg: dict[str, Any]) -> Coverage:
    """Sum up what was heard; blocks."""
    store, model = async_get_history(hass).store, entry.runtime_data.loaded.model
    spans = store.spans(entry.entry_id, model, _since(msg))
    return assistant.coverage(msg["days"], spans)


def _question(
    hass: HomeAssistant, entry: AudioGuardConfigEntry, msg: dict[str, Any]
) -> assistant.Question:
    """Put together what is asked; blocks."""
    device, label = entry.runtime_data, msg["label"]
    return assistant.Question(
        label=label,
        days=msg["days"],
        policy=device.decider.policies[label],
        default=device.loaded.model.policies[label].threshold,
        zone=dt_util.get_default_time_zone(),
        quiet_hours=device.options.quiet_hours,
        clips=list_clips(clips_folder(hass, entry.entry_id)),
    )


def _heard(hass: HomeAssistant, entry: AudioGuardConfigEntry, msg: dict[str, Any]) -> HeardTrack:
    """Read what the class scored; blocks."""
    store, model = async_get_history(hass).store, entry.runtime_data.loaded.model
    return store.track(entry.entry_id, model, msg["label"], _since(msg))


def _since(msg: dict[str, Any]) -> float:
    """Return when the days asked for began, as Unix time."""
    return dt_util.utcnow().timestamp() - float(msg["days"]) * DAY_SECONDS
