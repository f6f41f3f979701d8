"""The form that asks for a stream's address, and what an entry keeps of it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import probatio as vol
from homeassistant.const import CONF_NAME, CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .camera_source import parse_url
from .const import CONF_TRANSPORT
from .engine.errors import InvalidUrlError
from .engine.source import Source, Transport

_CREDENTIALS: dict[vol.Marker, Any] = {
    vol.Optional(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Optional(CONF_PASSWORD): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}
_ADDRESS: dict[vol.Marker, Any] = {
    vol.Required(CONF_URL): TextSelector(),
    **_CREDENTIALS,
    vol.Required(CONF_TRANSPORT, default=Transport.TCP.value): SelectSelector(
        SelectSelectorConfig(
            options=[transport.value for transport in Transport],
            translation_key=CONF_TRANSPORT,
            mode=SelectSelectorMode.DROPDOWN,
        )
    ),
}
CREDENTIALS_SCHEMA = vol.Schema(_CREDENTIALS)
ADDRESS_SCHEMA = vol.Schema(_ADDRESS)
NAMED_ADDRESS_SCHEMA = vol.Schema({vol.Optional(CONF_NAME): TextSelector(), **_ADDRESS})


def read_form(user_input: Mapping[str, Any]) -> Source:
    """Read a filled form; raises `InvalidUrlError`."""
    return parse_url(
        user_input[CONF_URL],
        username=user_input.get(CONF_USERNAME, ""),
        password=user_input.get(CONF_PASSWORD, ""),
        transport=Transport(user_input[CONF_TRANSPORT]),
    )


def entry_data(source: Source) -> dict[str, Any]:
    """Return what an entry keeps of an address."""
    return {
        CONF_URL: source.url,
        CONF_USERNAME: source.username,
        CONF_PASSWORD: source.password,
        CONF_TRANSPORT: source.transport.value,
    }


def address_id(source: Source) -> str:
    """Return the unique id of an entry for an address.

    A path may be a secret, and a unique id is shown in places where a secret must not be.
    """
    return hashlib.sha256(source.url.encode()).hexdigest()[:16]


def shown_again(user_input: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a form may show again: the password is typed anew, also one inside the address."""
    if user_input is None:
        return {}
    shown = without_password(user_input)
    try:
        source = read_form(user_input)
    except InvalidUrlError:
        return shown
    return {**shown, CONF_URL: source.url, CONF_USERNAME: source.username}


def without_password(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all values but the password."""
    return {name: value for name, value in values.items() if name != CONF_PASSWORD}
