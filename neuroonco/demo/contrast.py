"""From tissues to grey values: the signal of each tissue by sequence, bias field and noise."""

from collections.abc import Iterable, Mapping

import numpy as np

from neuroonco.demo.geometry import Array, Points
from neuroonco.demo.head import Layer

SIGNAL: dict[str, dict[str, float]] = {
    "t1": {
        "air": 0.02, "fat": 0.82, "bone": 0.07, "marrow": 0.38, "dura": 0.15, "csf": 0.13,
        "ventricle": 0.13, "grey": 0.40, "white": 0.56, "choroid": 0.30, "muscle": 0.36,
        "eye": 0.15, "soft": 0.34, "firm": 0.41, "necrosis": 0.19, "oedema": 0.36,
    },
    "t1ce": {
        "air": 0.02, "fat": 0.80, "bone": 0.07, "marrow": 0.38, "dura": 0.62, "csf": 0.12,
        "ventricle": 0.12, "grey": 0.38, "white": 0.50, "choroid": 0.85, "muscle": 0.45,
        "eye": 0.14, "soft": 0.88, "firm": 0.97, "necrosis": 0.20, "oedema": 0.34,
    },
    "t2": {
        "air": 0.02, "fat": 0.58, "bone": 0.06, "marrow": 0.34, "dura": 0.15, "csf": 0.95,
        "ventricle": 0.95, "grey": 0.54, "white": 0.36, "choroid": 0.70, "muscle": 0.20,
        "eye": 1.00, "soft": 0.74, "firm": 0.58, "necrosis": 0.92, "oedema": 0.78,
    },
    "flair": {
        "air": 0.02, "fat": 0.50, "bone": 0.06, "marrow": 0.28, "dura": 0.15, "csf": 0.10,
        "ventricle": 0.10, "grey": 0.52, "white": 0.41, "choroid": 0.50, "muscle": 0.26,
        "eye": 0.12, "soft": 0.74, "firm": 0.66, "necrosis": 0.34, "oedema": 0.92,
    },
    "ct": {
        "air": 0.00, "fat": 0.14, "bone": 1.00, "marrow": 0.85, "dura": 0.45, "csf": 0.26,
        "ventricle": 0.24, "grey": 0.42, "white": 0.37, "choroid": 0.50, "muscle": 0.42,
        "eye": 0.30, "soft": 0.44, "firm": 0.52, "necrosis": 0.29, "oedema": 0.30,
    },
}  # fmt: skip
"""Signal of each tissue, 0..1, by sequence (and for CT, which some sources mix in);
tissues left out are black."""

OEDEMA: dict[str, float] = {"white": 1.0, "grey": 0.6}
"""How far oedema spreads in each tissue, 0..1; not at all in those left out."""


def paint(layers: Iterable[Layer], values: Mapping[str, float]) -> Array:
    """Lay the tissues over each other, in order, each with its value.

    Args:
        layers: The tissues, from the bottom one to the top one.
        values: Value of each tissue; 0 for those left out.

    Returns:
        float32, 0..1, the broadcast shape of the layers.
    """
    stack = list(layers)
    picture = np.zeros(np.broadcast_shapes(*(layer.weight.shape for layer in stack)), np.float32)
    for tissue, weight in stack:
        if weight.ndim == 0:  # the tissue isn't in this slice
            continue
        picture += weight * (values.get(tissue, 0.0) - picture)
    return picture


def acquire(signal: Array, points: Points, rng: np.random.Generator, stripped: bool) -> Array:
    """Add what a scanner adds: gain, a smooth receive bias and Rician noise.

    Args:
        signal: float32, 0..1, from `paint`.
        points: The sample points of `signal`.
        rng: Where gain, bias and noise come from.
        stripped: Whether samples without signal stay exactly 0.

    Returns:
        float32, 0..1, the shape of `signal`.
    """
    bx, by, bxy, bxx = rng.uniform(-0.12, 0.12, 4).astype(np.float32)
    x, y = points.x, points.y
    gain = rng.uniform(0.85, 1.0) * (1 + bx * x + by * y + bxy * x * y + bxx * x * x)
    level = rng.uniform(0.012, 0.028)
    noise = level * rng.standard_normal((2, *signal.shape), dtype=np.float32)
    seen = np.hypot(signal * gain + noise[0], noise[1])
    if stripped:
        seen = np.where(signal > 0.01, seen, 0)
    clipped: Array = np.clip(seen, 0, 1)
    return clipped
