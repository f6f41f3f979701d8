"""Print, as JSON, how long it takes until a camera's first score: a child of the bench.

python -m tools.cost.start_up_probe URL CONNECTS
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from audio_guard_engine.analysis import Analyzer
from audio_guard_engine.capture import Capture
from audio_guard_engine.card import Model, load_model
from audio_guard_engine.scorer import Runtime, Scorer, load_scorer
from audio_guard_engine.source import Source, parse_source


class NotingCapture(Capture):
    """Note when the first packet comes."""

    first_packet = 0.0

    def _packets(self, av: Any, track: Any) -> Iterator[Any]:
        for packet in super()._packets(av, track):
            self.first_packet = self.first_packet or time.monotonic()
            yield packet


def first_score(source: Source, model: Model, scorer: Scorer) -> dict[str, float]:
    """Connect and listen until the first score; return the seconds of each step."""
    began = time.monotonic()
    analyzer = Analyzer("start", model, scorer)
    with NotingCapture(source, model.front_end.sample_rate_hz) as capture:
        opened = time.monotonic()
        for pcm in capture.chunks():
            analyzer.write(pcm)
            if next(analyzer.drain(), None):
                break
        scored = time.monotonic()
    return {
        "open": opened - began,
        "first packet": capture.first_packet - opened,
        "first score": scored - capture.first_packet,
    }


def main(url: str, connects: int) -> None:
    """Load the model, then connect some times."""
    began = time.monotonic()
    model = load_model()
    scorer = load_scorer(model, Runtime.NCNN)
    loaded = time.monotonic() - began
    source = parse_source(url)
    steps = [first_score(source, model, scorer) for _ in range(connects)]
    print(json.dumps({"load_model_seconds": loaded, "connects": steps}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
