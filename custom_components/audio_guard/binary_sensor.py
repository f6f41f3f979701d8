"""A binary sensor per class of sound, and one for the connection."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import AudioGuardConfigEntry
from .entity import AudioGuardEntity

PARALLEL_UPDATES = 0

# Sounds that have a device class of their own. A heard alarm is no smoke detector, and steps are no occupancy: who
# sits still makes none, and a light must not go out for it. Both stay sounds.
DEVICE_CLASSES = {"glass": BinarySensorDeviceClass.GLASS_BREAK}

CONNECTION = BinarySensorEntityDescription(
    key="connection",
    translation_key="connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera's binary sensors."""
    device = entry.runtime_data
    sounds = (
        SoundSensor(
            device,
            BinarySensorEntityDescription(
                key=label,
                translation_key=label,
                device_class=DEVICE_CLASSES.get(label, BinarySensorDeviceClass.SOUND),
            ),
        )
        for label in device.classes
    )
    async_add_entities([*sounds, ConnectionSensor(device, CONNECTION)])


class SoundSensor(AudioGuardEntity, BinarySensorEntity):
    """On while its sound is heard; unavailable while nothing can be heard."""

    @property
    def available(self) -> bool:
        """Return whether sound arrives."""
        return self._device.hears

    @property
    def is_on(self) -> bool:
        """Return whether the sound is heard."""
        return self._device.decider.active(self.entity_description.key)


class ConnectionSensor(AudioGuardEntity, BinarySensorEntity):
    """On while sound arrives; its attributes say how, or why not."""

    @property
    def is_on(self) -> bool:
        """Return whether sound arrives from the camera."""
        return self._device.status.state.hears

    @property
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the listener's state, and the stream or the reason why there is none."""
        status = self._device.status
        return {
            "status": status.state.value,
            "reason": status.reason or None,
            "codec": status.stream and status.stream.codec,
            "sample_rate": status.stream and status.stream.sample_rate_hz,
        }
