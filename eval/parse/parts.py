"""Find one question's part of an answer to several numbered questions."""

from __future__ import annotations

import re
import unicodedata

from eval.parse.clean import without_thoughts

# "1: B", "Q2) C", "**Question 3** (size): A", "| 4 | D |", "(5) E", {"1": "B"},
# {"question": 2, "answer": "C"}: at the beginning of a line, behind a comma or a letter, and never
# the "2." of "2.5 cm".
_MARK = re.compile(
    r"""
    (?: ^ | [\n,;{\[|] | (?<=\b(?-i:[A-Z]))\ )
    [ \t*#>•"'{\[(|-]{0,12}
    (?:
        (?: (?:question|number|no|q) \b [\ .#"':*]{0,4} | answer \ \#? )
        (\d{1,2}) ["'*\ ]{0,4} (?: \( [^()\n]{1,40} \) )? [*\ ]{0,4} [:.)=,|→\u2013-] (?!\d)
      | q? (\d{1,2}) ["'*\ ]{0,4}
        (?: [:.)=|→] (?!\d) | [\u2013-] (?!\s*\d) | (?= \ \(? [A-Z] \b [)*.]{0,4} \s*? $ ) )
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def part_of(reply: str, number: int) -> str:
    """The part of a reply that answers a question.

    A part begins at its number and ends at the next one. Where a number comes twice, as when a
    model thinks first and sums up at the end, the last counts.

    Args:
        reply: the raw answer to all questions.
        number: of the question, from 1.

    Returns:
        The part without its number; empty where the reply has none for this question.
    """
    text = unicodedata.normalize("NFKC", without_thoughts(reply))
    marks = list(_MARK.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)][: len(marks)]
    parts = {
        int(mark[1] or mark[2]): text[mark.end() : end]
        for mark, end in zip(marks, ends, strict=True)
    }
    return parts.get(number, "").strip(" \t\r\n|")
