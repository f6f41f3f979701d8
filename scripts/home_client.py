"""Talk to a Home Assistant as its frontend does: onboarding, REST, the config flow's API and the websocket."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import aiohttp

type Json = dict[str, Any]

ANSWER_SECONDS = 30.0


class HomeError(Exception):
    """Home Assistant refused a request; the text is its own."""


class HomeClient:
    """One user's connection. Use it from one event loop."""

    def __init__(self, url: str) -> None:
        """Take the address of a Home Assistant, without a slash at its end."""
        self.url = url
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        self._headers: dict[str, str] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Json], None]] = {}

    async def answers(self) -> bool:
        """Return whether the HTTP server is up, onboarding included."""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._http.get(f"{self.url}/api/onboarding") as response:
                return response.status == 200
        return False

    async def onboard(self, username: str, password: str) -> None:
        """Create the first user, log in and finish the onboarding."""
        client_id = f"{self.url}/"
        user = {
            "client_id": client_id,
            "name": username.capitalize(),
            "username": username,
            "password": password,
            "language": "en",
        }
        created = await self.request("post", "/api/onboarding/users", user)
        code = {
            "grant_type": "authorization_code",
            "code": created["auth_code"],
            "client_id": client_id,
        }
        async with self._http.post(f"{self.url}/auth/token", data=code) as response:
            tokens = await _body(response)
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        await self.request("post", "/api/onboarding/analytics", {})
        await self.request(
            "post",
            "/api/onboarding/integration",
            {"client_id": client_id, "redirect_uri": f"{client_id}?auth_callback=1"},
        )

    async def connect(self) -> None:
        """Open the websocket, and take a token that outlives the half hour of the first one."""
        self._socket = await self._http.ws_connect(f"{self.url}/api/websocket", max_msg_size=0)
        await self._socket.receive_json()
        token = self._headers["Authorization"].removeprefix("Bearer ")
        await self._socket.send_json({"type": "auth", "access_token": token})
        if (answer := await self._socket.receive_json())["type"] != "auth_ok":
            raise HomeError(answer.get("message"))
        self._reader = asyncio.create_task(self._read())
        token = await self.command(
            "auth/long_lived_access_token", client_name="Audio Guard", lifespan=1
        )
        self._headers = {"Authorization": f"Bearer {token}"}

    async def wait_until_running(self) -> None:
        """Wait until every integration has been set up."""
        running = asyncio.Event()
        await self.listen("homeassistant_started", lambda _: running.set())
        if (await self.request("get", "/api/config"))["state"] != "RUNNING":
            await running.wait()

    async def closed(self) -> None:
        """Wait until Home Assistant has closed the websocket."""
        if self._reader is not None:
            await self._reader

    async def close(self) -> None:
        """Close all connections."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._http.close()

    async def request(self, method: str, path: str, data: Json | None = None) -> Any:
        """Send a REST request; raises `HomeError`."""
        async with self._http.request(
            method, self.url + path, json=data, headers=self._headers
        ) as response:
            return await _body(response)

    async def download(self, path: str) -> bytes:
        """Fetch what a signed path holds, without being logged in; raises `HomeError`."""
        async with self._http.get(self.url + path) as response:
            if response.status >= 400:
                raise HomeError(f"get {path.partition('?')[0]}: {response.status}")
            return await response.read()

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command and return its result; raises `HomeError`."""
        return await self._send(next(self._numbers), kind, fields)

    async def listen(self, event_type: str, listener: Callable[[Json], None]) -> None:
        """Call `listener` with the data of every event of that type from now on."""
        await self.subscribe(
            "subscribe_events", lambda event: listener(event["data"]), event_type=event_type
        )

    async def subscribe(self, kind: str, listener: Callable[[Json], None], **fields: Any) -> None:
        """Send a websocket command that is answered by events, and call `listener` with each."""
        number = next(self._numbers)
        self._listeners[number] = listener
        await self._send(number, kind, fields)

    async def states(self) -> dict[str, Json]:
        """Return every state by entity id."""
        return {state["entity_id"]: state for state in await self.request("get", "/api/states")}

    async def call(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action (`number.set_value`) on an entity."""
        path = f"/api/services/{action.replace('.', '/')}"
        await self.request("post", path, {"entity_id": entity_id, **data})

    async def start_flow(self, domain: str, step: str) -> Json:
        """Begin to add an integration, choose in its menu and return the form."""
        flow = await self.request("post", "/api/config/config_entries/flow", {"handler": domain})
        return await self.continue_flow(flow, {"next_step_id": step})

    async def continue_flow(self, flow: Json, answers: Json) -> Json:
        """Send a form; return what comes next: a form (with errors, maybe), an abort or an entry."""
        path = f"/api/config/config_entries/flow/{flow['flow_id']}"
        return dict(await self.request("post", path, answers))

    async def finish_flow(self, form: Json, answers: Json) -> Json:
        """Send the form of a camera, and after it listen for everything; return the entry, or the form with errors."""
        result = await self.continue_flow(form, answers)
        if result["type"] == "form" and not result["errors"]:
            return await self.continue_flow(result, {"listen_for": "everything"})
        return result

    async def close_flow(self, flow: Json) -> None:
        """Close a dialog that was not finished, as the frontend does."""
        await self.request("delete", f"/api/config/config_entries/flow/{flow['flow_id']}")

    async def _send(self, number: int, kind: str, fields: Json) -> Any:
        """Send one websocket message and wait for its result."""
        if self._socket is None:
            raise HomeError("the websocket is not connected")
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"id": number, "type": kind, **fields})
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        finally:
            del self._answers[number]

    async def _read(self) -> None:
        """Hand out what comes over the websocket until it closes."""
        assert self._socket is not None
        async for received in self._socket:
            message = received.json()
            number = message.get("id")
            if message["type"] == "event" and number in self._listeners:
                self._listeners[number](message["event"])
            elif message["type"] == "result" and number in self._answers:
                if message["success"]:
                    self._answers[number].set_result(message["result"])
                else:
                    self._answers[number].set_exception(HomeError(message["error"]["message"]))


async def _body(response: aiohttp.ClientResponse) -> Any:
    """Return the JSON of an answer; raises `HomeError`."""
    if response.status >= 400:
        text = await response.text()
        raise HomeError(f"{response.method} {response.url.path}: {response.status} {text}")
    return await response.json()
