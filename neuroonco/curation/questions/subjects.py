"""What is known of a picture, and which questions that answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from neuroonco.prepare import is_matlab
from neuroonco.vocabulary import TUMOUR_TYPES, UNKNOWN

if TYPE_CHECKING:
    from neuroonco.curation.index import IndexRow
    from neuroonco.curation.semantics import AttributeRow
    from neuroonco.sources import Picture

BARRING_FLAGS = frozenset({"nearly_blank", "text_or_montage", "ct"})
"""Flags of the index under which nothing is asked about a picture."""

DUPLICATE = "duplicate of another picture"
"""Why nothing is asked about a picture of which another shows the same."""

OUTLINED = ("size", "shape", "spread")
"""What only an outline tells; a box around a lesion is larger than it and has another shape."""

SIGNS = ("margins", "texture", "enhancement", "edema", "signal_intensity")
"""What silver labels tell and nothing else does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture that questions are asked about.

    Attributes:
        image_id: unique in the data set.
        path: of the picture, relative to the raw downloads.
        group: of pictures of one patient or one origin; never in two splits.
        source: two-digit id of the source.
        category: one of `neuroonco.vocabulary.CATEGORIES`.
        modality: one of `neuroonco.vocabulary.MODALITIES`.
        split: ``test``, ``validation`` or ``train``.
        mask_path: of the mask or label file, relative to the raw downloads; "" where there is none.
        mask: what its mask tells, None where it has no readable one.
        signs: silver labels, sign to value, as `neuroonco.curation.questions.silver` spells them.
    """

    image_id: str
    path: str
    group: str
    source: str
    category: str
    modality: str
    split: str
    mask_path: str = ""
    mask: AttributeRow | None = field(default=None, repr=False)
    signs: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_outlined(self) -> bool:
        """Whether its mask follows the lesion's outline, and is no box around it."""
        return self.mask is not None and self.mask.mask_kind != "box"


def find_subjects(
    rows: Iterable[IndexRow],
    attributes: Mapping[str, AttributeRow],
    silver: Mapping[str, Mapping[str, str]],
) -> list[Subject]:
    """The pictures to ask about, by image_id; of duplicates the one of which most is known.

    Args:
        rows: the index.
        attributes: image_id to what the mask tells.
        silver: image_id to silver labels.
    """
    found: dict[str, Subject] = {}
    for row in sorted(rows, key=lambda row: row.image_id):
        if not why_not(row):
            mask = attributes.get(row.image_id)
            subject = _subject(row, mask, silver.get(row.image_id, {}))
            same = row.duplicate_of or row.image_id
            if same not in found or _knowledge(subject) > _knowledge(found[same]):
                found[same] = subject
    return sorted(found.values(), key=lambda subject: subject.image_id)


def why_not(row: IndexRow) -> str:
    """Why nothing can be asked about a picture, "" where something can."""
    if row.reason:
        return row.reason
    if barring := BARRING_FLAGS.intersection(row.flags):
        return f"flagged: {', '.join(sorted(barring)).replace('_', ' ')}"
    if row.conflict:
        return "labels in its group contradict each other"
    return "" if row.split else "shares a patient or a picture with the benchmark"


def why_left_out(rows: Iterable[IndexRow], subjects: Iterable[Subject]) -> Counter[str]:
    """Why nothing is asked about the other pictures of an index; broken files count together."""
    asked = {subject.image_id for subject in subjects}
    return Counter(
        "broken file" if row.width is None else why_not(row) or DUPLICATE
        for row in rows
        if row.image_id not in asked
    )


def _subject(row: IndexRow, mask: AttributeRow | None, signs: Mapping[str, str]) -> Subject:
    return Subject(
        image_id=row.image_id,
        path=row.path,
        group=row.group,
        source=row.source,
        category=row.category,
        modality=row.modality,
        split=row.split,
        mask_path=row.mask,
        mask=mask if mask and not mask.error else None,
        signs=signs,
    )


def _knowledge(subject: Subject) -> tuple[bool, bool, bool, bool, int]:
    """How much there is to ask about a picture, to be compared among duplicates."""
    return (
        subject.category in TUMOUR_TYPES,
        subject.is_outlined,
        subject.mask is not None,
        subject.modality != UNKNOWN,
        len(subject.signs),
    )


def most_questions(picture: Picture) -> int:
    """How many closed questions a picture can be asked at most, as far as names tell."""
    outlined = picture.mask or is_matlab(picture.path)
    return 1 + (picture.modality != UNKNOWN) + (len(OUTLINED) + 1 if outlined else 0)


def true_values(subject: Subject) -> dict[str, str]:
    """What is true of a picture: question type to value, as `prompts/questions/closed.yaml` has it.

    Whether it is normal is left to `neuroonco.curation.questions.normality`.
    """
    known = {"modality": subject.modality} if subject.modality != UNKNOWN else {}
    if subject.category in TUMOUR_TYPES:
        known["diagnosis"] = subject.category
    if mask := subject.mask:
        known["location"] = mask.location
    if mask and subject.is_outlined:
        known |= {name: getattr(mask, name) for name in OUTLINED}
    return known | visible_signs(subject)


def visible_signs(subject: Subject) -> dict[str, str]:
    """The silver labels that its sequence can show: enhancement needs a contrast agent."""
    return {
        name: subject.signs[name]
        for name in SIGNS
        if name in subject.signs and (name != "enhancement" or subject.modality == "t1ce")
    }
