"""Tell in the logbook what was heard, in sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN, EVENT_SOUND

# The logbook speaks English only; a class of another model is named by its key.
SOUNDS: Mapping[str, str] = {
    "alarm": "an alarm",
    "cry": "a crying baby",
    "dog": "a dog",
    "fire": "a crackling fire",
    "glass": "breaking glass",
    "presence": "steps or a door",
    "shotgun": "a gunshot",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe the detections."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        """Return a detection's line."""
        label, entity_id = event.data["class"], event.data["entity"]
        sound = SOUNDS.get(label, label.replace("_", " "))
        return {
            LOGBOOK_ENTRY_NAME: _camera_name(hass, entity_id),
            LOGBOOK_ENTRY_MESSAGE: f"heard {sound} (score {event.data['score']:.2f})",
            LOGBOOK_ENTRY_ENTITY_ID: entity_id,
        }

    async_describe_event(DOMAIN, EVENT_SOUND, describe)


def _camera_name(hass: HomeAssistant, entity_id: str | None) -> str:
    """Return what the camera of a sensor is called now; it may have been removed since."""
    entity = er.async_get(hass).async_get(entity_id) if entity_id else None
    device = entity and entity.device_id and dr.async_get(hass).async_get(entity.device_id)
    return (device and (device.name_by_user or device.name)) or "Audio Guard"
