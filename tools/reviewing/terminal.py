"""Review clips in the terminal: each is shown, played where that is possible, and decided by a key."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.data.corrections import DROP, KEEP, UNSURE
from tools.data.flac import to_int16
from tools.data.wav import wav_bytes
from tools.reviewing.conflicts import Conflict
from tools.reviewing.player import PLAYERS, Player
from tools.reviewing.reviewed_file import ReviewedFile
from tools.reviewing.text_pictures import text_curve, text_spectrogram
from tools.windows.features import load_pcm, window_frames

VERDICT_OF_KEY = {"k": KEEP, "d": DROP, "u": UNSURE}


def review_in_terminal(
    conflicts: Sequence[Conflict], labels: Sequence[str], reviewed: ReviewedFile
) -> None:
    """Go through the clips until all are seen, or the person quits or closes the input."""
    with Player() as player:
        if not player.can_play:
            names = ", ".join(name for name, *_ in PLAYERS)
            print(f"none of {names} is installed: play the files by yourself")
        place = 0
        while place < len(conflicts):
            step = _review(
                conflicts[place], labels, reviewed, player, f"{place + 1}/{len(conflicts)}"
            )
            if step is None:
                return
            place = max(0, place + step)


def _review(
    conflict: Conflict,
    labels: Sequence[str],
    reviewed: ReviewedFile,
    player: Player,
    place: str,
) -> int | None:
    """Ask about one clip; return how many clips to go on by, or None to quit."""
    pcm = load_pcm(conflict.clip)
    wav = wav_bytes(to_int16(pcm))
    _show(conflict, pcm, labels, place)
    print(_keys(labels))
    player.play(wav)
    decision_of_key = VERDICT_OF_KEY | {str(n): label for n, label in enumerate(labels, 1)}
    step_of_key = {"": 1, "n": 1, "b": -1}
    try:
        while True:
            key = _ask(reviewed.decision(conflict.clip.name))
            if key in decision_of_key:
                reviewed.decide(conflict, decision_of_key[key])
                return 1
            if key in step_of_key:
                return step_of_key[key]
            if key == "q":
                return None
            if key == "p":
                player.play(wav)
            else:
                print(f"no such key: {key}")
    finally:
        player.stop()


def _ask(decided: str) -> str:
    """Read a key and Enter; the end of the input quits."""
    try:
        return input(f"{decided or 'undecided'}> ").strip().lower()
    except EOFError:
        print()
        return "q"


def _show(conflict: Conflict, pcm: NDArray[np.float32], labels: Sequence[str], place: str) -> None:
    clip = conflict.clip
    print(f"\n{place}  {clip.path or clip.name}  ({clip.split})")
    print(
        f"labeled {clip.label} ({conflict.own_score:.0%}), but it sounds like {conflict.heard} "
        f"({conflict.heard_score:.0%})"
    )
    print("\n".join(text_spectrogram(window_frames(pcm))))
    for label in (clip.label, conflict.heard):
        print(f"{text_curve(conflict.scores[:, labels.index(label)])}  {label}")


def _keys(labels: Sequence[str]) -> str:
    numbers = "  ".join(f"{number} {label}" for number, label in enumerate(labels, 1))
    return f"k keep  d drop  u unsure  {numbers}\np play  n next  b back  q quit"
