"""Diagnostics of a camera, without its address and credentials."""

from typing import Any

from homeassistant.core import HomeAssistant

from .const import CONF_CAMERA, CONF_TRANSPORT
from .device import AudioGuardConfigEntry


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: AudioGuardConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault; of the entry's data only what holds no secret."""
    device = entry.runtime_data
    model = device.loaded.model
    return {
        "camera": entry.data.get(CONF_CAMERA),
        "transport": entry.data.get(CONF_TRANSPORT),
        "options": dict(entry.options),
        "model": {"name": model.name, "version": model.version, "labels": model.labels},
        "runtime": device.loaded.scorer.runtime.value,
        "status": {
            "state": device.status.state.value,
            "reason": device.status.reason,
            "codec": device.status.stream and device.status.stream.codec,
            "sample_rate_hz": device.status.stream and device.status.stream.sample_rate_hz,
        },
        "thresholds": {label: device.decider.threshold(label) for label in device.classes},
        "skipped_hops": device.listener.skipped_hops if device.listener else 0,
    }
