"""The blueprints, imported as a user does, in automations that run for real."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.blueprint import BLUEPRINT_SCHEMA, Blueprint
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml as yaml_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.audio_guard.clips import frontend_path
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.marks import SIGNAL_MARKED
from tests.conftest import ROOT

from .automations import Phone, automate, settle
from .conftest import FakeListener, state

FOLDER = ROOT / "blueprints" / "automation" / "audio_guard"
BLUEPRINTS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SOURCE = "https://github.com/audio-guard/audio-guard/blob/main/blueprints/automation/audio_guard"
RAW = SOURCE.replace("https://github.com", "https://raw.githubusercontent.com").replace("blob/", "")
ALARM = "binary_sensor.kitchen_alarm"
CRY = "binary_sensor.kitchen_crying_baby"
SOUND = "event.kitchen_sound"

type Run = Callable[..., Awaitable[None]]
type Wait = Callable[[float], Awaitable[None]]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let Home Assistant keep the blueprints in a folder of the test's own."""
    return hass_tmp_config_dir


@pytest.fixture
async def phone(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> Phone:
    """Return a phone that the automations can notify."""
    phone = Phone(hass, aioclient_mock)
    await phone.connect()
    return phone


@pytest.fixture
def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Wait:
    """Return how to let seconds pass."""

    async def wait(seconds: float) -> None:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await settle()

    return wait


@pytest.fixture
async def run(hass: HomeAssistant, listener: FakeListener, phone: Phone) -> AsyncIterator[Run]:
    """Return how to run an automation made from one of the blueprints."""

    async def run(name: str, **inputs: Any) -> None:
        folder = Path(hass.config.path("blueprints", "automation", "audio_guard"))
        await hass.async_add_executor_job(_copy, FOLDER / f"{name}.yaml", folder)
        use = {"path": f"audio_guard/{name}.yaml", "input": {"phone": phone.device_id, **inputs}}
        await automate(hass, {"use_blueprint": use})

    yield run
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.a_0"}, blocking=True
    )


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / path.name).write_bytes(path.read_bytes())


async def hears(hass: HomeAssistant, listener: FakeListener, **scores: float) -> None:
    """Let the camera hear sounds for one hop."""
    listener.frame(**scores)
    await settle()


async def falls_silent(hass: HomeAssistant, listener: FakeListener) -> None:
    """Let every sound end."""
    for _ in range(4):
        await hears(hass, listener)


def inputs_of(blueprint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a blueprint's inputs, those in sections too."""
    inputs: dict[str, dict[str, Any]] = {}
    for name, each in blueprint["input"].items():
        inputs |= each.get("input", {name: each})
    return inputs


def test_there_are_four() -> None:
    assert BLUEPRINTS == [
        "baby_cry_phone",
        "dog_barking_counter",
        "siren_lights_phone",
        "smoke_alarm_away",
    ]


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_says_what_it_is_and_asks_for(name: str) -> None:
    content = yaml_util.load_yaml_dict(FOLDER / f"{name}.yaml")
    blueprint = Blueprint(content, expected_domain="automation", schema=BLUEPRINT_SCHEMA)
    assert blueprint.validate() is None
    metadata = blueprint.metadata
    assert metadata["source_url"] == f"{SOURCE}/{name}.yaml"
    assert metadata["homeassistant"]["min_version"] == "2026.9.0"
    assert metadata["description"]
    inputs = inputs_of(metadata)
    used = yaml_util.extract_inputs(content)
    assert set(inputs) == used
    for each in inputs.values():
        assert each["name"]
        assert each["selector"]


@pytest.mark.parametrize("name", BLUEPRINTS)
async def test_is_imported_by_its_address(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: AiohttpClientMocker,
    name: str,
) -> None:
    assert await async_setup_component(hass, "automation", {})
    text = await hass.async_add_executor_job((FOLDER / f"{name}.yaml").read_text)
    aioclient_mock.get(f"{RAW}/{name}.yaml", text=text)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "blueprint/import", "url": f"{SOURCE}/{name}.yaml"})
    imported = (await client.receive_json())["result"]
    assert imported["suggested_filename"] == f"audio-guard/{name}"
    assert imported["validation_errors"] is None
    await client.send_json_auto_id(
        {
            "type": "blueprint/save",
            "domain": "automation",
            "path": imported["suggested_filename"],
            "yaml": imported["raw_data"],
            "source_url": f"{SOURCE}/{name}.yaml",
        }
    )
    assert (await client.receive_json())["success"]
    await client.send_json_auto_id({"type": "blueprint/list", "domain": "automation"})
    listed = (await client.receive_json())["result"]
    assert "metadata" in listed[f"audio-guard/{name}.yaml"]


class TestSiren:
    """Siren, lights and phone."""

    @pytest.fixture(autouse=True)
    def home(self, hass: HomeAssistant) -> None:
        hass.states.async_set("alarm_control_panel.home", "armed_away")
        self.siren_on = async_mock_service(hass, "siren", "turn_on")
        self.siren_off = async_mock_service(hass, "siren", "turn_off")
        self.light_on = async_mock_service(hass, "light", "turn_on")

    @pytest.fixture
    async def run_all(self, run: Run) -> Run:
        async def run_all(**inputs: Any) -> None:
            await run(
                "siren_lights_phone",
                **{
                    "cameras": {"entity_id": SOUND},
                    "armed_entity": "alarm_control_panel.home",
                    "picture": "camera.kitchen",
                    "sirens": {"entity_id": ["siren.hall"]},
                    "lights": {"entity_id": ["light.hall"]},
                    **inputs,
                },
            )

        return run_all

    @pytest.mark.parametrize(
        ("label", "sound"), [("glass", "Breaking glass"), ("shotgun", "Gunshot")]
    )
    async def test_raises_all_alarms_and_ends_the_siren(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
        wait: Wait,
        label: str,
        sound: str,
    ) -> None:
        await run_all()
        await hears(hass, listener, **{label: 0.9})
        assert targets(self.siren_on) == [["siren.hall"]]
        assert self.siren_on[0].data["duration"] == 120
        assert targets(self.light_on) == [["light.hall"]]
        (sent,) = phone.notifications
        assert sent["title"] == f"{sound}: Kitchen"
        assert sent["message"].startswith("Heard at ")
        assert sent["data"]["image"] == "/api/camera_proxy/camera.kitchen"
        assert sent["data"]["push"]["interruption-level"] == "critical"
        assert (sent["data"]["priority"], sent["data"]["ttl"]) == ("high", 0)
        assert "actions" not in sent["data"]
        assert self.siren_off == []
        await wait(119)
        assert self.siren_off == []
        await wait(2)
        assert targets(self.siren_off) == [["siren.hall"]]

    async def test_one_alarm_at_a_time_and_then_the_next(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_all: Run, wait: Wait
    ) -> None:
        await run_all()
        for _ in range(2):
            await hears(hass, listener, glass=0.9, shotgun=0.9)
            await falls_silent(hass, listener)
            await hears(hass, listener, glass=0.9)
            await wait(121)
            await falls_silent(hass, listener)
        assert len(phone.notifications) == len(self.siren_on) == len(self.siren_off) == 2

    async def test_disarming_ends_the_siren(
        self, hass: HomeAssistant, listener: FakeListener, run_all: Run
    ) -> None:
        await run_all()
        await hears(hass, listener, glass=0.9)
        hass.states.async_set("alarm_control_panel.home", "unavailable")
        hass.states.async_set("alarm_control_panel.home", "triggered")
        await settle()
        assert self.siren_off == []
        hass.states.async_set("alarm_control_panel.home", "disarmed")
        await settle()
        assert targets(self.siren_off) == [["siren.hall"]]

    @pytest.mark.parametrize(
        ("armed", "fires"),
        [
            ("armed_away", True),
            ("armed_night", True),
            ("armed_home", False),
            ("disarmed", False),
            ("unavailable", False),
            ("unknown", False),
        ],
    )
    async def test_only_while_armed(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
        armed: str,
        fires: bool,
    ) -> None:
        hass.states.async_set("alarm_control_panel.home", armed)
        await run_all()
        await hears(hass, listener, glass=0.9)
        assert len(phone.notifications) == len(self.siren_on) == len(self.light_on) == fires

    @pytest.mark.parametrize(("armed", "fires"), [("on", True), ("off", False)])
    async def test_armed_by_a_toggle(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
        armed: str,
        fires: bool,
    ) -> None:
        hass.states.async_set("input_boolean.armed", armed)
        await run_all(armed_entity="input_boolean.armed")
        await hears(hass, listener, glass=0.9)
        assert len(phone.notifications) == len(self.siren_on) == fires

    @pytest.mark.parametrize(
        ("scores", "inputs"),
        [({"dog": 0.9}, {}), ({"glass": 0.85}, {"minimum_score": 0.9}), ({"glass": 0.5}, {})],
    )
    async def test_not_by_other_or_unsure_sounds(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
        scores: dict[str, float],
        inputs: dict[str, Any],
    ) -> None:
        await run_all(**inputs)
        await hears(hass, listener, **scores)
        assert phone.notifications == []
        assert self.siren_on == []

    async def test_nothing_when_the_camera_comes_back_or_the_entry_is_loaded_again(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
    ) -> None:
        await hears(hass, listener, glass=0.9)
        await run_all()
        await comes_back(hass, entry, listener)
        assert phone.notifications == []
        assert self.siren_on == []

    async def test_the_phone_alone_without_picture_sirens_and_lights(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_all: Run
    ) -> None:
        await run_all(picture="", sirens={}, lights={}, critical=False)
        await hears(hass, listener, glass=0.9)
        (sent,) = phone.notifications
        assert sent["data"] == {"tag": "audio_guard_alarm"}
        assert self.siren_on == self.light_on == []

    async def test_a_clip_can_be_listened_to_and_marked(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        listeners: list[FakeListener],
        listener: FakeListener,
        phone: Phone,
        run_all: Run,
        hass_client_no_auth: ClientSessionGenerator,
        tmp_path: Path,
    ) -> None:
        hass.config.config_dir = str(tmp_path)
        hass.config_entries.async_update_entry(entry, options={"clips": True})
        assert await hass.config_entries.async_reload(entry.entry_id)
        listeners[-1].status(ListenerState.LISTENING)
        await settle()
        await run_all()
        await hears(hass, listeners[-1], glass=0.9)
        listen, right, wrong = phone.notifications[0]["data"]["actions"]
        assert listen == {"action": "URI", "title": "Listen", "uri": frontend_path("kitchen")}
        assert (right["title"], wrong["title"]) == ("Right", "False alarm")
        told: list[Any] = []
        async_dispatcher_connect(hass, SIGNAL_MARKED, lambda *mark: told.append(mark))
        client = await hass_client_no_auth()
        for button in (right, wrong):
            await phone.press(client, button["action"])
            await settle()
        assert [(entry_id, mark.verdict) for entry_id, _, mark in told] == [
            ("kitchen", "right"),
            ("kitchen", "wrong"),
        ]

    async def test_a_phone_that_is_not_reached_holds_up_nothing(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_all: Run, wait: Wait
    ) -> None:
        more = async_mock_service(hass, "test", "more")
        await run_all(more_actions=[{"action": "test.more", "data": {"what": "{{ sound }}"}}])
        phone.answer(500)
        await hears(hass, listener, glass=0.9)
        await wait(121)
        assert len(self.siren_on) == len(self.siren_off) == len(self.light_on) == 1
        assert more[0].data == {"what": "Breaking glass"}

    async def test_a_siren_that_fails_is_switched_off_and_holds_up_nothing(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_all: Run, wait: Wait
    ) -> None:
        broken = HomeAssistantError("no answer")
        async_mock_service(hass, "siren", "turn_on", raise_exception=broken)
        await run_all()
        await hears(hass, listener, glass=0.9)
        await wait(121)
        assert len(phone.notifications) == len(self.light_on) == len(self.siren_off) == 1

    async def test_run_by_hand(self, hass: HomeAssistant, phone: Phone, run_all: Run) -> None:
        hass.states.async_set("alarm_control_panel.home", "disarmed")
        await run_all(message="{{ place }}")
        await hass.services.async_call("automation", "trigger", {"entity_id": "automation.a_0"})
        await settle()
        (sent,) = phone.notifications
        assert (sent["title"], sent["message"]) == ("Test: Audio Guard", "Audio Guard")
        assert len(self.siren_on) == len(self.siren_off) == 1


class TestCry:
    """Crying to the phone."""

    async def test_tells_the_phone_and_leaves_it_alone(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        await run("baby_cry_phone", sensor=CRY, picture="camera.kitchen")
        await hears(hass, listener, cry=0.9)
        await wait(4)
        assert phone.notifications == []
        await wait(2)
        (sent,) = phone.notifications
        assert (sent["title"], sent["message"]) == ("Kitchen", "The baby cries.")
        assert sent["data"] == {
            "tag": "audio_guard_cry",
            "image": "/api/camera_proxy/camera.kitchen",
        }
        for _ in range(3):
            await falls_silent(hass, listener)
            await hears(hass, listener, cry=0.9)
            await wait(60)
        await falls_silent(hass, listener)
        await wait(421)
        assert len(phone.notifications) == 1
        await hears(hass, listener, cry=0.9)
        await wait(6)
        assert len(phone.notifications) == 2

    async def test_tells_again_while_it_goes_on(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        await run("baby_cry_phone", sensor=CRY, quiet_minutes=2)
        await hears(hass, listener, cry=0.9)
        await wait(6)
        await wait(121)
        assert [sent["message"] for sent in phone.notifications] == [
            "The baby cries.",
            "The baby is still crying.",
        ]
        await falls_silent(hass, listener)
        await wait(121)
        assert len(phone.notifications) == 2

    async def test_a_short_cry_is_let_pass(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        await run("baby_cry_phone", sensor=CRY)
        await hears(hass, listener, cry=0.9)
        await wait(4)
        await falls_silent(hass, listener)
        await wait(10)
        assert phone.notifications == []

    async def test_only_if(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        asleep = {"condition": "state", "entity_id": "input_boolean.asleep", "state": "on"}
        hass.states.async_set("input_boolean.asleep", "off")
        await run("baby_cry_phone", sensor=CRY, conditions=[asleep])
        await hears(hass, listener, cry=0.9)
        await wait(6)
        assert phone.notifications == []
        await falls_silent(hass, listener)
        hass.states.async_set("input_boolean.asleep", "on")
        await hears(hass, listener, cry=0.9)
        await wait(6)
        assert len(phone.notifications) == 1

    async def test_nothing_when_the_camera_comes_back_or_the_entry_is_loaded_again(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        listener: FakeListener,
        phone: Phone,
        run: Run,
        wait: Wait,
    ) -> None:
        await run("baby_cry_phone", sensor=CRY)
        hass.states.async_set(CRY, "unavailable")
        hass.states.async_set(CRY, "on")
        await wait(6)
        await comes_back(hass, entry, listener)
        await wait(6)
        assert phone.notifications == []


class TestSmoke:
    """A smoke alarm while nobody is home."""

    @pytest.fixture(autouse=True)
    def home(self, hass: HomeAssistant) -> None:
        hass.states.async_set("zone.home", "0")
        hass.states.async_set("person.ann", "not_home")
        hass.states.async_set("person.bob", "home")

    async def test_tells_the_phone_until_it_ends(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        more = async_mock_service(hass, "test", "more")
        await run(
            "smoke_alarm_away",
            sensors=[ALARM],
            picture="camera.kitchen",
            more_actions=[{"action": "test.more"}],
        )
        await hears(hass, listener, alarm=0.9)
        assert phone.notifications == []
        await wait(4)
        (sent,) = phone.notifications
        assert sent["title"] == "Alarm: Kitchen"
        assert sent["message"] == "An alarm sounds and nobody is home."
        assert sent["data"]["image"] == "/api/camera_proxy/camera.kitchen"
        assert sent["data"]["push"]["interruption-level"] == "critical"
        assert sent["data"]["channel"] == "alarm_stream"
        await wait(301)
        assert len(phone.notifications) == 2
        await falls_silent(hass, listener)
        await wait(301)
        assert len(phone.notifications) == 2
        assert len(more) == 1

    @pytest.mark.parametrize(
        ("inputs", "at_home"),
        [({}, "1"), ({"persons": ["person.ann", "person.bob"]}, "0")],
    )
    async def test_not_while_somebody_is_home_but_once_they_left(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run: Run,
        wait: Wait,
        inputs: dict[str, Any],
        at_home: str,
    ) -> None:
        hass.states.async_set("zone.home", at_home)
        await run("smoke_alarm_away", sensors=[ALARM], **inputs)
        await hears(hass, listener, alarm=0.9)
        await wait(4)
        assert phone.notifications == []
        hass.states.async_set("zone.home", "0")
        hass.states.async_set("person.bob", "not_home")
        await settle()
        assert len(phone.notifications) == 1
        hass.states.async_set("zone.home", "1")
        hass.states.async_set("person.ann", "home")
        await wait(301)
        assert len(phone.notifications) == 1

    async def test_only_the_named_persons_count(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run: Run, wait: Wait
    ) -> None:
        await run("smoke_alarm_away", sensors=[ALARM], persons=["person.ann"])
        hass.states.async_set("zone.home", "1")
        hass.states.async_set("person.ann", "unknown")
        await hears(hass, listener, alarm=0.9)
        await wait(4)
        assert len(phone.notifications) == 1

    async def test_nothing_when_the_last_one_leaves_a_quiet_home(
        self, hass: HomeAssistant, phone: Phone, run: Run
    ) -> None:
        hass.states.async_set("zone.home", "1")
        await run("smoke_alarm_away", sensors=[ALARM])
        hass.states.async_set("zone.home", "0")
        await settle()
        assert phone.notifications == []

    async def test_nothing_when_the_camera_comes_back_or_the_entry_is_loaded_again(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        listener: FakeListener,
        phone: Phone,
        run: Run,
        wait: Wait,
    ) -> None:
        await run("smoke_alarm_away", sensors=[ALARM])
        hass.states.async_set(ALARM, "unavailable")
        hass.states.async_set(ALARM, "on")
        await wait(4)
        await comes_back(hass, entry, listener)
        await wait(4)
        assert phone.notifications == []


class TestDog:
    """Barking, counted."""

    COUNTER = "counter.barks"

    @pytest.fixture(autouse=True)
    async def home(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        await hass.config.async_set_time_zone("UTC")
        freezer.move_to("2026-11-20 12:00:00+00:00")
        assert await async_setup_component(hass, "counter", {"counter": {"barks": {}}})

    @pytest.fixture
    async def run_dog(self, run: Run) -> Run:
        async def run_dog(**inputs: Any) -> None:
            counting = {"cameras": {"entity_id": SOUND}, "counter": self.COUNTER}
            await run("dog_barking_counter", **{**counting, **inputs})

        return run_dog

    async def barks(self, hass: HomeAssistant, listener: FakeListener, wait: Wait, n: int) -> None:
        for _ in range(n):
            await hears(hass, listener, dog=0.9)
            await falls_silent(hass, listener)
            await wait(10)

    async def test_counts_and_sums_up_once_a_day(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_dog: Run,
        wait: Wait,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await run_dog()
        await self.barks(hass, listener, wait, 3)
        await hears(hass, listener, glass=0.9)
        assert state(hass, self.COUNTER) == "3"
        assert phone.notifications == []
        for day in (20, 21):
            freezer.move_to(f"2026-11-{day} 21:00:00+00:00")
            await wait(0)
        (sent,) = phone.notifications
        assert sent["message"] == "The dog barked 3 times today."
        assert state(hass, self.COUNTER) == "0"

    async def test_tells_at_once_of_many_and_then_leaves_the_phone_alone(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_dog: Run, wait: Wait
    ) -> None:
        await run_dog(many=5)
        await self.barks(hass, listener, wait, 4)
        assert phone.notifications == []
        await self.barks(hass, listener, wait, 8)
        (sent,) = phone.notifications
        assert sent["message"] == "The dog barks a lot: 5 times today."
        assert state(hass, self.COUNTER) == "12"
        await wait(601)
        await self.barks(hass, listener, wait, 5)
        assert phone.notifications[1]["message"] == "The dog barks a lot: 17 times today."

    async def test_few_at_a_time_are_not_many(
        self, hass: HomeAssistant, listener: FakeListener, phone: Phone, run_dog: Run, wait: Wait
    ) -> None:
        await run_dog(many=5)
        for _ in range(3):
            await self.barks(hass, listener, wait, 4)
            await wait(601)
        assert state(hass, self.COUNTER) == "12"
        assert phone.notifications == []

    @pytest.mark.parametrize(("many", "sent"), [(0, 0), (1, 1)])
    async def test_none_or_the_first_can_be_told(
        self,
        hass: HomeAssistant,
        listener: FakeListener,
        phone: Phone,
        run_dog: Run,
        wait: Wait,
        many: int,
        sent: int,
    ) -> None:
        await run_dog(many=many)
        await self.barks(hass, listener, wait, 4)
        assert len(phone.notifications) == sent
        assert state(hass, self.COUNTER) == "4"

    async def test_counts_nothing_when_the_camera_comes_back_or_the_entry_is_loaded_again(
        self, hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, run_dog: Run
    ) -> None:
        await hears(hass, listener, dog=0.9)
        await run_dog()
        await comes_back(hass, entry, listener)
        assert state(hass, self.COUNTER) == "0"


async def comes_back(hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener) -> None:
    """Lose the camera, find it again, and load the entry anew as a start does."""
    listener.status(ListenerState.LOST, "gone")
    await settle()
    listener.status(ListenerState.LISTENING)
    await settle()
    assert await hass.config_entries.async_reload(entry.entry_id)
    FakeListener.made[-1].status(ListenerState.LISTENING)
    await settle()


def targets(calls: list[ServiceCall]) -> list[Any]:
    """Return the entities that an action was called with."""
    return [call.data["entity_id"] for call in calls]
