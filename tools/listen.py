"""Listen to files, standard input or cameras without Home Assistant.

    python -m tools.listen some.wav                    a live bar view
    python -m tools.listen rtsp://user:pass@camera/1   the same, from a camera
    python -m tools.listen --json *.wav                one JSON line a hop and one a detection

The same engine that the integration runs: capture, log-mel, model, decider. It needs numpy, av and a runtime (ncnn or
ai-edge-litert), not the training environment. Files are read as fast as possible; a last, partial window is padded
with silence. A source that can't be read gives one error, the others are still heard, and the exit code is 1.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from audio_guard_engine.analysis import Analyzer
from audio_guard_engine.capture import Capture
from audio_guard_engine.card import DEFAULT_MODEL, Model, load_model
from audio_guard_engine.decide import Decider, Detection
from audio_guard_engine.errors import EndOfStreamError, EngineError, NoAudioError
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.gate import LevelGate
from audio_guard_engine.scorer import Runtime, Scorer, load_scorer
from audio_guard_engine.source import STDIN, Source, parse_source

BAR_CELLS = 10


class View(Protocol):
    """Where what was heard is shown. Called by one thread per live source."""

    def frame(self, frame: ScoreFrame) -> None:
        """Show one hop."""

    def detection(self, source: str, detection: Detection) -> None:
        """Show the start of a detection."""

    def error(self, source: str, message: str) -> None:
        """Show why a source can't be heard."""


class JsonView:
    """One line a hop, one a detection, one an error."""

    def frame(self, frame: ScoreFrame) -> None:
        """Print the hop's scores."""
        scores = {label: round(score, 6) for label, score in frame.scores.items()}
        level = round(frame.level_dbfs, 2)
        _print_json({"source": frame.source, "t": frame.t, "scores": scores, "level_dbfs": level})

    def detection(self, source: str, detection: Detection) -> None:
        """Print the detection."""
        score = round(detection.score, 6)
        _print_json(
            {"source": source, "detection": detection.label, "t": detection.t, "score": score}
        )

    def error(self, source: str, message: str) -> None:
        """Print the error."""
        _print_json({"source": source, "error": message})


class BarView:
    """A line of bars a hop; on a terminal each hop overwrites the last."""

    def __init__(self, model: Model) -> None:
        """Print the head of the table."""
        self._classes = model.classes
        self._live = sys.stdout.isatty()
        heads = "  ".join(f"{label:<{BAR_CELLS}}" for label in self._classes)
        print(f"{'time':>8}  {'level':>6}  {heads}")

    def frame(self, frame: ScoreFrame) -> None:
        """Show the hop as bars."""
        bars = "  ".join(_bar(frame.scores[label]) for label in self._classes)
        line = f"{frame.t:7.2f}s  {frame.level_dbfs:4.0f}dB  {bars}"
        print(line, end="\r" if self._live else "\n", flush=True)

    def detection(self, source: str, detection: Detection) -> None:
        """Leave a line for the detection."""
        print(
            f"{detection.t:7.2f}s  {detection.label.upper()}  {detection.score:.2f}  {source}\033[K"
        )

    def error(self, source: str, message: str) -> None:
        """Print the error."""
        print(f"{source}: {message}", file=sys.stderr)


def _bar(score: float) -> str:
    """Draw a score from 0 to 1."""
    return ("█" * round(score * BAR_CELLS)).ljust(BAR_CELLS, "·")


def _print_json(value: dict[str, object]) -> None:
    """Print one JSON line in one write, so that lines of several threads never mix."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def hear(
    name: str,
    source: Source,
    model: Model,
    scorer: Scorer,
    stop: threading.Event,
    gate: LevelGate | None = None,
) -> Iterator[ScoreFrame]:
    """Yield the frames of one source until it ends; raises an `EngineError` if it can't be heard."""
    analyzer = Analyzer(name, model, scorer, gate=gate)
    heard = False
    with Capture(source, model.front_end.sample_rate_hz, stop=stop) as capture:
        for pcm in capture.chunks():
            heard = heard or len(pcm) > 0
            analyzer.write(pcm)
            yield from analyzer.drain()
    if not heard:
        raise NoAudioError(f"{name} holds no sound")
    analyzer.pad()
    yield from analyzer.drain()


def listen_to(name: str, model: Model, scorer: Scorer, view: View, stop: threading.Event) -> bool:
    """Show all that one source holds; False if it can't be heard."""
    decider = Decider(model.policies)
    shown_name = name
    try:
        source = parse_source(name)
        shown_name = source.name
        for frame in hear(shown_name, source, model, scorer, stop):
            view.frame(frame)
            for detection in decider.step(frame):
                if detection.active:
                    view.detection(shown_name, detection)
    except EndOfStreamError:
        return True
    except EngineError as error:
        if stop.is_set():
            return True
        view.error(shown_name, str(error))
        return False
    return True


def listen_to_all(names: Sequence[str], model: Model, scorer: Scorer, view: View) -> bool:
    """Show files one after the other and live sources side by side; False if one could not be heard."""
    stop = threading.Event()
    heard: list[bool] = []

    def hear_one(name: str) -> None:
        heard.append(listen_to(name, model, scorer, view, stop))

    live = [name for name in names if "://" in name]
    threads = [
        threading.Thread(target=hear_one, args=(name,), name=f"listen {i}")
        for i, name in enumerate(live)
    ]
    try:
        for thread in threads:
            thread.start()
        for name in names:
            if name not in live:
                hear_one(name)
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        print(file=sys.stderr)
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    return all(heard)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.listen",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help=f"file, URL, or {STDIN} for standard input"
    )
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="model's name (default: %(default)s)"
    )
    parser.add_argument("--models", type=Path, help="folder of models (default: those that ship)")
    parser.add_argument(
        "--runtime",
        default="auto",
        choices=["auto", *Runtime],
        help="default: the fastest installed",
    )
    parser.add_argument("--json", action="store_true", help="print JSON lines")
    options = parser.parse_args(arguments)
    try:
        model = load_model(options.model, options.models)
        scorer = load_scorer(model, None if options.runtime == "auto" else Runtime(options.runtime))
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    view: View = JsonView() if options.json else BarView(model)
    try:
        return 0 if listen_to_all(options.sources, model, scorer, view) else 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: `... | head` is no error
        return 0


if __name__ == "__main__":
    sys.exit(main())
