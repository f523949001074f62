"""A synthetic head in four MRI sequences, with or without a tumour.

This is a phantom made of ellipsoids and a few waves. It looks like brain MRI at a glance so that
software can be tried on it; nothing about it, the tumour types included, has any medical meaning,
and no score on it says anything about a model.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroonco.demo.contrast import OEDEMA, SIGNAL, acquire, paint
from neuroonco.demo.geometry import Points, edge
from neuroonco.demo.head import Head, Layer
from neuroonco.demo.tumour import ED, ET, NCR, TUMOURS, Blob, draw_blobs, lesion, mass_effect

SEQUENCES: tuple[str, ...] = ("flair", "t1", "t1ce", "t2")
"""The sequences a phantom can be seen in."""

HEALTHY = "healthy"
TYPES: tuple[str, ...] = (HEALTHY, *TUMOURS)
"""What a phantom can have: nothing, or one of the tumour types."""

_SLICE_FIELD = 2.24  # width of a picture, in half head lengths
_VOLUME_FIELD = (240, 240, 155)  # millimetres, the grid of BraTS
_HALF_HEAD = 105.0  # millimetres: a stripped brain then fills the grid as in BraTS


class Slice(NamedTuple):
    """One axial slice, anterior up and the patient's right on the left of the picture.

    Attributes:
        picture: uint8 (H, W), grey values.
        labels: uint8 (H, W), 0 background, 1 necrotic core, 2 oedema, 4 enhancing tumour.
    """

    picture: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The tumour without its oedema, bool (H, W)."""
        core: NDArray[np.bool_] = (self.labels == NCR) | (self.labels == ET)
        return core


class Volume(NamedTuple):
    """One patient's head in every sequence, as BraTS lays it out.

    Attributes:
        images: int16 (X, Y, Z) by sequence; skull-stripped, 0 outside the brain.
        seg: uint8 (X, Y, Z), labels as in `Slice`.
        affine: float64 (4, 4), voxel indices to millimetres (RAS+). The first axis runs to the
            patient's left and the second to the back (LPS), as in BraTS.
    """

    images: dict[str, NDArray[np.int16]]
    seg: NDArray[np.uint8]
    affine: NDArray[np.float64]


class _Scan(NamedTuple):
    """A head at the sample points, before a sequence is chosen."""

    points: Points
    layers: list[Layer]
    labels: NDArray[np.uint8]


def make_slice(
    seed: int, size: int, sequence: str, tumour: str = HEALTHY, *, stripped: bool = False
) -> Slice:
    """Make one axial slice of a phantom.

    The same seed and tumour give the same head, so the sequences of one patient fit each other.

    Args:
        seed: Any number from 0 upwards: the patient.
        size: Height and width in pixels.
        sequence: One of `SEQUENCES`, or "ct" for a CT slice.
        tumour: One of `TYPES`.
        stripped: Whether everything outside the brain is black.

    Returns:
        The picture and the labels of its lesion, at the level of the (first) lesion's centre.

    Raises:
        KeyError: The sequence or the tumour is unknown.
    """
    points, layers, labels = _scan_slice(seed, size, tumour, stripped)
    signal = acquire(paint(layers, SIGNAL[sequence]), points, _noise(seed, sequence), stripped)
    return Slice(np.round(signal * 255).astype(np.uint8), labels.copy())


def make_volume(
    seed: int, shape: tuple[int, int, int] = (48, 48, 24), tumour: str = "glioma"
) -> Volume:
    """Make one skull-stripped head in all four sequences.

    Args:
        seed: Any number from 0 upwards: the patient.
        shape: Voxels along x, y, z; the field of view is always 240 x 240 x 155 mm.
        tumour: One of `TYPES`.

    Returns:
        The sequences, the segmentation and the affine.

    Raises:
        KeyError: The tumour is unknown.
    """
    step = [millimetres / n for millimetres, n in zip(_VOLUME_FIELD, shape, strict=True)]
    x, y, z = (_axis(n, s / _HALF_HEAD) for n, s in zip(shape, step, strict=True))
    head, *_ = _patient(seed, tumour)
    points = head.place(
        -x[:, None, None], -y[None, :, None], z[None, None, :], step[0] / _HALF_HEAD
    )
    layers, labels = _scan(seed, tumour, points, stripped=True)
    images = {
        sequence: np.round(
            2000 * acquire(paint(layers, SIGNAL[sequence]), points, _noise(seed, sequence), True)
        ).astype(np.int16)
        for sequence in SEQUENCES
    }
    affine = np.diag([-step[0], -step[1], step[2], 1.0])
    affine[1, 3] = _VOLUME_FIELD[1] - step[1]
    return Volume(images, labels, affine)


def _axis(count: int, step: float) -> NDArray[np.float32]:
    return ((np.arange(count) - (count - 1) / 2) * step).astype(np.float32)


def _noise(seed: int, sequence: str) -> np.random.Generator:
    return np.random.default_rng([seed, 2, list(SIGNAL).index(sequence)])


@lru_cache(maxsize=4)
def _patient(seed: int, tumour: str) -> tuple[Head, list[Blob], float]:
    """The head, the lesions and the level (z in the head frame) to show, behind one seed."""
    head = Head.draw(np.random.default_rng(seed))
    if tumour == HEALTHY:
        return head, [], float(np.random.default_rng([seed, 1]).uniform(0.08, 0.32))
    kind = TUMOURS[tumour]
    blobs = draw_blobs(kind, np.random.default_rng([seed, 1, TYPES.index(tumour)]))
    return head, blobs, blobs[0].centre[2]


# The sequences of one patient share everything but their grey values.
@lru_cache(maxsize=4)
def _scan_slice(seed: int, size: int, tumour: str, stripped: bool) -> _Scan:
    axis = _axis(size, _SLICE_FIELD / size)
    head, _, level = _patient(seed, tumour)
    # Columns run from the patient's right to left, rows from front to back.
    points = head.place(
        -axis[None, :],
        -axis[:, None],
        np.asarray(level * head.scale, np.float32),
        _SLICE_FIELD / size,
    )
    return _Scan(points, *_scan(seed, tumour, points, stripped))


def _scan(
    seed: int, tumour: str, points: Points, stripped: bool
) -> tuple[list[Layer], NDArray[np.uint8]]:
    """The layers to paint, from the bottom up, and the labels of the lesion, at `points`."""
    head, blobs, _ = _patient(seed, tumour)
    radius = head.radius(points)
    brain = edge(0.893 - radius, points.pitch) * (1 - head.face(points, radius))
    layers = head.brain(mass_effect(points, blobs), radius)
    if not stripped:
        layers = [*head.shell(points, radius), *layers, *head.skull_base(points, radius)]
    labels = np.zeros(radius.shape, np.uint8)
    if blobs:
        kind = TUMOURS[tumour]
        depth = lesion(points, blobs, kind.irregular)
        oedema = edge(depth.oedema, points.pitch) * paint(layers, OEDEMA)
        solid = edge(depth.solid, points.pitch) * brain
        core = edge(depth.core, points.pitch) * brain
        layers += [
            Layer("oedema", oedema * brain),
            Layer("firm" if kind.firm else "soft", solid),
            Layer("necrosis", core),
        ]
        # The label of the oedema spans thin sulci, but not ventricles and cisterns.
        labels[oedema > 0.02] = ED
        labels[solid > 0.5] = ET
        labels[core > 0.5] = NCR
    labels[brain < 0.5] = 0
    if stripped:
        layers.append(Layer("outside", 1 - brain))
    return layers, labels
