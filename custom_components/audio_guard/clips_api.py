"""Websocket commands for the clips, for admins: a camera's list, and one clip with all that is kept of it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import probatio as vol
from homeassistant.components import websocket_api
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.websocket_api import ERR_NOT_FOUND, ActiveConnection
from homeassistant.core import HomeAssistant, callback

from .api_access import async_asked_camera
from .clip_files import NOTES, PICTURE, SOUND, ClipName, list_clips, parse_name
from .clip_view import clip_url
from .clips import clips_folder
from .const import DOMAIN

type Json = dict[str, Any]

# As long as a person may look at one page.
SIGNED_FOR: Final = timedelta(hours=12)
MOST_CLIPS: Final = 200


@callback
def async_setup_clips_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, ws_list)
    websocket_api.async_register_command(hass, ws_get)


@websocket_api.require_admin
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/clips/list",
        vol.Required("entry_id"): str,
        vol.Optional("before"): str,
        vol.Optional("limit", default=50): vol.All(int, vol.Range(min=1, max=MOST_CLIPS)),
    }
)
@websocket_api.async_response
async def ws_list(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """List a camera's clips, the newest first; `before` is the name of a clip to go on after."""
    entry = async_asked_camera(hass, connection, msg)
    if entry is None:
        return
    folder = clips_folder(hass, entry.entry_id)
    clips = await hass.async_add_executor_job(list_clips, folder)
    if before := msg.get("before"):
        clips = [clip for clip in clips if clip.name < before]
    connection.send_result(
        msg["id"],
        {
            "clips": [_clip(hass, entry.entry_id, clip) for clip in clips[: msg["limit"]]],
            "more": len(clips) > msg["limit"],
        },
    )


@websocket_api.require_admin
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/clips/get",
        vol.Required("entry_id"): str,
        vol.Required("name"): str,
    }
)
@websocket_api.async_response
async def ws_get(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """Return one clip: what was heard in it, its scores over time, and where its sound is fetched."""
    entry = async_asked_camera(hass, connection, msg)
    if entry is None:
        return
    folder = clips_folder(hass, entry.entry_id)
    notes: Json | None = None
    if clip := parse_name(msg["name"]):
        notes = await hass.async_add_executor_job(_read_notes, folder, clip)
    if clip is None or notes is None:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such clip")
        return
    sound = _signed(hass, entry.entry_id, f"{clip.name}{SOUND}")
    connection.send_result(
        msg["id"], {**_clip(hass, entry.entry_id, clip), "sound": sound, "notes": notes}
    )


def _clip(hass: HomeAssistant, entry_id: str, clip: ClipName) -> Json:
    """Describe a clip by what its name says, with its picture."""
    return {
        "name": clip.name,
        "label": clip.label,
        "heard_at": clip.heard_at.isoformat(),
        "picture": _signed(hass, entry_id, f"{clip.name}{PICTURE}"),
    }


def _signed(hass: HomeAssistant, entry_id: str, file: str) -> str:
    """Return a file's address for whoever asks, since an image or a player can't log in."""
    return async_sign_path(hass, clip_url(entry_id, file), SIGNED_FOR)


def _read_notes(folder: Path, clip: ClipName) -> Json | None:
    """Return what is kept of a clip beside its sound; None if it is gone; blocks."""
    try:
        notes: Json = json.loads((folder / f"{clip.name}{NOTES}").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return notes
