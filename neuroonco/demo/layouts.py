"""Every source whose download somebody has described, laid out with phantoms: one function."""

from collections.abc import Callable, Mapping
from pathlib import Path

from neuroonco.demo.class_folders import (
    write_01,
    write_02,
    write_03,
    write_04,
    write_13,
    write_17,
)
from neuroonco.demo.galleries import write_08, write_09
from neuroonco.demo.masked import write_05, write_10, write_15, write_18
from neuroonco.demo.scans import write_07, write_16
from neuroonco.demo.yolo import write_19

WRITERS: Mapping[str, Callable[..., list[Path]]] = {
    "01": write_01,
    "02": write_02,
    "03": write_03,
    "04": write_04,
    "05": write_05,
    "07": write_07,
    "08": write_08,
    "09": write_09,
    "10": write_10,
    "13": write_13,
    "15": write_15,
    "16": write_16,
    "17": write_17,
    "18": write_18,
    "19": write_19,
}
"""The writer of each source; every one takes `folder`, `per_class`, `seed` and `size`."""


def write_source(
    folder: Path, source: str, *, per_class: int = 2, seed: int = 0, **variant: object
) -> list[Path]:
    """Write one source as a user would have it after the download.

    Args:
        folder: Root of the source, made if missing; its name says nothing to a reader.
        source: The source's number, a key of `WRITERS`.
        per_class: Pictures in each class folder.
        seed: The same seed gives the same bytes.
        variant: What else the source's own writer takes: `size`, `release`, `wrapper`, …

    Returns:
        The pictures written, without masks, labels and tables, in the order written.

    Raises:
        KeyError: Nobody has described how this source unpacks.
        TypeError: The source has no such variant.
    """
    return WRITERS[source](folder, per_class=per_class, seed=seed, **variant)
