"""Drawing phantoms into files: one place for seeds, picture formats and outlines."""

import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from neuroonco.demo.phantom import HEALTHY, Slice, make_slice


@dataclass(frozen=True)
class Canvas:
    """Where a source's files go, and how its pictures are drawn.

    Attributes:
        folder: Root of the source on disk.
        seed: Another seed gives other patients.
        size: Height and width of the pictures in pixels.
    """

    folder: Path
    seed: int
    size: int

    def patient(self, name: str) -> int:
        """The phantom's seed for a patient's name, however its accents are spelled."""
        spelling = unicodedata.normalize("NFC", name)
        return zlib.crc32(f"{self.seed}/{spelling}".encode())

    def slice(
        self, patient: str, sequence: str, tumour: str = HEALTHY, *, stripped: bool = False
    ) -> Slice:
        """Draw a patient's slice; see `make_slice`."""
        return make_slice(self.patient(patient), self.size, sequence, tumour, stripped=stripped)

    def save(self, name: str, picture: NDArray[np.uint8], mode: str = "L") -> Path:
        """Write a grey picture at a relative path, in the format its extension says.

        Args:
            name: Path under the folder, with forward slashes.
            picture: uint8 (H, W).
            mode: Pillow mode of the file, "L" or "RGB".

        Returns:
            The file's path.
        """
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).convert(mode).save(path)
        return path

    def save_mask(self, name: str, mask: NDArray[np.bool_]) -> Path:
        """Write a mask, bool (H, W), at a relative path: white on black, mode L."""
        return self.save(name, mask.astype(np.uint8) * np.uint8(255))

    def text(self, name: str, content: str) -> Path:
        """Write a text file, UTF-8, at a relative path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path


def outline(mask: NDArray[np.bool_], points: int = 24) -> NDArray[np.float64]:
    """The border of a roundish mask as a polygon: its farthest pixel in each direction.

    Args:
        mask: bool (H, W), one component, star-shaped about its centroid.
        points: Directions to look in; directions without a pixel are left out.

    Returns:
        float64 (n, 2), (x, y) of pixel centres, n <= points; empty for an empty mask.
    """
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return np.empty((0, 2))
    dx, dy = columns - columns.mean(), rows - rows.mean()
    direction = np.floor((np.arctan2(dy, dx) / (2 * np.pi) + 0.5) * points).astype(int) % points
    # The last of equal keys wins, so the farthest pixel of each direction is written last.
    order = np.argsort(np.hypot(dx, dy), kind="stable")
    farthest = np.full(points, -1)
    farthest[direction[order]] = order
    farthest = farthest[farthest >= 0]
    return np.stack([columns[farthest], rows[farthest]], axis=1).astype(float)
