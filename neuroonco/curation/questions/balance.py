"""Which options a question offers, so that the options' texts say nothing about the answer.

The rule. Pictures are dealt into *blocks*: as many pictures as a question has options, each with
another true value. Every picture of a block is offered the block's values but one, drawn for that
picture alone, and "None of the above" last. Where the one left out is its own value, the question
is a trap. So whatever options a question shows, each of them, and "None of the above", is as likely
the right one as any other: an option's text, which options stand together and how many there are
tell nothing. No option is offered that is never right.

A value cannot be in a block twice, so it can fill no more than one place in each: where a value
dominates, the pictures that are too many are left out (matched sub-sampling). A type has as many
options as its values fill while keeping at least a third of the questions that the most economical
number would keep. With two options there is no "None of the above" and no trap: both are offered,
and one value is right a little more often than the other, in 51.5 of 100 questions. (At exactly 50
one could bet, leaving a group out, on the value that is rarer among the others.)

Among some random draws by this rule, the one is used whose blind floors lie nearest to chance:
rerandomisation, see Morgan and Rubin, Annals of Statistics 2012, doi:10.1214/12-AOS1008.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from neuroonco.curation.questions.chance import Asked, distance_from_chance

SIZES = (5, 4, 3, 2)
"""How many options a question may have; of more than two, the last is "None of the above"."""

Likeness = frozenset[frozenset[str]]
"""Pairs of values that are hard to tell apart, and so stand in one block where balance allows."""

Block = tuple[str, ...]

_NONE = ""  # stands for "None of the above" among values
_LIKENESS_WEIGHT = 16  # how much rather a value joins a block that holds one like it
_LEAD = 0.06  # of two values, how much rarer one is
_NEAR = 0.02
_DRAWS = 64
_DEALT = 50_000  # cases in all draws together: large types are near chance at the first


@dataclass(frozen=True, slots=True)
class Case:
    """A picture and its true value in a question type; the lower `rank`, the sooner it is asked."""

    key: str
    group: str
    value: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a picture's question offers: values in letter order, then "None of the above" or not."""

    case: Case
    values: tuple[str, ...]
    has_none: bool

    @property
    def is_trap(self) -> bool:
        """Whether none of the values is true."""
        return self.case.value not in self.values


def deal(
    cases: Sequence[Case], trap_share: float, draw: random.Random, likeness: Likeness = frozenset()
) -> list[Offer]:
    """Choose the pictures to ask and what to offer each, by the rule above.

    Args:
        cases: all pictures that a value is known of, in an order that does not depend on chance.
        trap_share: of traps among five options, 0 to 1; with fewer options it grows, so that
            "None of the above" keeps its odds against the others.
        draw: makes every choice.
        likeness: which values to offer together if possible.

    Returns:
        An offer for each picture that is asked; none where the cases have one value only.
    """
    size = choose_size(Counter(case.value for case in cases))
    if not size:
        return []
    best: list[Offer] = []
    nearest = float("inf")
    for _ in range(max(1, min(_DRAWS, _DEALT // len(cases)))):
        offers = _deal_once(cases, size, trap_share, draw, likeness)
        distance = distance_from_chance([_asked(offer) for offer in offers])
        if distance < nearest:
            best, nearest = offers, distance
        if nearest <= _NEAR:
            break
    return best


def choose_size(counts: Mapping[str, int]) -> int:
    """How many options the questions of a type have; 0 where nothing can be asked.

    Args:
        counts: value to the number of pictures that have it.
    """
    kept = {size: size * count_blocks(counts, size) for size in SIZES}
    most = max(kept.values())
    return next(size for size in SIZES if 3 * kept[size] >= most) if most else 0


def count_blocks(counts: Mapping[str, int], size: int) -> int:
    """How many blocks of `size` different values there are at most.

    It is the largest b for which the sum of min(count, b) over the values is at least size * b.
    """
    low, high = 0, sum(counts.values()) // size
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) for count in counts.values()) >= size * middle:
            low = middle
        else:
            high = middle - 1
    return low


def _deal_once(
    cases: Sequence[Case],
    size: int,
    trap_share: float,
    draw: random.Random,
    likeness: Likeness,
) -> list[Offer]:
    waiting = _by_value(cases, draw)
    counts = {value: len(waiting[value]) for value in sorted(waiting)}
    places = [
        (block, value) for block in _make_blocks(counts, size, draw, likeness) for value in block
    ]
    if size == 2:
        offered = [(value, block) for block, value in _with_lead(places, draw)]
    else:
        share = min(1.0, trap_share * SIZES[0] / size)
        offered = list(_leave_one_out(places, share, draw))
    orders = _in_letter_order(offered, draw)
    return [
        Offer(waiting[value].pop(), order, size > 2)
        for (value, _), order in zip(offered, orders, strict=True)
    ]


def _by_value(cases: Sequence[Case], draw: random.Random) -> dict[str, list[Case]]:
    """The cases of each value, those to ask first at the end: by rank, and from many groups."""
    shuffled = draw.sample(cases, len(cases))
    seen: Counter[str] = Counter()
    order = {}
    for case in shuffled:
        order[case.key] = (case.rank, seen[case.group])
        seen[case.group] += 1
    waiting: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(shuffled, key=lambda case: order[case.key], reverse=True):
        waiting[case.value].append(case)
    return waiting


def _make_blocks(
    counts: Mapping[str, int], size: int, draw: random.Random, likeness: Likeness
) -> Iterator[Block]:
    """Fill blocks of different values until the pictures run out.

    A value that has as many pictures left as there are blocks to come must be in each of them;
    the other places go to values at random, by how many pictures they have left and whether they
    look like one in the block.
    """
    total = count_blocks(counts, size)
    left = {value: min(count, total) for value, count in counts.items()}
    for _ in range(sum(left.values()) - size * total):
        left[max(left, key=lambda value: (left[value], draw.random()))] -= 1
    for to_come in range(total, 0, -1):
        block = [value for value, count in left.items() if count == to_come]
        while len(block) < size:
            free = [value for value, count in left.items() if count and value not in block]
            weights = [
                left[value] * (_LIKENESS_WEIGHT if _is_like(value, block, likeness) else 1)
                for value in free
            ]
            block += draw.choices(free, weights)
        for value in block:
            left[value] -= 1
        yield tuple(block)


def _is_like(value: str, block: Sequence[str], likeness: Likeness) -> bool:
    return any(frozenset((value, other)) in likeness for other in block)


def _leave_one_out(
    places: Sequence[tuple[Block, str]], trap_share: float, draw: random.Random
) -> Iterator[tuple[str, Block]]:
    """Each place's value, and what its picture is offered. No value is in traps alone."""
    order = draw.sample(range(len(places)), len(places))
    first = {places[number][1]: number for number in order}
    free = [number for number in order if number not in first.values()]
    traps = set(free[: round(trap_share * len(places))])
    for number, (block, value) in enumerate(places):
        others = [other for other in block if other != value]
        left_out = value if number in traps else draw.choice(others)
        yield value, tuple(other for other in block if other != left_out)


def _with_lead(places: Sequence[tuple[Block, str]], draw: random.Random) -> list[tuple[Block, str]]:
    """Leave a few places of all values but the most frequent one empty."""
    counts = Counter(value for _, value in places)
    leader = max(counts, key=lambda value: (counts[value], draw.random()))
    others = [number for number, (_, value) in enumerate(places) if value != leader]
    empty = set(draw.sample(others, round(_LEAD * len(others))))
    return [place for number, place in enumerate(places) if number not in empty]


def _in_letter_order(offered: Sequence[tuple[str, Block]], draw: random.Random) -> list[Block]:
    """Shuffle every question's values, so that each letter is right equally often."""
    letters = len(offered[0][1])
    answerable = sum(value in values for value, values in offered)
    deck = [number % letters for number in range(answerable)]
    draw.shuffle(deck)
    orders = []
    for value, values in offered:
        order = draw.sample(values, letters)
        if value in values:
            order.remove(value)
            order.insert(deck.pop(), value)
        orders.append(tuple(order))
    return orders


def _asked(offer: Offer) -> Asked:
    options = (*offer.values, _NONE) if offer.has_none else offer.values
    return Asked(offer.case.group, options, _NONE if offer.is_trap else offer.case.value)
