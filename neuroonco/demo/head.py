"""The phantom's anatomy: a stack of soft-edged tissues, painted one over the other.

It is a toy with the look of a head, for exercising software. It has no medical meaning.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neuroonco.demo.geometry import Array, Points, Waves, edge, ellipsoid

BRAIN = 0.875
"""Head radius (1 is the skin) at which the brain ends and the subarachnoid space begins."""


class Layer(NamedTuple):
    """One tissue and where it is: `weight` is float32, 0..1, over the sample points."""

    tissue: str
    weight: Array


@dataclass(frozen=True)
class Head:
    """What makes one person's head differ from the next.

    Attributes:
        width: Half the head's width over half its length.
        height: Half the head's height over half its length.
        ventricles: Size of the ventricles, 1 is usual.
        turn: Rotation about z, degrees.
        shift: Offset of the head in the picture, (x, y).
        scale: Size of the head in the picture.
        sulci: Half the number of sulci around a slice.
        bend: Field that bends the sulci.
        reach: Field that makes some sulci deeper than others.
    """

    width: float
    height: float
    ventricles: float
    turn: float
    shift: tuple[float, float]
    scale: float
    sulci: int
    bend: Waves
    reach: Waves

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Head":
        """Draw a head at random."""
        return cls(
            width=float(rng.uniform(0.75, 0.82)),
            height=float(rng.uniform(0.82, 0.90)),
            ventricles=float(rng.uniform(0.75, 1.3)),
            turn=float(rng.uniform(-7, 7)),
            shift=(float(rng.uniform(-0.04, 0.04)), float(rng.uniform(-0.04, 0.04))),
            scale=float(rng.uniform(0.93, 1.03)),
            sulci=int(rng.integers(14, 18)),
            bend=Waves.draw(rng, 4, 6, 13),
            reach=Waves.draw(rng, 3, 8, 14),
        )

    def place(self, x: Array, y: Array, z: Array, pitch: float) -> Points:
        """Carry points of the scanner's frame into the head's own."""
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        x = (x - self.shift[0]) / self.scale
        y = (y - self.shift[1]) / self.scale
        return Points(cos * x + sin * y, cos * y - sin * x, z / self.scale, pitch / self.scale)

    def radius(self, points: Points) -> Array:
        """Head radius of each point: 0 in the middle, 1 on the skin; narrower at the front."""
        width = self.width * (1 - 0.09 * points.y)
        z = (points.z - 0.02) / self.height
        across, along = points.x / width, points.y / 0.95
        radius: Array = np.sqrt(across * across + along * along + z * z)
        return radius

    def shell(self, points: Points, radius: Array) -> list[Layer]:
        """Scalp, skull and dura, from the skin inwards."""
        pitch = points.pitch / 0.85
        return [
            Layer("fat", edge(1 - radius, pitch)),
            Layer("bone", edge(0.955 - radius, pitch)),
            Layer("marrow", edge(0.012 - np.abs(radius - 0.928), pitch)),
            Layer("dura", edge(0.903 - radius, pitch)),
            Layer("csf", edge(0.894 - radius, pitch)),
        ]

    def brain(self, points: Points, radius: Array) -> list[Layer]:
        """Brain and ventricles; `points` may be displaced by a tumour."""
        return [
            *self._cortex(points, BRAIN - radius),
            *self._deep_grey(points),
            *self._ventricles(points),
            *(self._posterior_fossa(points) if np.min(points.z) < -0.1 else []),
        ]

    def face(self, points: Points, radius: Array) -> Array:
        """Soft membership of orbits and nose, below the frontal lobes."""
        floor = -0.38 - points.z + 0.25 * (points.y - 0.55)
        front = edge(floor, 2 * points.pitch) * edge(points.y - 0.38, 2 * points.pitch)
        face: Array = front * edge(0.93 - radius, points.pitch)
        return face

    def skull_base(self, points: Points, radius: Array) -> list[Layer]:
        """Petrous and sphenoid bone, temporal muscle, orbits and nose; empty further up."""
        if np.min(points.z) > -0.1:
            return []
        pair, inside = points.mirrored(), edge(0.965 - radius, points.pitch)
        return [
            Layer("bone", ellipsoid(pair, (0.40, -0.17, -0.46), (0.20, 0.055, 0.10), -30)),
            Layer("bone", ellipsoid(pair, (0.45, 0.33, -0.40), (0.20, 0.025, 0.05), 15) * inside),
            Layer("bone", self.face(points, radius)),
            Layer("muscle", ellipsoid(pair, (0.50, 0.30, -0.48), (0.07, 0.17, 0.10), 25) * inside),
            Layer("fat", ellipsoid(pair, (0.23, 0.52, -0.46), (0.145, 0.24, 0.12), -16) * inside),
            Layer("muscle", ellipsoid(pair, (0.19, 0.45, -0.46), (0.016, 0.16, 0.04), -18)),
            Layer("eye", ellipsoid(pair, (0.25, 0.61, -0.46), (0.105, 0.11, 0.10)) * inside),
            Layer("air", ellipsoid(pair, (0.05, 0.60, -0.48), (0.035, 0.15, 0.12)) * inside),
        ]

    def _cortex(self, points: Points, depth: Array) -> list[Layer]:
        x, y, z, pitch = points
        pair = points.mirrored()
        bend = self.bend(x, y, z)
        # Sulci run inwards from the surface, evenly spread but bent, each to its own depth.
        phase = self.sulci * np.arctan2(y, x) + 2.4 * bend
        spacing = np.sqrt(x * x + y * y) / self.sulci
        bottom = 0.11 + 0.07 * self.reach(x, y, z)
        end = np.maximum(depth - bottom, 0)
        sulcus = np.hypot(np.abs(np.sin(phase)) * spacing, end)
        # Towards its ends the fissure between the hemispheres reaches the surface.
        fissure = np.abs(x) + np.maximum(0.32 - np.abs(y), 0)
        gap = np.minimum(sulcus, fissure)
        ribbon = np.maximum(0.034 - gap, 0.032 - depth)
        return [
            Layer("white", edge(depth, pitch)),
            Layer("grey", edge(ribbon, pitch) * edge(depth, pitch)),
            Layer("csf", 0.9 * edge(0.0055 - gap, pitch) * edge(depth + 0.02, pitch)),
            # The Sylvian fissure, along the insula and out to the surface.
            Layer("csf", ellipsoid(pair, (0.47, 0.09, -0.02), (0.013, 0.16, 0.14), -8)),
            Layer("csf", ellipsoid(pair, (0.57, 0.13, -0.04), (0.110, 0.014, 0.12), 8)),
        ]

    def _deep_grey(self, points: Points) -> list[Layer]:
        pair = points.mirrored()
        return [
            Layer("grey", ellipsoid(pair, (0.13, 0.25, 0.14), (0.055, 0.11, 0.14), 20)),
            Layer("grey", ellipsoid(pair, (0.27, 0.08, 0.08), (0.065, 0.17, 0.12), -14)),
            Layer("grey", ellipsoid(pair, (0.10, -0.09, 0.10), (0.085, 0.14, 0.10), 20)),
            Layer("grey", ellipsoid(pair, (0.43, 0.08, 0.05), (0.022, 0.20, 0.12), -8)),
        ]

    def _ventricles(self, points: Points) -> list[Layer]:
        pair, size = points.mirrored(), self.ventricles
        horn = ellipsoid(pair, (0.075, 0.27, 0.17), (0.042 * size, 0.14, 0.12 * size), 22)
        body = ellipsoid(pair, (0.085, 0.0, 0.28), (0.048 * size, 0.33, 0.07 * size), -3)
        atrium = ellipsoid(pair, (0.19, -0.32, 0.15), (0.050 * size, 0.16, 0.12 * size), -28)
        third = ellipsoid(points, (0.0, -0.05, 0.03), (0.016 * size, 0.12, 0.10))
        choroid = ellipsoid(pair, (0.17, -0.29, 0.14), (0.020, 0.05, 0.05), -28)
        return [
            *(Layer("ventricle", part) for part in (horn, body, atrium, third)),
            Layer("choroid", choroid),
        ]

    def _posterior_fossa(self, points: Points) -> list[Layer]:
        pair = points.mirrored()
        cerebellum = ellipsoid(pair, (0.17, -0.46, -0.44), (0.27, 0.27, 0.21))
        folia = 0.5 + 0.5 * np.cos(75 * (points.y + 0.5 * pair.x * pair.x))
        return [
            Layer("csf", ellipsoid(pair, (0.17, -0.46, -0.44), (0.30, 0.30, 0.23))),
            Layer("grey", cerebellum),
            Layer("white", cerebellum * folia * 0.45),
            Layer("white", ellipsoid(pair, (0.15, -0.40, -0.44), (0.14, 0.13, 0.14))),
            Layer("csf", ellipsoid(points, (0.0, 0.06, -0.34), (0.17, 0.15, 0.09))),
            Layer("csf", ellipsoid(points, (0.0, -0.13, -0.42), (0.22, 0.17, 0.20))),
            Layer("white", ellipsoid(points, (0.0, -0.15, -0.42), (0.135, 0.135, 0.32))),
            Layer("ventricle", ellipsoid(points, (0.0, -0.30, -0.42), (0.065, 0.035, 0.11))),
        ]
