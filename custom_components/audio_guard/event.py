"""An event entity per camera: what was heard last."""

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ATTR_SCORE
from .device import AudioGuardConfigEntry
from .engine.decide import Detection
from .entity import AudioGuardEntity

PARALLEL_UPDATES = 0

SOUND = EventEntityDescription(key="sound", translation_key="sound")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera's event entity."""
    async_add_entities([SoundEvent(entry.runtime_data, SOUND)])


class SoundEvent(AudioGuardEntity, EventEntity):
    """Fires once per detection, with the class as event type."""

    @property
    def event_types(self) -> list[str]:
        """Return the classes that the model can detect."""
        return list(self._device.classes)

    @property
    def available(self) -> bool:
        """Return whether sound arrives."""
        return self._device.hears

    async def async_added_to_hass(self) -> None:
        """Follow the camera's detections from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._device.async_watch_detections(self._async_heard))

    @callback
    def _async_heard(self, detection: Detection, clip: str | None) -> None:
        """Fire; the state is written with the other entities'."""
        self._trigger_event(
            detection.label, {ATTR_SCORE: round(detection.score, 3), **self._device.clip_data(clip)}
        )
        self.async_write_ha_state()
