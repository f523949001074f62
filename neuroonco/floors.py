"""Blind floors: how far the options' texts alone lead, and how far they may."""

from __future__ import annotations

from dataclasses import dataclass

# One imagined showing of every option, right with the chance of a guess among five. It keeps an
# option seen once from outranking one that was right nine times out of ten.
_CHANCE = 5

MOST_ABOVE = 0.03
"""How far a floor may lie above chance."""

ENOUGH = 200
"""How many questions a type needs for its floors to be held to that."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What can be reached on some questions without their pictures, as shares of them.

    Attributes:
        name: of the questions, such as ``diagnosis``.
        n: how many they are.
        chance: of a random choice.
        majority: of the most frequent answer, learnt from the other groups.
        prior: of the option that is most often right where it is offered, learnt likewise.
    """

    name: str
    n: int
    chance: float
    majority: float
    prior: float

    @property
    def above_chance(self) -> float:
        """How far the higher floor lies above chance; below zero where both lie below it."""
        return max(self.majority, self.prior) - self.chance

    @property
    def holds(self) -> bool:
        """Whether no floor of a large enough type lies too far above chance."""
        return self.n < ENOUGH or self.above_chance <= MOST_ABOVE


def rate(right: int, offered: int) -> float:
    """How often an option is right, by the times it was right and those it was offered.

    It is ``(k + 1/5) / (n + 1)`` for an option that was offered n times and right k times.
    """
    return (_CHANCE * right + 1) / (_CHANCE * (offered + 1))  # whole numbers: exact ties stay ties
