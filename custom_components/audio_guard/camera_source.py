"""Find the address that a config entry listens to."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.camera import async_get_stream_source
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from .const import CONF_CAMERA, CONF_TRANSPORT
from .engine.errors import InvalidUrlError, NoAudioError, NotFoundError
from .engine.source import Source, Transport, parse_source


async def async_find_source(hass: HomeAssistant, data: Mapping[str, Any]) -> Source:
    """Return the source that an entry's data names.

    A camera entity is asked anew each time, because its address may hold a token that changes. Raises a
    `SourceError`.
    """
    if CONF_CAMERA in data:
        return parse_url(await _async_camera_address(hass, data[CONF_CAMERA]))
    return parse_url(
        data[CONF_URL],
        username=data.get(CONF_USERNAME, ""),
        password=data.get(CONF_PASSWORD, ""),
        transport=Transport(data.get(CONF_TRANSPORT, Transport.TCP)),
    )


def parse_url(
    address: str, *, username: str = "", password: str = "", transport: Transport = Transport.TCP
) -> Source:
    """Read an address as the engine does, but refuse paths: local files are not a camera's.

    Raises `InvalidUrlError`.
    """
    source = parse_source(address, username=username, password=password, transport=transport)
    if not source.is_url:
        raise InvalidUrlError("the address is no URL: write rtsp://host/path")
    return source


async def _async_camera_address(hass: HomeAssistant, camera: str) -> str:
    """Ask a camera entity, named by its id or its place in the entity registry, for its stream."""
    entity_id = er.async_resolve_entity_id(er.async_get(hass), camera)
    if entity_id is None:
        raise NotFoundError("the camera entity is gone: remove this entry, or add the camera again")
    try:
        address = await async_get_stream_source(hass, entity_id)
    except HomeAssistantError as error:
        raise NotFoundError(
            f"{entity_id} is not available: check the camera's own integration"
        ) from error
    if not address:
        raise NoAudioError(f"{entity_id} gives no stream: enter the camera's RTSP address instead")
    return address
