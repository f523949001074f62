"""Closed questions: lettered options whose texts say nothing about the answer."""

from __future__ import annotations

import random
import string
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from neuroonco.curation.questions.balance import Case, Likeness, Offer, deal
from neuroonco.curation.questions.normality import find_normality_cases
from neuroonco.curation.questions.subjects import SIGNS, Subject, true_values
from neuroonco.curation.questions.wording import none_of_the_above, words_of
from neuroonco.curation.settings import TRAP_SHARE
from neuroonco.prompts import load_words

TYPES = ("diagnosis", "modality", "size", "shape", "spread", "location", *SIGNS)
"""The question types, in the order in which a picture's questions stand."""


@dataclass(frozen=True, slots=True)
class TypeCount:
    """What became of the pictures that a question type could be asked about.

    Attributes:
        kind: the type; of diagnosis, ``normality`` counts the questions with two options.
        known: pictures whose true value is known.
        asked: questions; the others were left out for balance.
        options: how many each question has, "None of the above" included.
        traps: questions whose true value is no option.
    """

    kind: str
    known: int
    asked: int
    options: int
    traps: int


class ClosedQuestions:
    """Closed questions about the pictures of one split.

    Attributes:
        counts: of each type that anything could be asked of.
    """

    def __init__(
        self, subjects: Sequence[Subject], seed: int = 0, trap_share: float = TRAP_SHARE
    ) -> None:
        """Choose what to ask by the rule of `neuroonco.curation.questions.balance`.

        Whether a picture is normal is asked of healthy brains and of as many tumours, source by
        source where possible, so that the look of a source tells nothing (see
        `neuroonco.curation.questions.normality`). Other questions about the lesion would give the
        answer away, so such a picture is asked none.

        Args:
            subjects: of one split, by image_id.
            seed: another one gives other questions.
            trap_share: the share of questions with five options that lack the true one, 0 to 1.
        """
        draw = random.Random(f"{seed} closed normality")
        known = {"normality": find_normality_cases(subjects, draw), **_cases(subjects)}
        offers = {"normality": deal(known["normality"], trap_share, draw)}
        taken = {offer.case.key for offer in offers["normality"]}
        for kind in TYPES:
            free = [case for case in known[kind] if kind == "modality" or case.key not in taken]
            draw = random.Random(f"{seed} closed {kind}")
            offers[kind] = deal(free, trap_share, draw, _likeness(kind))
        self._seed = seed
        self._asked: dict[str, list[tuple[str, Offer]]] = defaultdict(list)
        for kind, of_kind in offers.items():
            for offer in of_kind:
                self._asked[offer.case.key].append((kind, offer))
        self.counts = [_count(kind, known[kind], offers[kind]) for kind in offers if known[kind]]

    def about(self, image_id: str) -> list[dict[str, Any]]:
        """The questions about a picture, in the fields of the published annotations."""
        return [
            _question(kind, offer, random.Random(f"{self._seed} phrase {kind} {image_id}"))
            for kind, offer in self._asked.get(image_id, ())
        ]


def _cases(subjects: Iterable[Subject]) -> dict[str, list[Case]]:
    known: dict[str, list[Case]] = {kind: [] for kind in TYPES}
    for subject in subjects:
        for kind, value in true_values(subject).items():
            known[kind].append(Case(subject.image_id, subject.group, value))
    return known


def _question(kind: str, offer: Offer, draw: random.Random) -> dict[str, Any]:
    words = words_of(kind)
    texts = [str(words["options"][value]) for value in offer.values]
    truth = str(words["options"][offer.case.value])
    if offer.has_none:
        texts.append(none_of_the_above())
    letters = string.ascii_uppercase[: len(texts)]
    question = {
        "question_type": "diagnosis" if kind == "normality" else kind,
        "question": draw.choice(words["questions"]),
        "options": dict(zip(letters, texts, strict=True)),
        "answer": letters[-1 if offer.is_trap else texts.index(truth)],
    }
    if offer.is_trap:
        question |= {"meta_original_answer": truth, "meta_trap": True}
    return question


def _count(kind: str, cases: Sequence[Case], offers: Sequence[Offer]) -> TypeCount:
    options = len(offers[0].values) + offers[0].has_none if offers else 0
    traps = sum(offer.is_trap for offer in offers)
    return TypeCount(kind, len(cases), len(offers), options, traps)


@lru_cache
def _likeness(kind: str) -> Likeness:
    pairs = load_words("questions/mimics") if kind == "diagnosis" else []
    return frozenset(frozenset(pair) for pair in pairs)
