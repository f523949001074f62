"""Which question an entry of a prediction file answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.items import AnyQuestion
from eval.parse.parts import part_of
from eval.published.entries import Entry
from eval.questions import Question
from neuroonco.errors import RunError


def name_entries(
    entries: Sequence[Entry], questions: Mapping[str, AnyQuestion]
) -> dict[str, Entry]:
    """The entries by the ids of their questions.

    Args:
        entries: of a file.
        questions: of the dataset, by id.

    Raises:
        RunError: an entry answers no question of the dataset or one that was answered before, or it
            takes another letter for the right one.
    """
    first = _first_index(entries, questions)
    named: dict[str, Entry] = {}
    for entry in entries:
        name = _name(entry, first)
        if name in named:
            raise RunError(
                f"{entry.where}: question {name} is answered twice, before in "
                f"{named[name].where}; keep one"
            )
        named[name] = entry
    return named


def _first_index(entries: Sequence[Entry], questions: Mapping[str, AnyQuestion]) -> int:
    """Where q_index begins: at 1 as the published scripts count, or at 0.

    Raises:
        RunError: neither agrees with the dataset; names the first entry at fault.
    """
    faults = {first: _faults(entries, questions, first) for first in (1, 0)}
    best = min(faults, key=lambda first: len(faults[first]))
    if faults[best]:
        raise RunError(
            f"{faults[best][0]} ({len(faults[best])} of {len(entries)} entries do not fit, "
            f"q_index counted from {best}); give the annotations that the predictions are about"
        )
    return best


def _faults(
    entries: Sequence[Entry], questions: Mapping[str, AnyQuestion], first: int
) -> list[str]:
    """What contradicts the dataset, a text an entry."""
    found = []
    for entry in entries:
        name = _name(entry, first)
        question = questions.get(name)
        if question is None:
            found.append(f"{entry.where}: answers question {name}, which the dataset lacks")
        elif isinstance(question, Question) and entry.truth not in ("", question.answer):
            found.append(
                f"{entry.where}: takes {entry.truth} for the answer to {name}, which is "
                f"{question.answer} in the dataset"
            )
    return found


def _name(entry: Entry, first: int) -> str:
    return entry.question or f"{entry.image}_q{entry.index - first + 1}"


def find_parts(named: Mapping[str, Entry]) -> dict[str, int]:
    """Each question's number in its reply, where the replies answer all questions of an image.

    They do where all entries of an image hold one reply, whatever the image, and numbers in it.
    """
    by_image: dict[str, dict[str, str]] = {}
    for name, entry in named.items():
        if entry.image and entry.answer.error is None:
            by_image.setdefault(entry.image, {})[name] = entry.answer.text
    several = [replies for replies in by_image.values() if len(replies) > 1]
    numbers = {name: int(name.rpartition("_q")[2]) for name in named if named[name].image}
    together = bool(several) and all(len(set(replies.values())) == 1 for replies in several)
    if not together or not any(
        part_of(reply, numbers[name]) for replies in several for name, reply in replies.items()
    ):
        return {}
    return numbers
