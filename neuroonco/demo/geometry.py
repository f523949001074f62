"""Points in the head's own frame, and the soft-edged shapes the phantom is built from."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Vector = tuple[float, float, float]


class Points(NamedTuple):
    """Sample points in the head frame: x to the right, y to the front, z upwards.

    The unit is half a head's length (about 95 mm). The three arrays (float32) need only broadcast
    against each other, so that a slice keeps its one z as a scalar.

    Attributes:
        x: Left (negative) to right.
        y: Back (negative) to front.
        z: Bottom (negative) to top.
        pitch: Distance between neighbouring samples, which sets how soft the edges are.
    """

    x: Array
    y: Array
    z: Array
    pitch: float

    def mirrored(self) -> "Points":
        """Fold left onto right, so that one shape stands for a symmetric pair."""
        return self._replace(x=np.abs(self.x))


def edge(distance: Array, pitch: float) -> Array:
    """Soft membership, 0..1, of points `distance` inside a border (negative is outside).

    The border is about one sample wide: it imitates the partial-volume effect.
    """
    weight: Array = np.clip(distance / (1.4 * pitch) + 0.5, 0, 1)
    return weight


def ellipsoid(points: Points, centre: Vector, radii: Vector, angle: float = 0.0) -> Array:
    """Soft membership, 0..1, of an ellipsoid.

    Args:
        points: Where to evaluate.
        centre: (x, y, z) in the head frame.
        radii: Half-axes along x, y, z, before the turn.
        angle: Turn about z in degrees, counter-clockwise seen from above.

    Returns:
        float32, the broadcast shape of the points, or a scalar zero where a slice misses it.
    """
    z = (points.z - centre[2]) / radii[2]
    if np.min(np.abs(z)) > 1.3:
        return np.zeros((), np.float32)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    dx, dy = points.x - centre[0], points.y - centre[1]
    across = (cos * dx + sin * dy) / radii[0]
    along = (cos * dy - sin * dx) / radii[1]
    radius: Array = np.sqrt(across * across + along * along + z * z)
    return edge((1 - radius) * min(radii), points.pitch)


class Waves(NamedTuple):
    """A smooth random field: a sum of plane waves with random directions and phases.

    Attributes:
        vectors: float32 (n, 3), wave vectors in radians a unit.
        phases: float32 (n,), radians.
    """

    vectors: Array
    phases: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, count: int, low: float, high: float) -> "Waves":
        """Draw `count` waves with wave numbers between `low` and `high` radians a unit."""
        directions = rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        vectors = directions * rng.uniform(low, high, (count, 1))
        phases = rng.uniform(0, 2 * np.pi, count)
        return cls(vectors.astype(np.float32), phases.astype(np.float32))

    def __call__(self, x: Array, y: Array, z: Array) -> Array:
        """Evaluate the field: float32, about -1..1, the broadcast shape of x, y, z."""
        total: Array = np.zeros((), np.float32)
        for (kx, ky, kz), phase in zip(self.vectors, self.phases, strict=True):
            total = total + np.cos(kx * x + ky * y + kz * z + phase)
        field: Array = total * len(self.phases) ** -0.5
        return field
