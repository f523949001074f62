"""Open questions: a reference answer that cites the numbers behind it, and its keywords."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from neuroonco.curation.questions.subjects import OUTLINED, Subject, visible_signs
from neuroonco.prompts import load_words
from neuroonco.vocabulary import TUMOUR_TYPES, UNKNOWN

if TYPE_CHECKING:
    from neuroonco.curation.semantics import AttributeRow

_Answer = tuple[str, str, list[str]]  # kind, reference answer, keywords


def ask_open(subject: Subject, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Ask about one picture what can be answered in words.

    Only what the picture shows and its mask, class or silver labels say is claimed: of a tumour
    whose type is not given no diagnosis, and of a lesion that a box marks no size or shape.

    Args:
        subject: the picture.
        seed: another one gives other phrases.

    Returns:
        Kind of question to its object, in the fields of the published annotations. A kind is a
        closed type that asks the same, or ``reasoning``.
    """
    draw = random.Random(f"{seed} open {subject.image_id}")
    words = load_words("questions/open")
    return {
        kind: {
            "question_type": words[kind]["question_type"],
            "question": draw.choice(words[kind]["questions"]),
            "reference_answer": reference,
            "eval_keywords": list(keywords),
        }
        for kind, reference, keywords in _answers(subject, words)
    }


def explain(kind: str, subject: Subject) -> str:
    """Why the true value of a closed question type is true of a picture, in a sentence."""
    words = load_words("questions/open")
    if kind == "normality":
        value = "healthy" if subject.category == "healthy" else "tumor"
        return str(words[kind]["answers"][value])
    references = {known: reference for known, reference, _ in _answers(subject, words)}
    return references[kind]


def _answers(subject: Subject, words: dict[str, Any]) -> Iterator[_Answer]:
    numbers = _numbers(subject.mask) if subject.mask else {}
    if subject.mask and subject.is_outlined:
        for kind in OUTLINED:
            yield _answer(kind, getattr(subject.mask, kind), words, numbers)
    if subject.mask:
        form = words["location"]["answer" if subject.is_outlined else "answer_box"]
        yield "location", form.format(**numbers), numbers["place"].split()
    for sign, value in visible_signs(subject).items():
        yield _answer(sign, value, words, numbers)
    if subject.modality != UNKNOWN:
        yield _answer("modality", subject.modality, words, numbers)
    if subject.category in TUMOUR_TYPES:
        yield from _of_diagnosis(subject, words, numbers)
    else:
        yield _answer("normality", subject.category, words, numbers)


def _of_diagnosis(
    subject: Subject, words: dict[str, Any], numbers: dict[str, str]
) -> Iterator[_Answer]:
    name = words["names"][subject.category]
    keywords = words["name_keywords"].get(subject.category, [name])
    yield "diagnosis", words["diagnosis"]["answer"].format(name=name), keywords
    if subject.mask and subject.is_outlined:
        shape, spread, form = subject.mask.shape, subject.mask.spread, words["reasoning"]
        reference = form["answer"].format(
            **numbers,
            name=name,
            shape=form["shape"][shape],
            spread=form["spread"][spread],
            typical=form["typical"][subject.category],
        )
        seen = words["shape"]["keywords"][shape] + words["spread"]["keywords"][spread]
        yield "reasoning", reference, keywords + seen


def _answer(kind: str, value: str, words: dict[str, Any], numbers: dict[str, str]) -> _Answer:
    form = words[kind]
    return kind, form["answers"][value].format(**numbers), form["keywords"][value]


def _numbers(mask: AttributeRow) -> dict[str, str]:
    """What references cite, written out: positions in per cent of the picture, from its corner."""
    left, top, right, bottom = mask.bbox
    return {
        "place": load_words("questions/open")["location"]["places"][mask.location],
        "area": f"{100 * mask.area_share:.2f}",
        "circularity": f"{mask.circularity:.2f}",
        "elongation": f"{mask.elongation:.2f}",
        "components": str(mask.components),
        "largest": f"{100 * mask.largest_share:.2f}",
        "x": f"{100 * mask.centroid_x:.0f}",
        "y": f"{100 * mask.centroid_y:.0f}",
        "left": f"{100 * left / mask.mask_width:.0f}",
        "right": f"{100 * right / mask.mask_width:.0f}",
        "top": f"{100 * top / mask.mask_height:.0f}",
        "bottom": f"{100 * bottom / mask.mask_height:.0f}",
    }
