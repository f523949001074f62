"""Where things stand in the figures; the templates under `templates/` draw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.report.data import RunView, Shown


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting area of a figure: shares from 0 to 1 become pixels.

    Attributes:
        left: pixels left of the area.
        top: pixels above it.
        width: of the area, in pixels.
        height: of the area, in pixels.
        high: the value at the upper end of the vertical axis.
    """

    left: float = 46
    top: float = 10
    width: float = 264
    height: float = 264
    high: float = 1

    def x(self, share: float) -> float:
        """The pixel of a share along the horizontal axis."""
        return round(self.left + self.width * share, 1)

    def y(self, value: float) -> float:
        """The pixel of a value along the vertical axis, which points up."""
        return round(self.top + self.height * (1 - value / self.high), 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        """The points of an SVG polyline."""
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)


@dataclass(frozen=True, slots=True)
class Group:
    """The scores of several runs on one group of questions.

    Attributes:
        name: of the group, such as ``diagnosis``.
        cells: every run with its score there, or None; at least one has a score.
    """

    name: str
    cells: list[tuple[RunView, Shown | None]]

    @property
    def scored(self) -> list[tuple[RunView, Shown]]:
        """The runs that have a score."""
        return [(view, score) for view, score in self.cells if score]

    @property
    def n(self) -> int:
        """Questions, of the run that answered most."""
        return max(score.n for _, score in self.scored)

    @property
    def chance(self) -> tuple[float, float]:
        """Chance of the runs, lowest and highest: they may have answered different questions."""
        return _ends(score.chance for _, score in self.scored)

    @property
    def floor(self) -> tuple[float, float]:
        """The runs' blind floors, lowest and highest."""
        return _ends(score.floor for _, score in self.scored)

    @property
    def shares_floor(self) -> bool:
        """Whether all runs have the same blind floor, to three decimals."""
        low, high = self.floor
        return round(low, 3) == round(high, 3)


@dataclass(frozen=True, slots=True)
class Spot:
    """A labelled dot.

    Attributes:
        view: the run it stands for.
        x: of the dot, in pixels.
        y: of the dot, in pixels.
        label: where the middle of its number goes, in pixels.
    """

    view: RunView
    x: float
    y: float
    label: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One letter of the histogram.

    Attributes:
        letter: the option's letter.
        chosen: the share of answers that chose it.
        right: the share of questions where it is right.
        n_chosen: how many chose it.
        n_right: how often it is right.
    """

    letter: str
    chosen: float
    right: float
    n_chosen: int
    n_right: int


def group_scores(views: Sequence[RunView], kind: str) -> list[Group]:
    """Put the runs' scores of a slice side by side, in the order the groups first come up."""
    names = dict.fromkeys(name for view in views for name in view.by.get(kind, {}))
    return [
        Group(name, [(view, view.by.get(kind, {}).get(name)) for view in views]) for name in names
    ]


def trade_off(views: Sequence[RunView], frame: Frame) -> list[Spot]:
    """Place each run by its false rejections (across) and its recall on traps (up)."""
    dots = []
    for view in views:
        block = view.blocks.get("rejection") or {}
        recall, wrong = block.get("recall"), block.get("false_rejections")
        if recall is not None and wrong is not None:
            dots.append((view, frame.x(wrong), frame.y(recall)))
    return list(_labelled(dots))


def letter_bars(letters: Mapping[str, Any]) -> list[Bar]:
    """Compare how often each letter was chosen with how often it is right."""
    chosen, right = letters.get("chosen") or {}, letters.get("right") or {}
    names = sorted(chosen.keys() | right.keys())
    answers, questions = sum(chosen.values()) or 1, sum(right.values()) or 1
    return [
        Bar(
            name,
            chosen.get(name, 0) / answers,
            right.get(name, 0) / questions,
            chosen.get(name, 0),
            right.get(name, 0),
        )
        for name in names
    ]


def shades(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each count of a confusion table as a shade from 0 to 10, by its share of the row."""
    return [
        [-(-10 * count // total) if total else 0 for count in row]
        for row in counts
        for total in [sum(row)]
    ]


def _ends(values: Iterable[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[0], ordered[-1]


# Where a number may stand around its dot, in pixels, best first.
_AROUND = ((13, 0), (0, -14), (0, 14), (-13, 0), (12, -12), (12, 12), (-12, -12), (-12, 12))


def _labelled(dots: Sequence[tuple[RunView, float, float]]) -> Iterator[Spot]:
    """Give every dot a number near it that covers no other dot and no other number."""
    taken = [(x, y) for _, x, y in dots]
    for view, x, y in dots:
        free = [
            (x + dx, y + dy)
            for dx, dy in _AROUND
            if all(abs(x + dx - a) > 9 or abs(y + dy - b) > 11 for a, b in taken)
        ]
        label = free[0] if free else (x + _AROUND[0][0], y)
        taken.append(label)
        yield Spot(view, x, y, label)
