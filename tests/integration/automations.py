"""What the tests of automations share: a phone, and automations that run for real."""

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

PUSH_URL = "https://push.example/send"


class Phone:
    """A phone with the Home Assistant app, up to the push service that it is reached by."""

    def __init__(self, hass: HomeAssistant, web: AiohttpClientMocker) -> None:
        self._hass = hass
        self._web = web
        self.answer(201)
        self._entry = MockConfigEntry(
            domain="mobile_app",
            title="Phone",
            data={
                "app_data": {"push_token": "token", "push_url": PUSH_URL},
                "app_id": "io.homeassistant.companion.android",
                "app_name": "Home Assistant",
                "app_version": "1.0",
                "device_id": "phone",
                "device_name": "Phone",
                "manufacturer": "Someone",
                "model": "Something",
                "os_name": "Android",
                "os_version": "17",
                "supports_encryption": False,
                "user_id": "user",
                "webhook_id": "phone_webhook",
            },
        )
        self._entry.add_to_hass(hass)

    async def connect(self) -> None:
        """Let Home Assistant know the phone."""
        assert await self._hass.config_entries.async_setup(self._entry.entry_id)
        await self._hass.async_block_till_done()

    def answer(self, status: int) -> None:
        """Let the push service answer with a status from now on."""
        self._web.clear_requests()
        self._web.post(PUSH_URL, status=status, json={"message": "no"} if status > 299 else {})

    @property
    def device_id(self) -> str:
        """The device that an automation names."""
        registry = dr.async_get(self._hass)
        found = dr.async_entries_for_config_entry(registry, self._entry.entry_id)
        return found[0].id

    async def press(self, client: TestClient[Any, Any], action: str) -> None:
        """Press a notification's button: the app tells Home Assistant its action."""
        fired = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        answer = await client.post(
            "/api/webhook/phone_webhook", json={"type": "fire_event", "data": fired}
        )
        assert answer.status == HTTPStatus.OK

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """What was sent, oldest first."""
        keys = ("title", "message", "data")
        sent = [data for _, url, data, _ in self._web.mock_calls if str(url) == PUSH_URL]
        return [{key: each[key] for key in keys if key in each} for each in sent]


async def automate(hass: HomeAssistant, *configurations: dict[str, Any]) -> None:
    """Run automations; fail if Home Assistant refuses one."""
    named = [{"id": f"a{i}", "alias": f"A {i}", **c} for i, c in enumerate(configurations)]
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: named})
    await hass.async_block_till_done()
    states = [state.state for state in hass.states.async_all(AUTOMATION)]
    assert states == ["on"] * len(named)


async def settle() -> None:
    """Let everything happen that needs no time; a run that waits is no reason to wait as well."""
    for _ in range(100):
        await asyncio.sleep(0)
