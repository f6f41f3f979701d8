"""A threshold per class; it acts at the next hop."""

from homeassistant.components.number import NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import AudioGuardConfigEntry, CameraDevice
from .entity import AudioGuardEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the camera's thresholds."""
    device = entry.runtime_data
    async_add_entities(
        Threshold(
            device,
            NumberEntityDescription(
                key=f"{label}_threshold",
                translation_key=f"{label}_threshold",
                entity_category=EntityCategory.CONFIG,
                mode=NumberMode.SLIDER,
                native_min_value=0.05,
                native_max_value=1.0,
                native_step=0.005,
            ),
            label,
        )
        for label in device.classes
    )


class Threshold(AudioGuardEntity, NumberEntity):
    """The score from which a class counts as heard; 1 switches the class off."""

    def __init__(
        self, device: CameraDevice, description: NumberEntityDescription, label: str
    ) -> None:
        """Note which class the threshold is for."""
        super().__init__(device, description)
        self._label = label

    @property
    def native_value(self) -> float:
        """Return the threshold in use."""
        return round(self._device.decider.threshold(self._label), 3)

    async def async_set_native_value(self, value: float) -> None:
        """Use another threshold."""
        self._device.async_set_threshold(self._label, round(value, 3))
