"""Which sounds a camera listens for, in words that a person chooses by."""

from collections.abc import Iterable
from typing import Any, Final

import probatio as vol
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import OPTION_CLASSES_OFF, OPTION_CLIPS

CONF_LISTEN_FOR: Final = "listen_for"
EVERYTHING: Final = "everything"
CHOSEN: Final = "chosen"
GROUPS: Final = {
    "security": ("alarm", "fire", "glass", "presence", "shotgun"),
    "comfort": ("cry", "dog"),
}


def listen_for_field(*, chosen: bool) -> dict[vol.Marker, SelectSelector]:
    """Return the form's field that asks for a group; with `chosen` one may be made of single classes."""
    options = [EVERYTHING, *GROUPS, *([CHOSEN] if chosen else [])]
    selector = SelectSelector(
        SelectSelectorConfig(
            options=options, translation_key=CONF_LISTEN_FOR, mode=SelectSelectorMode.LIST
        )
    )
    return {vol.Required(CONF_LISTEN_FOR, default=EVERYTHING): selector}


# Whether detections are kept as sound; who does not want that says so.
CLIPS_FIELD: Final[dict[vol.Marker, BooleanSelector]] = {
    vol.Required(OPTION_CLIPS, default=True): BooleanSelector()
}


def sounds_selector(classes: Iterable[str]) -> SelectSelector:
    """Return a choice of some of the classes."""
    return SelectSelector(
        SelectSelectorConfig(options=list(classes), translation_key="sound", multiple=True)
    )


def options_for(group: str, classes: Iterable[str]) -> dict[str, Any]:
    """Return the options of an entry that listens for a group; a class that no group names is always listened for."""
    if group == EVERYTHING:
        return {}
    others = {label for name, labels in GROUPS.items() if name != group for label in labels}
    return options_without(label for label in classes if label in others)


def options_without(classes_off: Iterable[str]) -> dict[str, Any]:
    """Return the options of an entry that does not listen for some classes."""
    off = sorted(classes_off)
    return {OPTION_CLASSES_OFF: off} if off else {}
