"""Which pictures to ask whether they are normal: healthy brains, and tumours to set beside them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from neuroonco.curation.questions.balance import Case
from neuroonco.curation.questions.subjects import Subject
from neuroonco.vocabulary import TUMOUR_TYPES

HEALTHY, ABNORMAL = "healthy", "tumor"

_LENT = 1 / 3  # the most of a source's tumours of known type that are not asked their diagnosis


def find_normality_cases(subjects: Sequence[Subject], draw: random.Random) -> list[Case]:
    """The pictures that the question may be asked about, those to ask first with the lowest rank.

    A source that has healthy brains also gives the tumours beside them: first those whose type is
    not given; then, where these are too few, some whose type is, of the most frequent types. Only
    then come tumours whose type is not given from other sources. Where there is a choice, pictures
    without a mask come first, because less else can be asked of them.

    Args:
        subjects: of one split, by image_id.
        draw: chooses among tumours of known type.
    """
    sources: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        sources[subject.source].append(subject)
    return [case for _, members in sorted(sources.items()) for case in _of_source(members, draw)]


def _of_source(members: Sequence[Subject], draw: random.Random) -> Iterator[Case]:
    healthy = [subject for subject in members if subject.category == HEALTHY]
    unspecified = [subject for subject in members if subject.category == ABNORMAL]
    yield from (_case(subject, HEALTHY, 0) for subject in healthy)
    yield from (_case(subject, ABNORMAL, 0 if healthy else 4) for subject in unspecified)
    typed = [subject for subject in members if subject.category in TUMOUR_TYPES]
    wanted = min(len(healthy) - len(unspecified), int(_LENT * len(typed)))
    yield from (_case(subject, ABNORMAL, 2) for subject in _lend(typed, wanted, draw))


def _case(subject: Subject, value: str, rank: int) -> Case:
    return Case(subject.image_id, subject.group, value, rank + (subject.mask is not None))


def _lend(typed: Iterable[Subject], wanted: int, draw: random.Random) -> Iterator[Subject]:
    """Take so many, always from the type that has most left."""
    left: dict[str, list[Subject]] = defaultdict(list)
    for subject in typed:
        left[subject.category].append(subject)
    for of_type in left.values():
        draw.shuffle(of_type)
        of_type.sort(key=lambda subject: subject.mask is not None, reverse=True)
    for _ in range(wanted):
        yield max(left.values(), key=len).pop()
