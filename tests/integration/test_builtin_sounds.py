"""Whoever tests an untouched camera with a built-in sound hears of that sound, whatever the camera's codec."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from custom_components.audio_guard import actions
from custom_components.audio_guard.actions import TEST_SOUNDS
from custom_components.audio_guard.engine.capture import StreamInfo
from custom_components.audio_guard.engine.card import DEFAULT_MODEL
from custom_components.audio_guard.engine.decide import Decider
from custom_components.audio_guard.engine.rehearsal import rehearse
from custom_components.audio_guard.engine.sounds import SOUNDS, perform
from custom_components.audio_guard.engine.sounds.synth import SAMPLE_RATE_HZ
from custom_components.audio_guard.shared_model import LoadedModel, _load

STREAMS = (
    None,
    StreamInfo(codec="pcm_alaw", sample_rate_hz=8_000, channels=1),
    StreamInfo(codec="pcm_mulaw", sample_rate_hz=8_000, channels=1),
    StreamInfo(codec="aac", sample_rate_hz=16_000, channels=1),
    StreamInfo(codec="opus", sample_rate_hz=48_000, channels=2),
)


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    return _load(DEFAULT_MODEL, None, Path())


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.codec if stream else "plain")
@pytest.mark.parametrize("sound", TEST_SOUNDS)
def test_the_shipped_model_hears_it(
    loaded: LoadedModel, sound: str, stream: StreamInfo | None
) -> None:
    policies = loaded.model.policies
    decider = Decider(policies)
    heard = rehearse(
        perform(sound).astype(np.float32),
        SAMPLE_RATE_HZ,
        loaded.model,
        loaded.scorer,
        stream=stream,
        policies=policies,
    )
    changes = [change for frame in heard.until_over(decider) for change in decider.step(frame)]
    assert [(change.label, change.active) for change in changes] == [(sound, True), (sound, False)]


def test_all_that_is_offered_can_be_made() -> None:
    text = Path(actions.__file__).with_name("services.yaml").read_text(encoding="utf-8")
    offered = yaml.safe_load(text)
    assert tuple(offered["test"]["fields"]["sound"]["selector"]["select"]["options"]) == TEST_SOUNDS
    assert set(TEST_SOUNDS) <= set(SOUNDS)
