"""Run the demo camera from the command line.

    python -m tools.demo_camera --port 8554

then listen with `ffplay rtsp://127.0.0.1:8554/live` or add that address to Home Assistant.
"""

import argparse
import logging
import signal
import threading
from pathlib import Path

from .auth import Auth
from .codec import CODECS, Pcm
from .faults import Fault
from .scene import Scene, quiet, render, timetable_text
from .server import DemoCamera

SILENCE_SECONDS = 10.0


def main() -> None:
    """Run a camera until it is interrupted."""
    parser = _parser()
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.INFO)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        sound = _sound(arguments)
        camera = _camera(sound, arguments)
        camera.start()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    with camera:
        if isinstance(sound, Scene):
            print(timetable_text(sound))
        print(f"The demo camera plays at {camera.url} (Ctrl-C stops it)", flush=True)
        if not stopped.wait(arguments.fault_after):
            camera.fault = Fault(arguments.fault)
            stopped.wait()


def _camera(sound: Scene | Pcm, arguments: argparse.Namespace) -> DemoCamera:
    """Return the camera that the command line asks for; a fault at once is there from the start."""
    return DemoCamera(
        sound,
        codec=arguments.codec,
        host=arguments.host,
        port=arguments.port,
        path=arguments.path,
        user=arguments.user,
        password=arguments.password,
        auth=arguments.auth,
        fault=Fault.NONE if arguments.fault_after else Fault(arguments.fault),
        loop=arguments.loop,
        speed=arguments.speed,
    )


def _sound(arguments: argparse.Namespace) -> Scene | Pcm:
    """Return what the camera shall play."""
    if arguments.silence:
        return quiet(SILENCE_SECONDS)
    if arguments.sound is None:
        return render(arguments.seed)
    from .file import decode  # noqa: PLC0415  needs PyAV, which the scene does without

    return decode(arguments.sound)


def _parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.demo_camera",
        description="An RTSP camera whose microphone hears a scene of alarming sounds.",
        epilog="example: python -m tools.demo_camera --user demo --password secret "
        "--fault stall --fault-after 30",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8554, help="0 picks one (%(default)s)")
    parser.add_argument("--path", default="/live", help="path of the stream (%(default)s)")

    sounds = parser.add_mutually_exclusive_group()
    sounds.add_argument("--scene", action="store_true", help="play the synthesized scene (default)")
    sounds.add_argument("--sound", type=Path, metavar="FILE", help="play a file (needs PyAV)")
    sounds.add_argument("--silence", action="store_true", help="play a quiet room")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another scene")
    parser.add_argument("--codec", choices=list(CODECS), default="pcmu", help="(%(default)s)")
    parser.add_argument(
        "--loop",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="start over at the end instead of ending the connection",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="times real time (%(default)s)")

    parser.add_argument("--user", help="ask clients for this user and the password")
    parser.add_argument("--password", default="", help="the password that goes with --user")
    parser.add_argument("--auth", choices=list(Auth), default=Auth.DIGEST, help="(%(default)s)")

    parser.add_argument("--fault", choices=list(Fault), default=Fault.NONE, help="what goes wrong")
    parser.add_argument(
        "--fault-after", type=float, default=0.0, metavar="SECONDS", help="when it does (at once)"
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    return parser


if __name__ == "__main__":
    main()
