"""How a camera is heard, what was heard last, and for tuning: the level and a score per class, slowly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import AudioGuardConfigEntry, CameraDevice
from .engine.decide import Detection
from .engine.frame import ScoreFrame
from .entity import AudioGuardEntity
from .health import HEALTH_STATES

PARALLEL_UPDATES = 0

# A state per hop would be 180 000 rows a day in the recorder; the highest of ten seconds shows what matters.
PEAK_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class PeakDescription(SensorEntityDescription):
    """A sensor of the highest value of some seconds."""

    value: Callable[[ScoreFrame], float]
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    entity_registry_enabled_default: bool = False
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT


LEVEL = PeakDescription(
    key="level",
    translation_key="level",
    native_unit_of_measurement="dBFS",
    suggested_display_precision=0,
    value=lambda frame: frame.level_dbfs,
)
HEALTH = SensorEntityDescription(
    key="health",
    translation_key="health",
    device_class=SensorDeviceClass.ENUM,
    options=list(HEALTH_STATES),
    entity_category=EntityCategory.DIAGNOSTIC,
)
LAST_SOUND = SensorEntityDescription(
    key="last_sound", translation_key="last_sound", device_class=SensorDeviceClass.ENUM
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera's sensors."""
    device = entry.runtime_data
    scores = (_score_description(label) for label in device.classes)
    async_add_entities(
        [
            HealthSensor(device, HEALTH),
            LastSound(device, LAST_SOUND),
            *(Peak(device, description) for description in (LEVEL, *scores)),
        ]
    )


class HealthSensor(AudioGuardEntity, SensorEntity):
    """How the camera is heard; its attributes say why, and since when."""

    @property
    def native_value(self) -> str:
        """Return the state in one word."""
        return self._device.health.state

    @property
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the reason in words, and since when the camera is heard or deaf."""
        health = self._device.health
        return {"reason": health.reason or None, "since": health.since.isoformat()}


class LastSound(AudioGuardEntity, RestoreSensor):
    """The class that was heard last, also over a restart."""

    @property
    def options(self) -> list[str]:
        """Return the classes that are listened for."""
        return list(self._device.classes)

    async def async_added_to_hass(self) -> None:
        """Take up what was heard before, and follow the camera's detections."""
        await super().async_added_to_hass()
        before = await self.async_get_last_sensor_data()
        if before is not None and before.native_value in self.options:
            self._attr_native_value = before.native_value
        self.async_on_remove(self._device.async_watch_detections(self._async_heard))

    @callback
    def _async_heard(self, detection: Detection, _clip: str | None) -> None:
        """Note what was heard; the state is written with the other entities'."""
        self._attr_native_value = detection.label


class Peak(AudioGuardEntity, SensorEntity):
    """The highest value of the last seconds; unavailable while nothing can be heard."""

    entity_description: PeakDescription

    def __init__(self, device: CameraDevice, description: PeakDescription) -> None:
        """Count in hops, which need no timer."""
        super().__init__(device, description)
        hop_seconds = device.loaded.model.front_end.patch_hop_seconds
        self._hops = round(PEAK_SECONDS / hop_seconds)
        self._values: list[float] = []

    @property
    def available(self) -> bool:
        """Return whether sound arrives."""
        return self._device.hears

    async def async_added_to_hass(self) -> None:
        """Follow the camera's frames from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._device.async_watch_frames(self._async_take_frame))

    @callback
    def _async_take_frame(self, frame: ScoreFrame) -> None:
        """Gather values; write the highest when there are enough."""
        self._values.append(self.entity_description.value(frame))
        if len(self._values) >= self._hops:
            self._attr_native_value = max(self._values)
            self._values.clear()
            self.async_write_ha_state()


def _score_description(label: str) -> PeakDescription:
    """Describe the sensor of one class's score."""
    return PeakDescription(
        key=f"{label}_score",
        translation_key=f"{label}_score",
        suggested_display_precision=3,
        value=lambda frame: frame.scores[label],
    )
