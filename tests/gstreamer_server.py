"""An RTSP server that is not the project's own: GStreamer's, run by the distribution's Python.

    /usr/bin/python3 tests/gstreamer_server.py [SOUND.wav] [--user U --password P]

Serves a 1 kHz tone, or the sound, at /pcmu, /pcma, /aac, /opus and with video at /video; /mute has video alone.
Prints its port, and ends with its standard input.
"""

import argparse
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

VIDEO = (
    "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=5/1 "
    "! x264enc tune=zerolatency key-int-max=5 ! rtph264pay name=pay{}"
)
AUDIO = {
    "/pcmu": "audioresample ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay",
    "/pcma": "audioresample ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay",
    "/aac": "audioresample ! audio/x-raw,rate=44100,channels=2 ! avenc_aac ! rtpmp4gpay",
    "/opus": "audioresample ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay",
}


def launch_lines(sound: str | None) -> dict[str, str]:
    """Return a pipeline for each path."""
    if sound:
        source = f'filesrc location="{sound}" ! wavparse ! audioconvert'
    else:
        source = "audiotestsrc is-live=true freq=1000 volume=0.5 ! audioconvert"
    lines = {path: f"( {source} ! {rest} name=pay0 )" for path, rest in AUDIO.items()}
    lines["/video"] = f"( {VIDEO.format(0)} {source} ! {AUDIO['/aac']} name=pay1 )"
    lines["/mute"] = f"( {VIDEO.format(0)} )"
    return lines


def protect(server: GstRtspServer.RTSPServer, user: str, password: str) -> str:
    """Ask every client for the user and the password; return the role that may look."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    return "viewer"


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sound", nargs="?")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    role = protect(server, options.user, options.password) if options.user else None
    for path, line in launch_lines(options.sound).items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(line)
        if role:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role(role, "media.factory.access", True)
            permissions.add_permission_for_role(role, "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
