"""Compose the scene that the demo camera plays: every sound of the model, with quiet between.

    python -m tools.demo_camera.scene scene.wav

The project synthesizes all of it, since recordings of others are not its to ship.
"""

import argparse
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio_guard_engine.sounds import generator, perform
from audio_guard_engine.sounds.synth import SAMPLE_RATE_HZ, Signal, band, mix, noise, samples

from .codec import Pcm, resample, to_int16

# Long enough for a detection to end before the next sound starts.
QUIET_SECONDS = 4.0
ROOM_TONE_DBFS = -65.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """One entry of the script: the model's label and a title for people."""

    label: str
    title: str


SCRIPT = (
    Cue(label="alarm", title="smoke alarm (T3)"),
    Cue(label="glass", title="window breaks"),
    Cue(label="dog", title="dog barks"),
    Cue(label="others", title="people talk"),
    Cue(label="shotgun", title="gunshot"),
    Cue(label="cry", title="baby cries"),
    Cue(label="presence", title="footsteps, door slams"),
    Cue(label="fire", title="fire crackles"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SceneEvent:
    """One sound of the scene, by the model's label."""

    label: str
    title: str
    start_seconds: float
    stop_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A scene and its timetable."""

    pcm: Pcm
    sample_rate_hz: int
    events: tuple[SceneEvent, ...]


def sound(label: str, seed: int = 0) -> Pcm:
    """Return the sound of one label at 16 kHz, as loud as in the scene. Raises `KeyError`."""
    return perform(label, seed).astype(np.float32)


def render(seed: int = 0, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Scene:
    """Return the whole scene; the same seed gives the same samples."""
    performed = [perform(cue.label, seed) for cue in SCRIPT]
    events = _timetable(performed)
    pcm = _room_tone(seed, events[-1].stop_seconds + QUIET_SECONDS)
    for event, part in zip(events, performed, strict=True):
        mix(pcm, part, event.start_seconds)
    return Scene(
        pcm=resample(pcm.astype(np.float32), SAMPLE_RATE_HZ, sample_rate_hz),
        sample_rate_hz=sample_rate_hz,
        events=events,
    )


def quiet(seconds: float, seed: int = 0) -> Pcm:
    """Return a room in which nothing happens, at 16 kHz."""
    return _room_tone(seed, seconds).astype(np.float32)


def _timetable(performed: list[Signal]) -> tuple[SceneEvent, ...]:
    """Line the sounds of the script up, with quiet before each."""
    events = []
    now_seconds = QUIET_SECONDS
    for cue, part in zip(SCRIPT, performed, strict=True):
        stop_seconds = now_seconds + len(part) / SAMPLE_RATE_HZ
        events.append(
            SceneEvent(
                label=cue.label,
                title=cue.title,
                start_seconds=now_seconds,
                stop_seconds=stop_seconds,
            )
        )
        now_seconds = stop_seconds + QUIET_SECONDS
    return tuple(events)


def _room_tone(seed: int, seconds: float) -> Signal:
    """Return the hum and hiss of a quiet room."""
    hiss = noise(generator("room", seed), samples(seconds), band(60, 900, order=1))
    return hiss * 10 ** (ROOM_TONE_DBFS / 20)


def timetable_text(scene: Scene) -> str:
    """Return the timetable for people."""
    return "\n".join(
        f"{event.start_seconds:6.1f} s – {event.stop_seconds:5.1f} s  "
        f"{event.label:<9} {event.title}"
        for event in scene.events
    )


def write_wav(path: Path, scene: Scene) -> None:
    """Write a scene as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(scene.sample_rate_hz)
        file.writeframes(to_int16(scene.pcm).astype("<i2").tobytes())


def main() -> None:
    """Write the scene to a file and print when one hears what."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.demo_camera.scene",
        description="Write the demo camera's scene as a WAV file and print its timetable.",
    )
    parser.add_argument("out", type=Path, help="the WAV file to write")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another performance")
    arguments = parser.parse_args()
    scene = render(arguments.seed)
    write_wav(arguments.out, scene)
    print(timetable_text(scene))


if __name__ == "__main__":
    main()
