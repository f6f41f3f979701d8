"""Play a sound to a camera's own chain, so that the home acts as if the camera had heard it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from numpy.typing import NDArray

from .const import DOMAIN
from .device import AudioGuardConfigEntry, CameraDevice
from .engine.decide import Decider, Detection
from .engine.frame import ScoreFrame
from .engine.recording import read_recording
from .engine.rehearsal import Rehearsal, rehearse
from .engine.sounds import perform
from .engine.sounds.synth import SAMPLE_RATE_HZ
from .engine.source import Source

# Long enough for any alarm's pattern, short enough for a camera to be deaf to its room meanwhile.
LONGEST_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StateChange:
    """An entity that took another state."""

    entity_id: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a camera made of a sound; times count from the sound's first sample."""

    rehearsal: Rehearsal
    frames: list[ScoreFrame] = field(default_factory=list)
    detections: list[Detection] = field(default_factory=list)
    changes: list[StateChange] = field(default_factory=list)


async def async_try_sound(
    hass: HomeAssistant, entry: AudioGuardConfigEntry, sound: str | Source, *, dry_run: bool
) -> Outcome:
    """Play a built-in sound or a source at the pace of a camera; a dry run is over at once and changes no entity.

    Raises an `EngineError`, or a `ServiceValidationError` while another sound plays.
    """
    device = entry.runtime_data
    stop = threading.Event()
    try:
        rehearsal = await hass.async_add_executor_job(_rehearse, device, sound, stop)
    finally:
        stop.set()
    outcome = Outcome(rehearsal=rehearsal)
    if dry_run:
        decider = Decider(device.decider.policies)
        for frame in rehearsal.until_over(decider):
            outcome.frames.append(frame)
            outcome.detections.extend(decider.step(device.without_quiet_classes(frame)))
        return outcome
    if device.on_trial:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="test_running",
            translation_placeholders={"camera": entry.title},
        )
    with device.trial(), _noted_changes(hass, entry, outcome.changes):
        await _async_play(hass, device, outcome)
    return outcome


def _rehearse(device: CameraDevice, sound: str | Source, stop: threading.Event) -> Rehearsal:
    """Make or read the sound and score it as the camera would; blocks."""
    return rehearse(
        _samples(sound, stop),
        SAMPLE_RATE_HZ,
        device.loaded.model,
        device.loaded.scorer,
        stream=device.status.stream,
        policies=device.decider.policies,
        gain_db=device.options.gain_db,
        stop=stop,
    )


def _samples(sound: str | Source, stop: threading.Event) -> NDArray[np.float32]:
    """Make a built-in sound, or read another."""
    if isinstance(sound, str):
        return perform(sound).astype(np.float32)
    return read_recording(sound, SAMPLE_RATE_HZ, longest_seconds=LONGEST_SECONDS, stop=stop).pcm


async def _async_play(hass: HomeAssistant, device: CameraDevice, outcome: Outcome) -> None:
    """Decide on each frame when it would come from the camera."""
    began = hass.loop.time()
    for frame in outcome.rehearsal.until_over(device.decider):
        await _async_sleep_until(hass, began + frame.t)
        outcome.frames.append(frame)
        outcome.detections.extend(device.async_decide(frame))


async def _async_sleep_until(hass: HomeAssistant, time: float) -> None:
    """Wait for a time of the event loop's clock."""
    await asyncio.sleep(time - hass.loop.time())


@contextmanager
def _noted_changes(
    hass: HomeAssistant, entry: AudioGuardConfigEntry, changes: list[StateChange]
) -> Iterator[None]:
    """Add to `changes` whenever one of the camera's entities takes another state."""

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        before, after = event.data["old_state"], event.data["new_state"]
        if before and after and before.state != after.state:
            changes.append(
                StateChange(entity_id=after.entity_id, before=before.state, after=after.state)
            )

    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    stop = async_track_state_change_event(hass, [entity.entity_id for entity in entities], note)
    try:
        yield
    finally:
        stop()
