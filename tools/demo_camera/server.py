"""Run a demo camera in its own thread, so that synchronous code can start, hurt and stop it."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from audio_guard_engine.sounds.synth import SAMPLE_RATE_HZ

from .auth import Auth, make_guard
from .codec import CODECS, Pcm, resample
from .faults import Fault
from .rtp import EncodedSound
from .rtsp import CameraState, Connection
from .scene import Scene, render

START_STOP_LIMIT_SECONDS = 10.0


class DemoCamera:
    """An RTSP camera with a microphone that plays a sound.

    Every client hears the sound from its start, which is what tests can rely on. All methods may be
    called from any thread but the camera's own.
    """

    def __init__(
        self,
        sound: Scene | Pcm | None = None,
        *,
        codec: str = "pcmu",
        host: str = "127.0.0.1",
        port: int = 0,
        path: str = "/live",
        user: str | None = None,
        password: str = "",
        auth: str = Auth.DIGEST,
        fault: Fault = Fault.NONE,
        loop: bool = True,
        speed: float = 1.0,
        slow_start_seconds: float = 3.0,
        session_seconds: int | None = None,
    ) -> None:
        """Prepare the camera; `start` opens its port.

        `sound` is a scene or samples at 16 kHz, the project's own scene by default. Port 0 picks a
        free one and keeps it over restarts. Without `loop` the connection ends with the sound.
        `speed` makes time pass faster than in life. `session_seconds` is how often clients are told to
        show that they are still there; nothing happens to those that don't.
        """
        self.host = host
        self.port = port
        self._user = user
        self._password = password
        self._auth = Auth(auth)
        self._loop_sound = loop
        self._state = CameraState(
            path="/" + path.strip("/"),
            sound=self._encode(sound, codec),
            guard=None if user is None else make_guard(self._auth, user, password),
            fault=fault,
            speed=speed,
            slow_start_seconds=slow_start_seconds,
            session_seconds=session_seconds,
        )
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._listener: socket.socket | None = None
        self._connections: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        """Start, unless that is done."""
        if self._thread is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """Return the address without a login."""
        return f"rtsp://{self._address}{self._state.path}"

    @property
    def url_with_login(self) -> str:
        """Return the address with user and password in it, as FFmpeg takes them."""
        if self._user is None:
            return self.url
        login = f"{quote(self._user, safe='')}:{quote(self._password, safe='')}"
        return f"rtsp://{login}@{self._address}{self._state.path}"

    @property
    def _address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def connections(self) -> int:
        """Return how many connections were ever accepted."""
        return self._state.connections

    @property
    def playing(self) -> int:
        """Return how many clients are being sent audio now."""
        return self._state.playing

    @property
    def fault(self) -> Fault:
        """Return what is wrong with the camera now."""
        return self._state.fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        """Break or mend the camera; open connections feel it with the next packet or answer."""
        self._state.fault = fault
        if self._loop is not None:
            self._call(self._listen())

    def change_sound(self, sound: Scene | Pcm, codec: str = "pcmu") -> None:
        """Play something else, perhaps in another codec, to clients that start from now on."""
        self._state.sound = self._encode(sound, codec)

    def redirect(self, address: str) -> None:
        """Send clients elsewhere from now on."""
        self._state.redirect_to = address
        self.fault = Fault.REDIRECT

    def change_password(self, password: str) -> None:
        """Welcome another password from now on; who is being sent audio goes on."""
        if self._user is None:
            raise ValueError("this camera asks for no login")
        self._password = password
        self._state.guard = make_guard(self._auth, self._user, password)

    def drop_clients(self) -> None:
        """Cut all connections that are open now, once; new ones are welcome."""
        self._call(self._abort_connections())

    def start(self) -> None:
        """Open the port and return when clients can connect. Raises `OSError`."""
        if self._thread is not None:
            raise RuntimeError("the demo camera runs already")
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(ready)), name="demo-camera", daemon=True
        )
        self._thread.start()
        try:
            ready.result(START_STOP_LIMIT_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close all connections and the port; return when the thread is gone."""
        if (thread := self._thread) is None:
            return
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join(START_STOP_LIMIT_SECONDS)
        if thread.is_alive():
            raise RuntimeError("the demo camera's thread does not end")
        self._thread = None

    def restart(self) -> None:
        """Stop and start on the same port, as after a power cut."""
        self.stop()
        self.start()

    def _encode(self, sound: Scene | Pcm | None, codec_name: str) -> EncodedSound:
        """Bring a sound into the form in which it is sent. Raises `ValueError`."""
        if codec_name not in CODECS:
            raise ValueError(f"codec is one of {', '.join(CODECS)}, not {codec_name}")
        codec = CODECS[codec_name]
        scene = render() if sound is None else sound
        pcm, rate_hz = (
            (scene.pcm, scene.sample_rate_hz)
            if isinstance(scene, Scene)
            else (scene, SAMPLE_RATE_HZ)
        )
        return EncodedSound(
            resample(pcm, rate_hz, codec.sample_rate_hz), codec, loop=self._loop_sound
        )

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the camera's thread and wait for it."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the demo camera does not run")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_STOP_LIMIT_SECONDS)

    async def _run(self, ready: Future[None]) -> None:
        """Live in the thread from start to stop; a port that can't be opened goes to `ready`."""
        self._stopping = asyncio.Event()
        try:
            self._open_port()
        except OSError as error:
            ready.set_exception(error)
            return
        await self._listen()
        self._loop = asyncio.get_running_loop()
        ready.set_result(None)
        await self._stopping.wait()
        self._loop = None
        self._close_port()
        await self._abort_connections()

    async def _listen(self) -> None:
        """Open or close the port as the fault wants it."""
        if self._state.fault is Fault.REFUSE:
            self._close_port()
        elif self._listener is None:
            self._open_port()

    def _open_port(self) -> None:
        """Welcome connections. Raises `OSError`.

        Not by `asyncio.start_server`: a connection that its `close` finds half accepted hangs
        forever.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    def _close_port(self) -> None:
        """Refuse new connections from now on."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        """Give a new client its task."""
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the client has left already
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.create_task(self._serve(client))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        task.add_done_callback(lambda _: client.close())  # if it never ran

    async def _serve(self, client: socket.socket) -> None:
        """Answer one client until it leaves or is dropped."""
        reader, writer = await asyncio.open_connection(sock=client)
        try:
            await Connection(self._state, reader, writer).run()
            await writer.wait_closed()
        except ConnectionError:
            pass  # the client closed first
        finally:
            writer.transport.abort()

    async def _abort_connections(self) -> None:
        """End all connections without a farewell."""
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
