"""What all entities of a camera share."""

from homeassistant.helpers.entity import Entity, EntityDescription

from .device import CameraDevice


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
