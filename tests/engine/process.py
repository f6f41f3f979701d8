"""What this process holds, as the kernel counts it."""

import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the kernel is no Linux")


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Memory, open files and sockets, threads of a moment."""

    resident_bytes: int
    files: tuple[str, ...]
    threads: tuple[str, ...]

    @classmethod
    def now(cls) -> Self:
        """Look, after what is no longer used has been let go of."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        files = []
        for link in Path("/proc/self/fd").iterdir():
            try:
                files.append(str(link.readlink()))
            except FileNotFoundError:
                continue  # that of the listing itself
        return cls(
            resident_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
            files=tuple(sorted(files)),
            threads=tuple(sorted(thread.name for thread in threading.enumerate())),
        )

    def sockets(self) -> int:
        """Return how many of the files are sockets."""
        return sum(file.startswith("socket:") for file in self.files)
