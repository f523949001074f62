"""The phantom's tumours: where each type sits, how large, round and necrotic it is.

Positions and looks follow textbook habits only as far as a glance needs. They have no medical
meaning.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neuroonco.demo.geometry import Array, Points, Vector, Waves

Range = tuple[float, float]

NCR, ED, ET = 1, 2, 4
"""Labels of a BraTS segmentation: necrotic core, oedema, enhancing tumour."""


@dataclass(frozen=True)
class TumourType:
    """How one type of tumour is drawn. Lengths are in half head lengths.

    Attributes:
        x: Distance of the centre from the midline; the side is drawn at random.
        y: Centre, back to front.
        z: Centre, bottom to top.
        radius: Mean radius.
        irregular: Amplitude of the border's harmonics, 0 for a ball.
        core: Radius of the necrotic core or cyst over the tumour's, 0 for none.
        oedema: Radius of the oedema over the tumour's, 1 for none.
        count: Fewest and most lesions.
        firm: Whether the solid part is dark on T2, as in a meningioma.
        convexity: Whether the centre is pushed outwards to the inner table of the skull.
    """

    x: Range
    y: Range
    z: Range
    radius: Range
    irregular: float
    core: Range = (0.0, 0.0)
    oedema: Range = (1.0, 1.0)
    count: tuple[int, int] = (1, 1)
    firm: bool = False
    convexity: bool = False


TUMOURS: dict[str, TumourType] = {
    "glioma": TumourType(
        (0.24, 0.38), (-0.35, 0.40), (0.10, 0.32), (0.15, 0.22), 0.26, (0.40, 0.66), (1.5, 1.9)
    ),
    "meningioma": TumourType(
        (0.25, 0.45), (-0.45, 0.55), (0.10, 0.38), (0.13, 0.20), 0.05, (0, 0), (1.1, 1.3),
        firm=True, convexity=True,
    ),
    "pituitary": TumourType(
        (0.0, 0.01), (0.14, 0.18), (-0.36, -0.33), (0.075, 0.115), 0.06, (0.0, 0.3)
    ),
    "metastasis": TumourType(
        (0.20, 0.48), (-0.50, 0.50), (0.12, 0.32), (0.045, 0.095), 0.08, (0.2, 0.6), (1.5, 2.1),
        count=(3, 6),
    ),
    "schwannoma": TumourType(
        (0.22, 0.27), (-0.25, -0.18), (-0.45, -0.41), (0.085, 0.135), 0.12, (0.0, 0.45)
    ),
    "ependymoma": TumourType(
        (0.0, 0.03), (-0.36, -0.31), (-0.43, -0.39), (0.10, 0.15), 0.20, (0.15, 0.4), (1.1, 1.3)
    ),
    "embryonal": TumourType(
        (0.0, 0.08), (-0.52, -0.44), (-0.44, -0.39), (0.14, 0.20), 0.10, (0.0, 0.2), (1.2, 1.4),
        firm=True,
    ),
    "neuronal_tumor": TumourType(
        (0.03, 0.09), (0.02, 0.20), (0.14, 0.22), (0.10, 0.15), 0.26, (0.25, 0.5)
    ),
}  # fmt: skip
"""The tumour types that can be drawn, by category name."""


class Blob(NamedTuple):
    """One lesion: a ball whose radius varies with direction by a few low harmonics."""

    centre: Vector
    radius: float
    core: float
    oedema: float
    border: Waves
    fringe: Waves


class Lesion(NamedTuple):
    """The memberships of a whole tumour as signed depth (positive inside), in head units."""

    solid: Array
    core: Array
    oedema: Array


def draw_blobs(kind: TumourType, rng: np.random.Generator) -> list[Blob]:
    """Draw the lesions of one patient; the first one's centre gives the slice to show."""
    side = float(rng.choice([-1.0, 1.0]))
    z = float(rng.uniform(*kind.z))
    blobs: list[Blob] = []
    for index in range(int(rng.integers(kind.count[0], kind.count[1] + 1))):
        centre = _centre(kind, rng, side if index == 0 else float(rng.choice([-1.0, 1.0])), z)
        blobs.append(
            Blob(
                centre=centre,
                radius=float(rng.uniform(*kind.radius)),
                core=core if (core := float(rng.uniform(*kind.core))) > 0.25 else 0.0,
                oedema=float(rng.uniform(*kind.oedema)),
                border=Waves.draw(rng, 5, 1.5, 5.5),
                fringe=Waves.draw(rng, 5, 1.5, 4.5),
            )
        )
    return blobs


def _centre(kind: TumourType, rng: np.random.Generator, side: float, z: float) -> Vector:
    x, y = side * float(rng.uniform(*kind.x)), float(rng.uniform(*kind.y))
    if kind.convexity:
        # An extra-axial tumour leans on the dura: carry its centre outwards, in its own slice.
        reach = 0.78 * (1 - (z / 0.85) ** 2) ** 0.5
        scale = reach / ((x / 0.76) ** 2 + (y / 0.95) ** 2) ** 0.5
        x, y = x * scale, y * scale
    return (x, y, z + (float(rng.uniform(-0.03, 0.03)) if kind.count[1] > 1 else 0.0))


def lesion(points: Points, blobs: list[Blob], irregular: float) -> Lesion:
    """Evaluate the union of all blobs.

    Args:
        points: Where to evaluate.
        blobs: From `draw_blobs`.
        irregular: Amplitude of the border's harmonics.

    Returns:
        Signed depths, float32 in the broadcast shape of the points.
    """
    nowhere = np.full((), -1, np.float32)
    solid, core, oedema = nowhere, nowhere, nowhere
    for blob in blobs:
        dx, dy, dz = (p - c for p, c in zip(points[:3], blob.centre, strict=True))
        distance = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-6
        ux, uy, uz = dx / distance, dy / distance, dz / distance
        border = 1 + irregular * blob.border(ux, uy, uz)
        solid = np.maximum(solid, blob.radius * border - distance)
        if blob.core > 0:
            wall = border * (1 + 1.2 * irregular * blob.fringe(uz, ux, uy))
            core = np.maximum(core, blob.radius * blob.core * wall - distance)
        if blob.oedema > 1:
            fringe = 1 + 0.18 * blob.fringe(ux, uy, uz)
            oedema = np.maximum(oedema, blob.radius * blob.oedema * fringe - distance)
    return Lesion(solid, core, oedema)


def mass_effect(points: Points, blobs: list[Blob]) -> Points:
    """Where the tissue now at `points` was before the tumour pushed it aside."""
    x, y, z = points[:3]
    for blob in blobs:
        dx, dy, dz = (p - c for p, c in zip(points[:3], blob.centre, strict=True))
        push = 0.55 * np.exp(-(dx * dx + dy * dy + dz * dz) / (1.6 * blob.radius) ** 2)
        x, y, z = x - push * dx, y - push * dy, z - push * dz
    return points._replace(x=x, y=y, z=z)
