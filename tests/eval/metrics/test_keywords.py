import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.keywords import keyword_recall, keyword_recall_unprompted

WORDS = ["ring", "enhancing", "round", "left", "frontal", "lobe", "T1", "no", "edema"]
words = st.sampled_from(WORDS)
texts = st.lists(words, max_size=8).map(" ".join)
keywords = st.lists(st.lists(words, min_size=1, max_size=3).map(" ".join), max_size=5)


@pytest.mark.parametrize(
    ("answer", "keyword", "found"),
    [
        ("A RING-enhancing lesion.", "ring enhancing", 1),
        ("surrounding edema", "round", 0),
        ("enhancing ring", "ring enhancing", 0),
        ("the T1_CE image", "t1-ce", 1),
        ("3.5 cm", "3", 0),
        ("", "ring", 0),
        ("\uff52\uff49\uff4e\uff47", "ring", 1),
    ],
)
def test_a_keyword_is_found_by_its_words_in_a_row(answer, keyword, found):
    assert keyword_recall(answer, [keyword]) == found


def test_recall_is_the_share_of_the_keywords():
    assert keyword_recall("a round mass", ["round", "mass", "edema", "ring"]) == 0.5
    assert keyword_recall("a round mass", ["round", "-"]) == 1
    assert keyword_recall("a round mass", ["-"]) is None
    assert keyword_recall("a round mass", []) is None


def test_what_the_question_says_earns_nothing():
    question = "Is the glioma round?"
    asked = ["glioma", "Round", "edema"]
    assert keyword_recall_unprompted("a round glioma", question, asked) == 0
    assert keyword_recall_unprompted("a glioma with edema", question, asked) == 1
    assert keyword_recall_unprompted("a glioma with edema", question, ["glioma"]) is None


@given(texts, texts, keywords)
def test_saying_more_never_lowers_recall(answer, more, asked):
    if asked:
        assert keyword_recall(f"{answer}. {more}", asked) >= keyword_recall(answer, asked)


@given(texts, keywords)
def test_naming_every_keyword_earns_everything_and_echoing_the_question_nothing(question, asked):
    unprompted = keyword_recall_unprompted(". ".join(asked), question, asked)
    assert unprompted == (None if keyword_recall(question, asked) in {None, 1} else 1)
    assert keyword_recall_unprompted(question, question, asked) in {None, 0}
