"""Websocket commands with which the panel marks clips and hears of marks, for admins."""

from typing import Any

import probatio as vol
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .clip_marks import Mark, Verdict
from .const import DOMAIN
from .marks import SIGNAL_MARKED, async_mark_clip

type Json = dict[str, Any]


@callback
def async_setup_marks_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, ws_mark)
    websocket_api.async_register_command(hass, ws_subscribe)


@websocket_api.require_admin
@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/clips/mark",
        vol.Required("entry_id"): str,
        vol.Required("name"): str,
        vol.Required("verdict"): vol.Any(None, vol.Coerce(Verdict)),
        vol.Optional("sound", default=None): vol.Any(None, str),
    }
)
@websocket_api.async_response
async def ws_mark(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """Mark a clip; without a verdict its mark is taken away."""
    mark = await async_mark_clip(hass, msg["entry_id"], msg["name"], msg["verdict"], msg["sound"])
    connection.send_result(msg["id"], {"mark": mark and mark.as_json()})


@callback
@websocket_api.require_admin
@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/marks/subscribe"})
def ws_subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: Json) -> None:
    """Tell of every mark from now on."""

    @callback
    def tell(entry_id: str, name: str, mark: Mark | None) -> None:
        connection.send_event(
            msg["id"], {"entry_id": entry_id, "name": name, "mark": mark and mark.as_json()}
        )

    connection.subscriptions[msg["id"]] = async_dispatcher_connect(hass, SIGNAL_MARKED, tell)
    connection.send_result(msg["id"])
