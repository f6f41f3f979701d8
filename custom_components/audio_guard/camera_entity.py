"""The camera entity that an entry listens to: its place in the registries, its area, whether it streams."""

from collections.abc import Callable

from homeassistant.components.camera import CameraState
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
)

STREAMING = (CameraState.STREAMING, CameraState.RECORDING)


@callback
def async_camera_id(hass: HomeAssistant, camera: str) -> str | None:
    """Return the entity id of a camera that an entry names by its registry id or entity id; None if it is gone."""
    return er.async_resolve_entity_id(er.async_get(hass), camera)


@callback
def async_camera_device(hass: HomeAssistant, camera: str) -> dr.AnyDeviceEntry | None:
    """Return the device that a camera entity belongs to, if any."""
    registered = _registered(hass, camera)
    if registered is None or registered.device_id is None:
        return None
    return dr.async_get(hass).async_get(registered.device_id)


@callback
def async_camera_area(hass: HomeAssistant, camera: str) -> str | None:
    """Return the name of the area that a camera entity, or else its device, lies in."""
    registered, device = _registered(hass, camera), async_camera_device(hass, camera)
    area_ids = [place.area_id for place in (registered, device) if place is not None]
    for area_id in filter(None, area_ids):
        if area := ar.async_get(hass).async_get_area(area_id):
            return area.name
    return None


@callback
def async_runs_on_battery(hass: HomeAssistant, camera: str) -> bool:
    """Tell whether a camera's device has a battery: opening its stream would wake and drain it."""
    device = async_camera_device(hass, camera)
    if device is None:
        return False
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    return any(
        SensorDeviceClass.BATTERY in (entity.device_class, entity.original_device_class)
        for entity in entities
    )


@callback
def async_follow_streaming(
    hass: HomeAssistant, camera: str, changed: Callable[[bool], None]
) -> CALLBACK_TYPE:
    """Say now, and at every change, whether a camera entity streams to somebody; return how to end that."""

    @callback
    def tell(event: Event[EventStateChangedData] | None = None) -> None:
        entity_id = async_camera_id(hass, camera)
        state = hass.states.get(entity_id) if entity_id else None
        changed(state is not None and state.state in STREAMING)

    tell()
    entity_id = async_camera_id(hass, camera)
    return async_track_state_change_event(hass, entity_id or [], tell)


@callback
def async_on_rename(hass: HomeAssistant, camera: str, renamed: Callable[[], None]) -> CALLBACK_TYPE:
    """Call `renamed` when a camera entity gets another entity id; return how to end that."""

    @callback
    def tell(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if event.data["action"] == "update" and "entity_id" in event.data["changes"]:
            renamed()

    entity_id = async_camera_id(hass, camera)
    return async_track_entity_registry_updated_event(hass, entity_id or [], tell)


def _registered(hass: HomeAssistant, camera: str) -> er.RegistryEntry | None:
    """Return a camera's entry in the registry; cameras without a unique id have none."""
    entity_id = async_camera_id(hass, camera)
    return er.async_get(hass).async_get(entity_id) if entity_id else None
