"""The actions: test a camera with a sound, classify a recording, switch listening on and off."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import probatio as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import service
from homeassistant.helpers.selector import MediaSelector
from homeassistant.util.json import JsonObjectType, JsonValueType

from .const import DOMAIN
from .device import AudioGuardConfigEntry
from .engine.decide import Decider, Detection
from .engine.errors import ModelError, RuntimeMissingError, SourceError, TooLongError
from .engine.frame import ScoreFrame
from .engine.level import level_dbfs
from .engine.recording import read_recording, score_recording
from .engine.source import Source
from .media import async_find_media
from .shared_model import LoadedModel, async_take_model, model_fault
from .sound_trial import LONGEST_SECONDS, Outcome, async_try_sound

SERVICE_TEST: Final = "test"
SERVICE_CLASSIFY: Final = "classify"
SERVICE_SET_LISTENING: Final = "set_listening"

ATTR_DRY_RUN: Final = "dry_run"
ATTR_LISTENING: Final = "listening"
ATTR_MEDIA: Final = "media"
ATTR_SOUND: Final = "sound"

# The built-in sounds that the shipped model hears at its default thresholds.
TEST_SOUNDS: Final = ("alarm", "cry", "dog", "fire", "glass", "shotgun")
# Half a minute of work for a slow machine.
LONGEST_CLASSIFIED_SECONDS: Final = 600.0

MEDIA_SELECTOR = MediaSelector({"accept": ["audio/*", "video/*"]})


def media_content_id(value: Any) -> str:
    """Take what the media selector gives, or the id of a media source's item or a path as plain text."""
    if isinstance(value, str):
        return value
    media: Any = MEDIA_SELECTOR(value)
    return str(media["media_content_id"])


TEST_SCHEMA = vol.All(
    vol.Schema(
        {
            vol.Required(ATTR_DEVICE_ID): cv.string,
            vol.Exclusive(ATTR_SOUND, "sound"): vol.In(TEST_SOUNDS),
            vol.Exclusive(ATTR_MEDIA, "sound"): media_content_id,
            vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
        }
    ),
    cv.has_at_least_one_key(ATTR_SOUND, ATTR_MEDIA),
)
CLASSIFY_SCHEMA = vol.Schema({vol.Required(ATTR_MEDIA): media_content_id})
SET_LISTENING_SCHEMA = cv.make_entity_service_schema({vol.Required(ATTR_LISTENING): cv.boolean})


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, SERVICE_TEST, _async_test, TEST_SCHEMA, SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, SERVICE_CLASSIFY, _async_classify, CLASSIFY_SCHEMA, SupportsResponse.ONLY
    )
    hass.services.async_register(
        DOMAIN, SERVICE_SET_LISTENING, _async_set_listening, SET_LISTENING_SCHEMA
    )


async def _async_test(call: ServiceCall) -> ServiceResponse:
    """Play a sound to a camera's chain and return what came of it."""
    hass, entry = call.hass, _camera(call)
    sound = call.data.get(ATTR_SOUND) or await async_find_media(hass, call.data[ATTR_MEDIA])
    # A task of the entry's, so that unloading it ends the test.
    trial = entry.async_create_background_task(
        hass,
        async_try_sound(hass, entry, sound, dry_run=call.data[ATTR_DRY_RUN]),
        f"{DOMAIN} test of {entry.title}",
    )
    try:
        with _translated(LONGEST_SECONDS):
            outcome = await trial
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="test_stopped",
            translation_placeholders={"camera": entry.title},
        ) from None
    return _test_response(outcome)


async def _async_classify(call: ServiceCall) -> ServiceResponse:
    """Return what a recording sounds like."""
    hass = call.hass
    source = await async_find_media(hass, call.data[ATTR_MEDIA])
    stop = threading.Event()
    with _translated(LONGEST_CLASSIFIED_SECONDS):
        loaded, give_back = await async_take_model(hass)
        try:
            return await hass.async_add_executor_job(_classify, loaded, source, stop)
        finally:
            stop.set()
            give_back()


async def _async_set_listening(call: ServiceCall) -> None:
    """Switch listening on or off for every camera that the target names or that is among its areas."""
    entry_ids = await service.async_extract_config_entry_ids(call)
    entries: list[AudioGuardConfigEntry] = [
        entry
        for entry in call.hass.config_entries.async_entries(DOMAIN)
        if entry.entry_id in entry_ids
    ]
    if not entries:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_camera")
    for entry in entries:
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="camera_not_loaded",
                translation_placeholders={"camera": entry.title},
            )
    listening = call.data[ATTR_LISTENING]
    await asyncio.gather(*(entry.runtime_data.async_set_listening(listening) for entry in entries))


def _camera(call: ServiceCall) -> AudioGuardConfigEntry:
    """Return the entry of the camera that a call names."""
    _, entry = service.async_get_device_and_config_entry(
        call.hass, DOMAIN, call.data[ATTR_DEVICE_ID]
    )
    return entry


@contextmanager
def _translated(longest_seconds: float) -> Iterator[None]:
    """Turn the engine's errors into Home Assistant's."""
    try:
        yield
    except TooLongError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="sound_too_long",
            translation_placeholders={"seconds": f"{longest_seconds:.0f}"},
        ) from error
    except SourceError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="sound_unreadable",
            translation_placeholders={"error": str(error)},
        ) from error
    except (ModelError, RuntimeMissingError) as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=model_fault(error),
            translation_placeholders={"error": str(error)},
        ) from error


def _classify(loaded: LoadedModel, source: Source, stop: threading.Event) -> JsonObjectType:
    """Read and score a recording, and decide with the model's own thresholds; blocks."""
    model = loaded.model
    recording = read_recording(
        source,
        model.front_end.sample_rate_hz,
        longest_seconds=LONGEST_CLASSIFIED_SECONDS,
        stop=stop,
    )
    decider = Decider(model.policies)
    best = dict.fromkeys(model.classes, 0.0)
    changes: list[Detection] = []
    for frame in score_recording(recording.pcm, model, loaded.scorer, stop=stop):
        best = {label: max(score, frame.scores[label]) for label, score in best.items()}
        changes += decider.step(frame)
    return {
        "duration": round(recording.seconds, 2),
        "level": round(level_dbfs(recording.pcm), 1),
        "scores": {label: round(score, 3) for label, score in best.items()},
        "detections": _detections(changes),
    }


def _test_response(outcome: Outcome) -> JsonObjectType:
    """Return a test's outcome as JSON."""
    rehearsal = outcome.rehearsal
    return {
        "codec": rehearsal.stream.codec,
        "sample_rate": rehearsal.stream.sample_rate_hz,
        "duration": round(rehearsal.seconds, 2),
        "hops": [_hop(frame) for frame in outcome.frames],
        "detections": _detections(outcome.detections),
        "changes": [
            {"entity_id": change.entity_id, "from": change.before, "to": change.after}
            for change in outcome.changes
        ],
    }


def _hop(frame: ScoreFrame) -> JsonObjectType:
    """Return a frame as JSON."""
    return {
        "time": round(frame.t, 2),
        "level": round(frame.level_dbfs, 1),
        "scores": {label: round(score, 3) for label, score in frame.scores.items()},
    }


def _detections(changes: Iterable[Detection]) -> list[JsonValueType]:
    """Pair the starts and ends of detections; one that has not ended has no end."""
    found: list[JsonValueType] = []
    going_on: dict[str, JsonObjectType] = {}
    for change in changes:
        if change.active:
            going_on[change.label] = {"class": change.label, "start": round(change.t, 2)}
            found.append(going_on[change.label])
        going_on[change.label]["end"] = None if change.active else round(change.t, 2)
        going_on[change.label]["score"] = round(change.score, 3)
    return found
