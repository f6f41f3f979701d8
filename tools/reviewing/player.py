"""Play sound by a program that this machine has."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),
    ("aplay", "--quiet"),
)


class Player:
    """Play one WAV file at a time, beside whatever else is done; a context that ends it."""

    def __init__(self) -> None:
        """Look for a program that plays."""
        self._command = next((player for player in PLAYERS if shutil.which(player[0])), None)
        self._folder = tempfile.TemporaryDirectory(prefix="audio-guard-")
        self._playing: subprocess.Popen[bytes] | None = None

    @property
    def can_play(self) -> bool:
        """Tell whether there is such a program."""
        return self._command is not None

    def play(self, wav: bytes) -> None:
        """Begin to play, instead of what is playing; nothing is played where nothing can."""
        self.stop()
        if self._command is None:
            return
        file = Path(self._folder.name, "clip.wav")
        file.write_bytes(wav)
        self._playing = subprocess.Popen(
            [*self._command, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """End what is playing."""
        if self._playing:
            self._playing.terminate()
            self._playing.wait()
            self._playing = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self._folder.cleanup()
