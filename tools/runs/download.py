"""Download one file: in pieces with progress, resumed where it stopped, checked by its hash."""

import hashlib
import math
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from tools.errors import ToolError
from tools.runs.progress import progress
from tools.runs.whole_file import full_disk_named

PIECE_BYTES = 1 << 20
# A server that says nothing for so long is not coming back.
TIMEOUT_SECONDS = 30.0


class DownloadError(ToolError):
    """A file that did not arrive; the message names it and the cure."""


def download(url: str, place: Path, sha256_prefix: str) -> None:
    """Put the file of an address at `place`, unless it is there already.

    It grows as PLACE.part, which stays when the connection ends early, so that the next call goes on
    from there, and goes when the whole file has another hash.
    """
    if place.is_file() and has_hash(place, sha256_prefix):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    if not (part.is_file() and has_hash(part, sha256_prefix)):
        _receive(url, part, place)
    if not has_hash(part, sha256_prefix):
        part.unlink()
        raise DownloadError(
            f"{url}: what came is not the published file (its sha256 does not begin with "
            f"{sha256_prefix}) and was removed; run this again, or from another network"
        )
    part.replace(place)


def has_hash(path: Path, sha256_prefix: str) -> bool:
    """Tell whether the hash of a file begins so."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256_prefix)


def _receive(url: str, part: Path, place: Path) -> None:
    """Write what is missing of the file to `part`."""
    with _open(url, _size(part), place) as response:
        # A server that knows no ranges answers with the whole file.
        resumed = response.status == HTTPStatus.PARTIAL_CONTENT
        try:
            with full_disk_named(part), part.open("ab" if resumed else "wb") as file:
                for piece in _pieces(response, place.name):
                    file.write(piece)
        except (ConnectionError, TimeoutError, HTTPException) as error:
            raise DownloadError(_ended_early(url)) from error
        if response.length:
            raise DownloadError(_ended_early(url))


def _open(url: str, have: int, place: Path) -> HTTPResponse:
    """Ask for the file from byte `have` on."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310  https, from a table
    try:
        response: HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            # The part is as long as the file or longer, and it is not the file: begin anew.
            return _open(url, 0, place)
        raise DownloadError(f"{url}: the server says {error.code} {error.reason}") from error
    except (urllib.error.URLError, ConnectionError, TimeoutError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise DownloadError(
            f"{url}: cannot be reached ({reason}); connect to the internet and run this "
            f"again, or get the file on another machine and put it at {place}"
        ) from error
    return response


def _pieces(response: HTTPResponse, title: str) -> Iterable[bytes]:
    pieces: Iterator[bytes] = iter(lambda: response.read(PIECE_BYTES), b"")
    if not response.length:
        return pieces
    count = math.ceil(response.length / PIECE_BYTES)
    return progress(pieces, total=count, title=f"{title}, MiB")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _ended_early(url: str) -> str:
    return f"{url}: the connection ended early; run this again, it goes on where it stopped"
