"""Home Assistant with a camera whose listener does what a test says."""

# First, or the test plugin's own folder of custom integrations takes the name.
import custom_components.audio_guard  # noqa: F401  # isort: skip

import inspect
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import PropertyMock, patch

import numpy as np
import pytest
from homeassistant import block_async_io
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, UrlManager
from homeassistant.core import HomeAssistant, ServiceRegistry
from homeassistant.data_entry_flow import FlowManager
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import loop as loop_watch
from pytest_homeassistant_custom_component.common import MockConfigEntry, mock_component
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.capture import StreamInfo
from custom_components.audio_guard.engine.card import FalseAlarmRate, FrontEnd, Model
from custom_components.audio_guard.engine.decide import ClassPolicy
from custom_components.audio_guard.engine.frame import ScoreFrame
from custom_components.audio_guard.engine.history import PcmHistory
from custom_components.audio_guard.engine.listener import ListenerState, ListenerStatus
from custom_components.audio_guard.engine.scorer import Runtime
from custom_components.audio_guard.engine.source import Source
from custom_components.audio_guard.shared_model import LoadedModel

from .shown_texts import exception_complaints, flow_complaints, issue_complaints

LABELS = ("alarm", "cry", "dog", "fire", "glass", "others", "presence", "shotgun")
STREAM = StreamInfo(codec="pcm_alaw", sample_rate_hz=8_000, channels=1)
URL_DATA = {
    "url": "rtsp://192.0.2.7:554/T0KEN",
    "username": "joe",
    "password": "hunter2",
    "transport": "tcp",
}


class FakeScorer:
    """Answer like a model that is sure of nothing."""

    runtime = Runtime.NCNN

    def score(self, patch: np.ndarray) -> np.ndarray:
        return np.zeros(len(LABELS), np.float32)


class FakeListener:
    """Stand in for the engine's listener, which the engine's own tests run for real."""

    made: ClassVar[list[FakeListener]] = []

    def __init__(
        self,
        name: str,
        find_source: Callable[[], Source],
        model: Model,
        scorer: FakeScorer,
        *,
        on_frame: Callable[[ScoreFrame], None],
        on_status: Callable[[ListenerStatus], None],
        gain_db: float,
        history_seconds: float,
    ) -> None:
        self.gain_db = gain_db
        self.history = PcmHistory(16_000, history_seconds) if history_seconds else None
        self.find_source = find_source
        self.on_frame = on_frame
        self.on_status = on_status
        self.started = False
        self.stopped = False
        self.skipped_hops = 0
        self.spared_hops = 0
        self.thresholds: tuple[float, ...] = ()
        self._hop = 0
        FakeListener.made.append(self)

    def use_thresholds(self, thresholds: Iterable[float]) -> None:
        self.thresholds = tuple(thresholds)

    def start(self) -> None:
        self.started = True

    def stop(self) -> bool:
        self.stopped = True
        return True

    def status(self, state: ListenerState, reason: str = "") -> None:
        stream = STREAM if state.hears else None
        self.on_status(ListenerStatus(state=state, reason=reason, stream=stream))

    def frame(self, **scores: float) -> None:
        everything = {label: scores.get(label, 0.0) for label in LABELS}
        self._hop += 1
        self.on_frame(
            ScoreFrame(source="test", t=self._hop * 0.48, scores=everything, level_dbfs=-30.0)
        )


@pytest.fixture(autouse=True)
def integration_enabled(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture(autouse=True)
def history_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep scores where the test ends; return the file."""
    file = tmp_path / "audio_guard" / "history.db"
    monkeypatch.setattr("custom_components.audio_guard.score_history.FILE", str(file))
    return file


@pytest.fixture(autouse=True)
def shown_texts() -> Iterator[None]:
    """Fail a test in which something without a text was shown."""
    missing: list[str] = []
    step, call = FlowManager._async_handle_step, ServiceRegistry.async_call
    raise_issue = ir.IssueRegistry.async_get_or_create

    async def watched_step(self: Any, flow: Any, *arguments: Any) -> Any:
        result = await step(self, flow, *arguments)
        missing.extend(flow_complaints(self.hass, flow, result))
        return result

    async def watched_call(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return await call(self, *arguments, **options)
        except HomeAssistantError as error:
            missing.extend(exception_complaints(error))
            raise

    def watched_issue(self: Any, domain: str, issue_id: str, **options: Any) -> Any:
        if domain == DOMAIN:
            given = options["translation_placeholders"]
            missing.extend(issue_complaints(options["translation_key"], given))
        return raise_issue(self, domain, issue_id, **options)

    with (
        patch.object(FlowManager, "_async_handle_step", watched_step),
        patch.object(ServiceRegistry, "async_call", watched_call),
        patch.object(ir.IssueRegistry, "async_get_or_create", watched_issue),
    ):
        yield
    assert missing == []


@pytest.fixture(autouse=True)
def nothing_blocks(
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    disable_block_async_io: None,
) -> Iterator[None]:
    """Let Home Assistant watch its event loop; fail if the integration blocks it."""
    if not inspect.iscoroutinefunction(request.function):
        yield
        return
    loop_watch._PREVIOUSLY_REPORTED.clear()
    with patch.object(block_async_io, "_IN_TESTS", False):  # also files and imports
        block_async_io.enable()
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    told = [record.getMessage() for record in records if "blocking call" in record.msg]
    assert not [text for text in told if "integration 'audio_guard'" in text]


@pytest.fixture
def frontend(hass: HomeAssistant) -> None:
    """Pretend that the frontend runs; the real one shows the panel in the browser's tests."""
    mock_component(hass, "frontend")
    hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(lambda *_: None, [])


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does: without ids and times."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def model() -> Model:
    """Return a model that exists only as its card."""
    return Model(
        name="fake",
        version="1.0.0",
        title="Fake",
        labels=LABELS,
        background="others",
        front_end=FrontEnd(),
        policies={
            label: ClassPolicy(threshold=0.8, hold_seconds=0.96)
            for label in LABELS
            if label != "others"
        },
        files={},
        false_alarms={
            "dog": (
                FalseAlarmRate(threshold=0.4, per_week=900.0),
                FalseAlarmRate(threshold=0.8, per_week=650.0),
                FalseAlarmRate(threshold=0.9, per_week=130.0),
                FalseAlarmRate(threshold=0.95, per_week=0.0),
            )
        },
    )


@pytest.fixture
def loads(model: Model) -> Iterator[list[str]]:
    """Load the fake model instead of files; return the names that were loaded."""
    names: list[str] = []

    def load(name: str, runtime: Runtime | None, own: Path) -> LoadedModel:
        names.append(name)
        return LoadedModel(model=model, scorer=FakeScorer())

    with patch("custom_components.audio_guard.shared_model._load", load):
        yield names


@pytest.fixture
def listeners(loads: list[str]) -> Iterator[list[FakeListener]]:
    """Listen with fakes; return all that were made."""
    FakeListener.made = []
    with patch("custom_components.audio_guard.device.Listener", FakeListener):
        yield FakeListener.made


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return a camera's entry that is known and not set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Kitchen",
        data=dict(URL_DATA),
        unique_id="0123456789abcdef",
        entry_id="kitchen",
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def everything_enabled() -> Iterator[None]:
    """Enable the entities too that Home Assistant adds disabled."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture
async def listener(
    hass: HomeAssistant, entry: MockConfigEntry, listeners: list[FakeListener]
) -> FakeListener:
    """Set the entry up and return its listener, which hears."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    listeners[0].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    return listeners[0]


def state(hass: HomeAssistant, entity_id: str) -> Any:
    """Return an entity's state."""
    found = hass.states.get(entity_id)
    assert found is not None, f"{entity_id} is not among {hass.states.async_entity_ids()}"
    return found.state
