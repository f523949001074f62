"""Questions that can't be answered blind, from the index, the masks and silver labels.

`balance` has the rule that keeps options from telling the answer.
"""

from neuroonco.curation.questions.asking import Questions
from neuroonco.curation.questions.closed import ClosedQuestions, TypeCount
from neuroonco.curation.questions.silver import Silver, read_silver
from neuroonco.curation.questions.subjects import (
    Subject,
    find_subjects,
    most_questions,
    why_left_out,
)
from neuroonco.curation.questions.write import Written, write_questions

__all__ = [
    "ClosedQuestions",
    "Questions",
    "Silver",
    "Subject",
    "TypeCount",
    "Written",
    "find_subjects",
    "most_questions",
    "read_silver",
    "why_left_out",
    "write_questions",
]
