"""Find where a text commits to an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.parse.clean import spoken
from eval.parse.named import named_options
from eval.parse.phrases import CJK, END, START, any_of, pattern, phrases
from eval.questions import letters_of

_FILLER = any_of(phrases("fillers"))
_AND = any_of(phrases("conjunctions"))

# "the answer is", "Final:", "答案是": what follows is the answer, by letter or by text.
_LINKED = re.compile(
    rf"{any_of((*phrases('answers'), *phrases('conclusions')))}"
    rf"(?:[\s,]+{any_of(phrases('bridges'))}(?:\s+[^\W\d]+){{0,6}}?,?)?"
    rf"[\s\"')]*(?:[:=→-]|->|{any_of(phrases('linkers'))})",
    re.IGNORECASE,
)
# "answer", "I choose": only a letter that follows at once is one.
_UNLINKED = re.compile(any_of((*phrases("answers"), *phrases("verbs"))), re.IGNORECASE)
_SUFFIX = re.compile(rf"{START}\(?([A-Z])\)?\s*{any_of(phrases('suffixes'))}")

_REACH = 300  # characters around a phrase in which it can matter
_LETTER = re.compile(rf"\(?([A-Za-z]){END}(?:\s*\))?")
_MARKS = r"[\s:,\"'(<=>→-]*"
_LEAD = re.compile(rf"(?:{_MARKS}{_FILLER})*{_MARKS}", re.IGNORECASE)
_OPENING = re.compile(rf"[\W\d_]*(?:{any_of(phrases('openers'))}[\s,:]*)*", re.IGNORECASE)
_BREAK = re.compile(r"\.{2,}|(?<=\w\w)[.!?]+(?=\s|$)|(?<=\))[.!?]+\s|[\n\u3002→]+|[=-]>")
_CLAUSE = re.compile(rf"[,;:.!?\n]|{any_of(phrases('connectives'))}", re.IGNORECASE)

_JOINT = re.compile(
    rf"[\s\"').]*(?:[/&+,;\u3001]|{_AND}|(?=\([A-Z]\)))[\s\"'(]*(?:{_FILLER}\s*)*",
    re.IGNORECASE,
)
_AND_LETTER = rf"\s*(?:[/&+]|{_AND})[\s\"'(]*(?:{_FILLER}\s*)*[A-Z]{END}"
_FOLLOWS = re.compile(
    rf"{_AND_LETTER}|\s+{any_of(phrases('continuations'))}|\s*(?:$|[\n,;!?()\u3001\u3002]|"
    rf"[\"'](?!\s*:)|\.(?!\w)|-\s|:\s*(?:\n|$)|{CJK})",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s*[.)\"']*\s*(?:$|\n|[,;]\s)")
_LABEL_STARTS = re.compile(r"[\s\"').:,(=-]*")
_LABEL_ENDS = re.compile(rf"\s*(?:$|[.,;:!?()\n\"]|-\s)|{_AND_LETTER}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """One place where a text commits itself.

    Attributes:
        letters: what it commits to; several where it names several or contradicts itself.
        by_letter: whether it says a letter, rather than an option's text.
        at: where in the text it begins.
    """

    letters: frozenset[str]
    by_letter: bool
    at: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads claims about one question's options."""

    options: tuple[str, ...]

    def explicit(self, text: str) -> list[Claim]:
        """Commitments in so many words ("the answer is B"), in the order of the text."""
        return sorted(self._explicit(text), key=lambda claim: claim.at)

    def bare(self, text: str) -> frozenset[str]:
        """The letters of sentences that begin with a letter as an answer does ("B. Meningioma").

        Sentences after "Explanation" don't count once there is an answer.
        """
        found: set[str] = set()
        for sentence in _BREAK.split(text):
            body = _without(_OPENING, sentence)
            if found and pattern("explanations").match(body):
                break
            found |= self._letters_at(body, sure=False)
        return frozenset(found)

    def _explicit(self, text: str) -> Iterator[Claim]:
        for match in _LINKED.finditer(text):
            yield from self._claim(text, match, sure=True)
        for match in _UNLINKED.finditer(text):
            yield from self._claim(text, match, sure=False)
        for match in _SUFFIX.finditer(text):
            if match[1] in letters_of(self.options) and not _is_doubted(text, match.start()):
                yield Claim(frozenset(match[1]), True, match.start())

    def _claim(self, text: str, match: re.Match[str], sure: bool) -> Iterator[Claim]:
        if _is_doubted(text, match.end()):
            return
        after = text[match.end() : match.end() + _REACH]
        if letters := self._letters_at(_without(_LEAD, after), sure):
            yield Claim(letters, True, match.start())
        elif sure:
            sentence = _BREAK.split(after.lstrip(), maxsplit=1)[0]
            if letters := named_options(sentence, self.options):
                yield Claim(letters, False, match.start())

    def _letters_at(self, text: str, sure: bool) -> frozenset[str]:
        """The letters a statement begins with: none, one, or several in "A or B".

        Args:
            text: begins where the letter should.
            sure: what stands before has announced an answer; a word may then follow the letter.
        """
        found: frozenset[str] = frozenset()
        while match := _LETTER.match(text):
            letters, text = self._letter_at(match, text[match.end() :], sure)
            found |= letters
            joint = _JOINT.match(text)
            if not letters or not joint:
                break
            text, sure = text[joint.end() :], False
        return found

    def _letter_at(self, match: re.Match[str], rest: str, sure: bool) -> tuple[frozenset[str], str]:
        """Read one letter with the label that may follow it; also return the text after both.

        Nothing is found where the letter is a word of the sentence. Where the label is another
        option's text ("B. glioma"), both are found.
        """
        letter = match[1].upper()
        if letter not in letters_of(self.options):
            return frozenset(), rest
        named, label = self._label(rest)
        is_word = letter in phrases("words")[0]
        if rest[:1].isspace() and (match[1].islower() or (is_word and letter not in named)):
            named, label = frozenset(), 0  # "A glioma": an article, unless A is glioma
        if not label and not _stands_alone(match, rest, sure and not is_word):
            return frozenset(), rest
        return frozenset(letter) | (named if letter not in named else frozenset()), rest[label:]

    def _label(self, text: str) -> tuple[frozenset[str], int]:
        """The options whose text stands where a letter's own text would, and where it ends."""
        start = _LABEL_STARTS.match(text)
        ends: dict[int, set[str]] = {0: set()}
        for letter, option in zip(letters_of(self.options), self.options, strict=False):
            match = spoken(option).match(text, start.end() if start else 0)
            if match and _LABEL_ENDS.match(text, match.end()):
                ends.setdefault(match.end(), set()).add(letter)
        end = max(ends)
        return frozenset(ends[end]), end


def _without(start: re.Pattern[str], text: str) -> str:
    match = start.match(text)
    return text[match.end() :] if match else text


def _stands_alone(match: re.Match[str], rest: str, sure: bool) -> bool:
    """Whether a letter is a letter here, and not a word ("A large mass")."""
    if match[1].islower():
        return bool(_ENDS.match(rest)) or match[0].startswith("(")
    return sure or match[0].endswith(")") or bool(_FOLLOWS.match(rest))


def _is_doubted(text: str, end: int) -> bool:
    """Whether the clause that ends here takes back what follows ("I don't think it is")."""
    line = text[max(0, end - _REACH) : end].rpartition("\n")[2]
    return bool(pattern("doubts").search(_CLAUSE.split(line)[-1]))
