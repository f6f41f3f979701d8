"""A sensitivity per class, in words: about how many false alarms a week."""

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .device import AudioGuardConfigEntry, CameraDevice
from .entity import AudioGuardEntity
from .sensitivity import CUSTOM, offered, option_of

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a sensitivity for each class whose false alarms the model's card knows."""
    device = entry.runtime_data
    rates = device.loaded.model.false_alarms
    async_add_entities(
        Sensitivity(
            device,
            SelectEntityDescription(
                key=f"{label}_sensitivity",
                translation_key=f"{label}_sensitivity",
                entity_category=EntityCategory.CONFIG,
            ),
            label,
            offered(rates[label]),
        )
        for label in device.classes
        if rates.get(label)
    )


class Sensitivity(AudioGuardEntity, SelectEntity):
    """The class's threshold by another name; what is chosen here is set there, and the other way round."""

    def __init__(
        self,
        device: CameraDevice,
        description: SelectEntityDescription,
        label: str,
        thresholds: dict[str, float],
    ) -> None:
        """Take the class and its thresholds by option."""
        super().__init__(device, description)
        self._label = label
        self._thresholds = thresholds

    @property
    def options(self) -> list[str]:
        """Return what can be chosen; `custom` only while it is so, since it sets nothing."""
        custom = [CUSTOM] if self.current_option == CUSTOM else []
        return [*self._thresholds, *custom]

    @property
    def current_option(self) -> str:
        """Return the option that the threshold in use is."""
        return option_of(self._device.decider.threshold(self._label), self._thresholds)

    async def async_select_option(self, option: str) -> None:
        """Use the option's threshold."""
        if option != CUSTOM:
            self._device.async_set_threshold(self._label, self._thresholds[option])
