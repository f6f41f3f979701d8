"""Put dry sounds into a room: the first echoes from its walls, then a decaying tail."""

from dataclasses import dataclass

import numpy as np

from .synth import SAMPLE_RATE_HZ, Signal, band, filtered, noise, samples


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A place as a microphone in it hears it."""

    decay_seconds: float  # until the tail has fallen by 60 dB
    wet: float  # energy of everything reflected, relative to the direct sound
    first_echo_seconds: float  # the way by the nearest wall, longer than the direct way
    damping_hz: float  # walls and air take what is above


BY_THE_HEARTH = Room(decay_seconds=0.3, wet=0.05, first_echo_seconds=0.006, damping_hz=4500)
BEDROOM = Room(decay_seconds=0.35, wet=0.15, first_echo_seconds=0.005, damping_hz=4500)
LIVING_ROOM = Room(decay_seconds=0.45, wet=0.5, first_echo_seconds=0.006, damping_hz=4500)
HALLWAY = Room(decay_seconds=0.8, wet=0.8, first_echo_seconds=0.009, damping_hz=4000)
OUTDOORS = Room(decay_seconds=1.8, wet=0.6, first_echo_seconds=0.06, damping_hz=2500)


def impulse_response(room: Room, rng: np.random.Generator) -> Signal:
    """Return what a room makes of one click: shape (decay_seconds at 16 kHz,)."""
    count = samples(room.decay_seconds)
    time = np.arange(count) / SAMPLE_RATE_HZ
    tail = noise(rng, count, band(120, room.damping_hz, order=1))
    tail *= np.exp(-6.9 * time / room.decay_seconds) * (time > room.first_echo_seconds)
    # A second, faster decaying copy of the treble: high tones die first.
    early = noise(rng, count, band(2000, 7500, order=1)) * np.exp(-20 * time / room.decay_seconds)
    tail += 0.5 * early * (time > room.first_echo_seconds)
    for echo in room.first_echo_seconds * (1 + rng.exponential(1.2, size=6)):
        if (at := samples(echo)) < count:
            tail[at] += rng.choice((-1, 1)) * 2.5 * np.exp(-6.9 * echo / room.decay_seconds)
    tail *= np.sqrt(room.wet / np.sum(tail**2))
    tail[0] = 1.0
    return tail


def in_room(dry: Signal, room: Room, rng: np.random.Generator) -> Signal:
    """Return a sound as heard in a room, longer by the room's decay."""
    response = impulse_response(room, rng)
    count = len(dry) + len(response) - 1
    size = 1 << (count - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(response, size), size)[:count]
    return filtered(wet, band(40, 7600, order=2))
