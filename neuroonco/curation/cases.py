"""What a picture's name tells of the scan it comes from: the case, and the slice within it."""

from __future__ import annotations

import re

_CASE = re.compile(
    r"BraTS2021_\d{5}|volume_\d+(?=_slice)|TCGA_[A-Z0-9]{2}_[A-Z0-9]{4}(?=_)", re.IGNORECASE
)
_SLICE = re.compile(r"volume_\d+_slice_(\d+)|TCGA_[A-Z0-9]{2}_[A-Z0-9]{4}_\d+_(\d+)", re.IGNORECASE)


def case_of(path: str) -> str:
    """The patient or case that a file's name gives away; empty where it names none."""
    match = _CASE.search(path)
    return match[0].lower() if match else ""


def slice_of(path: str) -> int | None:
    """The number of the slice that a file's name gives away, as the source counts it."""
    match = _SLICE.search(path)
    return int(match[1] or match[2]) if match else None
