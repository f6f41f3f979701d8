"""Who may ask the panel's websocket commands about which camera."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api import ERR_NOT_FOUND, ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .device import AudioGuardConfigEntry


@callback
def async_asked_camera(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> AudioGuardConfigEntry | None:
    """Return the camera that a message names; None after it was answered that there is none.

    Raises `Unauthorized` for a camera that the user may not see.
    """
    entry = hass.config_entries.async_get_entry(msg["entry_id"])
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such camera")
        return None
    if not async_may_see(hass, connection.user, entry):
        raise Unauthorized
    return entry


@callback
def async_may_see(hass: HomeAssistant, user: User, entry: AudioGuardConfigEntry) -> bool:
    """Tell whether a user may read all of a camera's entities, and so what it hears."""
    if user.permissions.access_all_entities(POLICY_READ):
        return True
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    readable = [user.permissions.check_entity(entity.entity_id, POLICY_READ) for entity in entities]
    return bool(readable) and all(readable)
