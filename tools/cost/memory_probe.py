"""Print, as JSON, how memory grows in a process that begins to listen: a child of the bench.

    python -m tools.cost.memory_probe URL CAMERAS

Nothing is imported before its turn.
"""

import json
import sys
import threading
from importlib import import_module

from tools.cost.resident import resident_mb

HEARD_SECONDS = 30.0
SETTLING_HOPS = 6


def main(url: str, cameras: int) -> None:
    """Load one thing after another; listen to the same camera once, then as often as told."""
    resident = {"bare": resident_mb()}
    for name in ("numpy", "av"):
        import_module(name)
    resident["numpy and PyAV"] = resident_mb()

    from audio_guard_engine.card import load_model  # noqa: PLC0415
    from audio_guard_engine.scorer import Runtime, load_scorer  # noqa: PLC0415

    model = load_model()
    scorer = load_scorer(model, Runtime.NCNN)
    resident["engine and model"] = resident_mb()

    from audio_guard_engine.frame import ScoreFrame  # noqa: PLC0415
    from audio_guard_engine.listener import Listener  # noqa: PLC0415
    from audio_guard_engine.source import parse_source  # noqa: PLC0415

    listeners = []

    def listen() -> threading.Semaphore:
        hops = threading.Semaphore(0)

        def heard(_: ScoreFrame) -> None:
            hops.release()

        listener = Listener(
            f"camera {len(listeners)}",
            lambda: parse_source(url),
            model,
            scorer,
            on_frame=heard,
            on_status=lambda _: None,
        )
        listener.start()
        listeners.append(listener)
        return hops

    _wait(listen())
    resident["first camera"] = resident_mb()
    for hops in [listen() for _ in range(cameras)]:
        _wait(hops)
    resident["further cameras"] = resident_mb()
    for listener in listeners:
        listener.stop()
    print(json.dumps({"resident_mb": resident, "further_cameras": cameras}))


def _wait(hops: threading.Semaphore) -> None:
    """Wait until a camera has been heard for some hops."""
    for _ in range(SETTLING_HOPS):
        if not hops.acquire(timeout=HEARD_SECONDS):
            raise TimeoutError("the demo camera is not heard")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
