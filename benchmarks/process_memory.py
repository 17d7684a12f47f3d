"""How much memory this process uses, as Linux reports it."""

from pathlib import Path


def megabytes(field):
    """Return MB of this process in memory: now ("VmRSS") or at its peak ("VmHWM")."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024
