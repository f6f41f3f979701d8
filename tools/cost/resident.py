"""How much memory this process holds. It imports nothing heavy, or it would count itself."""

from pathlib import Path


def resident_mb() -> float:
    """Return this process's resident memory; raise `OSError` where the system does not tell."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("this system does not tell a process's memory")
