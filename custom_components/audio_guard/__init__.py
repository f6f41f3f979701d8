"""Audio Guard: the cameras a home already has learn to listen."""

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryError

from .const import DOMAIN
from .device import AudioGuardConfigEntry, CameraDevice
from .engine.errors import ModelError, RuntimeMissingError
from .shared_model import async_take_model, model_fault

PLATFORMS = [Platform.BINARY_SENSOR, Platform.EVENT, Platform.NUMBER, Platform.SWITCH]


async def async_setup_entry(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> bool:
    """Load the model and begin to listen; the camera itself is not waited for."""
    try:
        loaded, give_back = await async_take_model(hass)
    except (ModelError, RuntimeMissingError) as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key=model_fault(error),
            translation_placeholders={"error": str(error)},
        ) from error
    entry.async_on_unload(give_back)
    device = entry.runtime_data = CameraDevice(hass, entry, loaded)

    async def stop(_: Event) -> None:
        await device.async_stop()

    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    device.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> bool:
    """Stop listening and take the entities away."""
    await entry.runtime_data.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
