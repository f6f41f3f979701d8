"""What all entities of a camera share."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription

from .device import AudioGuardConfigEntry, CameraDevice

# The keys of a class's entities, on whatever platform.
CLASS_KEYS = ("{}", "{}_threshold", "{}_sensitivity", "{}_score")


@callback
def async_remove_entities_of_classes_off(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> None:
    """Take entities of classes that are not listened for out of the registry, which remembers their names."""
    device = entry.runtime_data
    off = set(device.loaded.model.classes) - set(device.classes)
    unwanted = {device.unique_id(key.format(label)) for label in off for key in CLASS_KEYS}
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id in unwanted:
            registry.async_remove(entity.entity_id)


class AudioGuardEntity(Entity):
    """An entity of one camera; it writes its state when the camera says that something changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, device: CameraDevice, description: EntityDescription) -> None:
        """Take the device and what kind of entity this is."""
        self.entity_description = description
        self._device = device
        self._attr_unique_id = device.unique_id(description.key)
        self._attr_device_info = device.info

    async def async_added_to_hass(self) -> None:
        """Follow the camera from now on."""
        self.async_on_remove(self._device.async_watch(self.async_write_ha_state))
