"""A switch per camera: listen or not."""

from typing import Any

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import AudioGuardConfigEntry
from .entity import AudioGuardEntity

PARALLEL_UPDATES = 0

LISTENING = SwitchEntityDescription(
    key="listening", translation_key="listening", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera's switch."""
    async_add_entities([ListeningSwitch(entry.runtime_data, LISTENING)])


class ListeningSwitch(AudioGuardEntity, SwitchEntity):
    """On while the camera is listened to; off closes the stream, and stays so over a restart."""

    @property
    def is_on(self) -> bool:
        """Return whether the camera should be listened to."""
        return self._device.listening

    async def async_turn_on(self, **kwargs: Any) -> None:
        """Listen."""
        await self._device.async_set_listening(True)
        self.async_write_ha_state()

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop listening and close the stream."""
        await self._device.async_set_listening(False)
        self.async_write_ha_state()
