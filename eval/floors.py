"""The blind floors of a set of closed questions, type by type, beside chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from eval.metrics.blind_floors import majority, option_prior
from eval.questions import Question
from neuroonco.floors import Floor
from neuroonco.json_records import read_records

ALL = "all"


def measure_file(path: Path) -> list[Floor]:
    """Measure a file of closed questions in the form of the published annotations.

    The questions about a group (a patient, a picture and its duplicates) are left out together
    where the file names groups, those about a picture where it names none.

    Raises:
        AnnotationError: the file is not valid JSON.
    """
    return measure_floors(list(_read(path)))


def measure_floors(questions: Sequence[Question]) -> list[Floor]:
    """Measure what the texts of questions alone give away.

    Args:
        questions: of one dataset; those that share an `image_id` are left out together.

    Returns:
        One for each type, the largest first, and one for each number of options in a type that has
        several; the last is over everything.
    """
    right = [
        [letter == question.answer for letter, question in zip(letters, questions, strict=True)]
        for letters in (majority(questions), option_prior(questions))
    ]
    return [_floor(name, places, questions, right) for name, places in _parts(questions) if places]


def _parts(questions: Sequence[Question]) -> Iterator[tuple[str, Sequence[int]]]:
    """The names of the parts that are measured, and where their questions stand."""
    types: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, question in enumerate(questions):
        types[question.question_type][len(question.options)].append(place)
    of_type = {kind: list(chain(*sizes.values())) for kind, sizes in types.items()}
    for kind, places in sorted(of_type.items(), key=lambda item: -len(item[1])):
        yield kind, places
        if len(types[kind]) > 1:
            for size, of_size in sorted(types[kind].items()):
                yield f"{kind}, {size} options", of_size
    yield ALL, range(len(questions))


def _floor(
    name: str, places: Sequence[int], questions: Sequence[Question], right: Sequence[Sequence[bool]]
) -> Floor:
    def mean(values: Sequence[float]) -> float:
        return sum(values[place] for place in places) / len(places)

    chances = [1 / len(question.options) for question in questions]
    return Floor(name, len(places), mean(chances), mean(right[0]), mean(right[1]))


def _read(path: Path) -> Iterator[Question]:
    for record, _ in read_records(path, path.name):
        group = record.get("meta", {}).get("group") or str(record["id"])
        for number, asked in enumerate(record["vqa_pairs"], start=1):
            yield Question(
                question_id=f"{record['id']}_q{number}",
                image_id=group,
                question_type=asked["question_type"],
                text=asked["question"],
                options=tuple(asked["options"].values()),
                answer=asked["answer"],
            )
