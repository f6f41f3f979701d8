"""A verb ends in words, not in a traceback."""

import pytest

from audio_guard_engine.errors import EngineError
from tools.errors import ToolError
from tools.runs.verb import ends_in_words


@pytest.mark.parametrize("error", [ToolError, EngineError, OSError])
def test_mistakes_are_told_in_words(
    error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    @ends_in_words("stopped")
    def main(arguments: list[str] | None = None) -> int:
        raise error(f"{arguments}: no such file")

    assert main(["x"]) == 1
    assert capsys.readouterr().err == "error: ['x']: no such file\n"


def test_ctrl_c_says_what_became_of_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    @ends_in_words("stopped; nothing was written")
    def main(_arguments: list[str] | None = None) -> int:
        raise KeyboardInterrupt

    assert main() == 130
    assert capsys.readouterr().err == "stopped; nothing was written\n"


def test_faults_of_the_tools_are_not_hidden_and_results_pass() -> None:
    @ends_in_words("stopped")
    def main(arguments: list[str] | None = None) -> int:
        return len(arguments or [])

    assert main(["a", "b"]) == 2
    with pytest.raises(TypeError):
        main(3)  # type: ignore[arg-type]
