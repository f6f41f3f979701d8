"""What Home Assistant's system information says about Audio Guard."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .device import AudioGuardConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Offer the information."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many cameras are heard, and by what."""
    entries: list[AudioGuardConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    devices = [entry.runtime_data for entry in entries]
    models = {f"{device.loaded.model.name} {device.loaded.model.version}" for device in devices}
    runtimes = {device.loaded.scorer.runtime.value for device in devices}
    return {
        "cameras": len(hass.config_entries.async_entries(DOMAIN)),
        "listening": sum(device.listening for device in devices),
        "heard": sum(device.status.state.hears for device in devices),
        "model": ", ".join(sorted(models)),
        "runtime": ", ".join(sorted(runtimes)),
        "skipped_hops": sum(device.skipped_hops for device in devices),
    }
