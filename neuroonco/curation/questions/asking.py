"""All that is asked about the pictures of one split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neuroonco.curation.questions.closed import ClosedQuestions, TypeCount
from neuroonco.curation.questions.instruction import converse
from neuroonco.curation.questions.opened import ask_open
from neuroonco.curation.questions.subjects import Subject
from neuroonco.curation.settings import TRAP_SHARE


class Questions:
    """What is asked about the pictures of one split, made picture by picture when it is wanted."""

    def __init__(
        self, subjects: Sequence[Subject], seed: int = 0, trap_share: float = TRAP_SHARE
    ) -> None:
        """Balance the closed questions; see `ClosedQuestions`."""
        self._seed = seed
        self._closed = ClosedQuestions(subjects, seed, trap_share)

    @property
    def counts(self) -> list[TypeCount]:
        """What became of the pictures that each closed type could be asked about."""
        return self._closed.counts

    def about(self, subject: Subject, config: str) -> list[dict[str, Any]]:
        """What a config asks about a picture of the split.

        Args:
            subject: the picture.
            config: ``closed``, ``open`` or ``instruction``.

        Returns:
            Objects of `vqa_pairs`, of `qa_pairs` without their ids, or of `converse`.
        """
        if config == "closed":
            return self._closed.about(subject.image_id)
        opened = ask_open(subject, self._seed)
        if config == "open":
            return list(opened.values())
        return converse(subject, self._closed.about(subject.image_id), opened, self._seed)
