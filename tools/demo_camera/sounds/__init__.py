"""The sounds of the scene: one synthesizer per label of the model."""

from collections.abc import Callable

import numpy as np

from .alarm import smoke_alarm
from .cry import crying
from .dog import barking
from .fire import crackling_fire
from .glass import breaking_glass
from .presence import footsteps_and_door
from .shotgun import gunshot
from .speech import babble
from .synth import Signal

SOUNDS: dict[str, Callable[[np.random.Generator], Signal]] = {
    "alarm": smoke_alarm,
    "cry": crying,
    "dog": barking,
    "fire": crackling_fire,
    "glass": breaking_glass,
    "others": babble,
    "presence": footsteps_and_door,
    "shotgun": gunshot,
}
