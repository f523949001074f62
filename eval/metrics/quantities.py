"""The numbers in an answer, with their units, and whether they agree with the reference's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_UNITS = {
    "percent": ("%", "percent", "per cent", "pct", "percentage points?"),
    "pixels": ("px", "pix", "pixels?", "voxels?"),
    "mm": ("mm", "millimet(?:er|re)s?"),
    "cm": ("cm", "centimet(?:er|re)s?"),
    "degrees": ("°", "degrees?"),
}
_TOLERANCES = {"percent": Decimal("0.5"), "pixels": Decimal(2)}
_DECIMAL_TOLERANCE = Decimal("0.02")

_UNIT = "|".join(f"(?P<{name}>{'|'.join(spelled)})" for name, spelled in _UNITS.items())
_NUMBER = re.compile(
    r"(?P<axis>\b[xyz]\s*[=:≈~]\s*)?"
    r"(?<![\w.])(?P<number>\d++(?:[.,]\d++)*+|\.\d++)"  # not the digit of T1
    rf"(?:[\s-]?(?:{_UNIT})(?![^\W_]))?"
    r"(?![^\W_])",  # not the digits of 3D or 1.5T
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_PAIR = re.compile(r"[(\[]\s*(\d+)\s*,\s*(\d+)\s*[)\]]")
_BETWEEN = re.compile(r"\bbetween\s+([\d.,]+)\s+and\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:-|–|—|to)\s*", re.IGNORECASE)  # noqa: RUF001
_JOINED = re.compile(r"(?<=\d)x(?=\d)", re.IGNORECASE)
_TIMES = re.compile(r"\s*(?:x|×|by)\s*", re.IGNORECASE)  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text gives it.

    Attributes:
        value: as written; signs are not read.
        unit: ``percent``, ``pixels``, ``mm``, ``cm``, ``degrees``, or empty.
        whole: whether it was written without decimals.
    """

    value: Decimal
    unit: str
    whole: bool

    @property
    def tolerance(self) -> Decimal:
        """How far off another number may be, in the unit of the value."""
        if self.whole and not self.unit:
            return Decimal(0)  # a count, such as 2 lesions
        return _TOLERANCES.get(self.unit, _DECIMAL_TOLERANCE)


def numbers_within_tolerance(answer: str, reference: str) -> float | None:
    """The share of a reference's numbers that an answer gives in the same unit.

    A percentage may be off by 0.5 points, a number of pixels or a coordinate by 2, another decimal
    by 0.02; a whole number without a unit has to be exact. Each number of the answer counts for one
    of the reference. Numbers that are repeated count once; numbers in words are not read.

    Args:
        answer: what the model said.
        reference: the text to hold it against.

    Returns:
        0 to 1, or None where the reference has no number.
    """
    wanted, said = quantities(reference), quantities(answer)
    if not wanted:
        return None
    units = {quantity.unit for quantity in wanted}
    found = sum(
        _matches(
            [quantity for quantity in wanted if quantity.unit == unit],
            [quantity.value for quantity in said if quantity.unit == unit],
        )
        for unit in units
    )
    return found / len(wanted)


def quantities(text: str) -> set[Quantity]:
    """Find the distinct numbers of a text.

    A unit holds for both ends of a range ("1-5%") and all sides of a size ("120 x 80 px"). Sizes
    without a unit, pairs of whole numbers in brackets and what follows ``x=`` or ``y=`` are pixels.
    A decimal comma is read where nothing else can be meant: before a unit or after a lone zero.
    """
    text = _PAIR.sub(r" x=\1 y=\2 ", unicodedata.normalize("NFKC", text))
    text = _BETWEEN.sub(r"\1 to", _JOINED.sub(" x ", text))
    matches = list(_NUMBER.finditer(text))
    units = [_unit(match) for match in matches]
    for i, (one, other) in reversed(list(enumerate(pairwise(matches)))):
        between = text[one.end() : other.start()]
        if _TIMES.fullmatch(between):
            units[i + 1] = units[i + 1] or "pixels"
            units[i] = units[i] or units[i + 1]
        elif _RANGE.fullmatch(between) and not units[i]:
            units[i] = units[i + 1]
    return {
        Quantity(Decimal(number), unit, whole="." not in number)
        for match, unit in zip(matches, units, strict=True)
        for number in _plain(match["number"], unit)
    }


def _unit(match: re.Match[str]) -> str:
    named = (name for name in _UNITS if match[name])
    return next(named, "pixels" if match["axis"] else "")


def _plain(number: str, unit: str) -> list[str]:
    """Write a number with a decimal point; without a clue, a comma separates two numbers."""
    if _THOUSANDS.fullmatch(number) and unit != "percent":
        return [number.replace(",", "")]
    if number.count(",") == 1 and "." not in number and (unit or number.startswith("0,")):
        return [number.replace(",", ".")]
    parts = number.split(",")
    return [part for part in parts if part.count(".") < 2]  # not the number of a section


def _matches(wanted: Iterable[Quantity], said: Iterable[Decimal]) -> int:
    """How many numbers can be paired within tolerance.

    Taking intervals by their upper ends, each with the lowest number left in it, pairs the most.
    """
    left = sorted(set(said))
    found = 0
    for quantity in sorted(wanted, key=lambda one: one.value + one.tolerance):
        for value in left:
            if abs(value - quantity.value) <= quantity.tolerance:
                left.remove(value)
                found += 1
                break
    return found
