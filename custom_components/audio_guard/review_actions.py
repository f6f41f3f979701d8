"""The actions of reviewing: mark a clip, and export what has been marked for the training tools."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

import probatio as vol
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.json import JsonObjectType

from .clip_marks import Verdict
from .clips import all_clips_folder
from .const import DOMAIN
from .labelled_clips import Export, export_labelled
from .marks import async_mark_media

SERVICE_MARK: Final = "mark_clip"
SERVICE_EXPORT: Final = "export_labelled"

ATTR_CLIP: Final = "clip"
ATTR_VERDICT: Final = "verdict"
ATTR_SOUND: Final = "sound"
ATTR_UNNAMED: Final = "unnamed_as_others"

# A verdict that takes a mark away.
NO_VERDICT: Final = "none"

MARK_SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_CLIP): cv.string,
        vol.Required(ATTR_VERDICT): vol.In([*Verdict, NO_VERDICT]),
        vol.Optional(ATTR_SOUND): cv.string,
    }
)
EXPORT_SCHEMA = vol.Schema({vol.Optional(ATTR_UNNAMED, default=False): cv.boolean})

_EXPORTING: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_exporting")


@callback
def async_setup_review_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.data[_EXPORTING] = asyncio.Lock()
    hass.services.async_register(DOMAIN, SERVICE_MARK, _async_mark, MARK_SCHEMA)
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_EXPORT,
        _async_export,
        EXPORT_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_mark(call: ServiceCall) -> None:
    """Mark a clip."""
    chosen = call.data[ATTR_VERDICT]
    verdict = None if chosen == NO_VERDICT else Verdict(chosen)
    await async_mark_media(call.hass, call.data[ATTR_CLIP], verdict, call.data.get(ATTR_SOUND))


async def _async_export(call: ServiceCall) -> ServiceResponse:
    """Make a data set of all cameras' marked clips and say what is in it."""
    hass = call.hass
    exports = Path(hass.config.path(DOMAIN, "export"))
    work = partial(
        export_labelled,
        all_clips_folder(hass),
        [entry.entry_id for entry in hass.config_entries.async_entries(DOMAIN)],
        exports,
        now=dt_util.utcnow(),
        unnamed_as_others=call.data[ATTR_UNNAMED],
    )
    async with hass.data[_EXPORTING]:
        try:
            export = await hass.async_add_executor_job(work)
        except OSError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="export_failed",
                translation_placeholders={
                    "folder": str(exports),
                    "reason": error.strerror or str(error),
                },
            ) from error
    if export.folder is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_marked")
    return _response(export, export.folder)


def _response(export: Export, folder: Path) -> JsonObjectType:
    """Return what was exported as JSON."""
    return {
        "folder": str(folder),
        "sounds": {
            label: {
                "clips": tally.clips,
                "files": tally.files,
                "seconds": round(tally.seconds, 1),
                "occasions": len(tally.groups),
            }
            for label, tally in sorted(export.sounds.items())
        },
        "too_few": list(export.too_few),
        "left_out": {reason.value: clips for reason, clips in sorted(export.left_out.items())},
    }
