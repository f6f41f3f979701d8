"""Follow a camera for a websocket connection, over reloads of its entry."""

from collections.abc import Callable

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .device import AudioGuardConfigEntry, CameraDevice


@callback
def async_follow_device(
    hass: HomeAssistant,
    entry: AudioGuardConfigEntry,
    attach: Callable[[CameraDevice | None], CALLBACK_TYPE],
) -> CALLBACK_TYPE:
    """Call `attach` with the device, with None while there is none, and with the next; return how to stop that.

    What `attach` returns is called before the next, and in the end.
    """
    device = loaded_device(entry)
    detach = attach(device)

    @callback
    def changed(_change: ConfigEntryChange, other: ConfigEntry) -> None:
        nonlocal device, detach
        if other is not entry or (now := loaded_device(entry)) is device:
            return
        detach()
        device, detach = now, attach(now)

    unfollow = async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)

    @callback
    def stop() -> None:
        unfollow()
        detach()

    return stop


def loaded_device(entry: AudioGuardConfigEntry) -> CameraDevice | None:
    """Return a camera's device, if it is set up."""
    return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None
