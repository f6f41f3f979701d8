"""A hop's cost is that of the engine's own way through a coded file."""

from pathlib import Path

import av

from audio_guard_engine.card import load_model
from tools.measures.hop_cost import cost_text, hop_cost, write_line


def test_line_is_what_cameras_send(tmp_path: Path) -> None:
    write_line(tmp_path / "line.wav", 2.0)
    with av.open(str(tmp_path / "line.wav")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate) == ("pcm_mulaw", 8000)
        assert sum(frame.samples for frame in container.decode(stream)) == 16_000


def test_both_runtimes_are_timed_and_told() -> None:
    figures = hop_cost(load_model(), seconds=3.0)
    assert set(figures["milliseconds"]) == {"ncnn", "litert"}
    assert min(figures["milliseconds"].values()) > 0
    text = cost_text(figures | {"milliseconds": {"ncnn": 0.96}})
    assert "| ncnn | 0.96 | 500 |" in text
