"""Closed questions over lopsided pictures: form, truth, options, and what a blind rule gets."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from neuroonco.curation.questions import ClosedQuestions
from neuroonco.curation.questions.subjects import true_values
from neuroonco.curation.questions.wording import canonical
from neuroonco.curation.settings import TRAP_SHARE
from neuroonco.prompts import load_words
from neuroonco.text import fold
from neuroonco.vocabulary import TUMOUR_TYPES
from tests.curation.questions.blind import above_chance, ask, floors
from tests.curation.questions.made import make_mask, make_subject, make_subjects

WORDS = load_words("questions/closed")
NONE = WORDS["none_of_the_above"]


def meaning(kind, text):
    """What an option's text says, apart from how it is spelt."""
    return canonical(kind, text) or fold(text)


@pytest.fixture(scope="module")
def subjects():
    return make_subjects(1500, seed=1, per_group=2)


@pytest.fixture(scope="module")
def asked(subjects):
    """Subject and question, for every question."""
    closed = ClosedQuestions(subjects)
    return [(s, q) for s in subjects for q in closed.about(s.image_id)]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("per_group", [1, 3])
def test_blind_floors_hold(seed, per_group):
    questions = ask(make_subjects(1500, seed, per_group), seed=seed)
    measured = floors(questions)
    large = [floor for floor in measured.values() if floor.n >= 200]
    assert len(large) >= 10
    assert [floor.name for floor in large if floor.above_chance > 0.03] == []
    assert {name for name in measured if name.startswith("diagnosis,")} & {f.name for f in large}


def test_a_model_of_the_texts_stays_at_chance():
    questions = ask(make_subjects(1500, seed=5, per_group=2))
    assert abs(above_chance(questions)) < 0.04


def test_answers_are_true(asked):
    for subject, question in asked:
        said = question.get("meta_original_answer") or question["options"][question["answer"]]
        kind = question["question_type"]
        if kind == "diagnosis" and len(question["options"]) == 2:
            assert said == ("Healthy" if subject.category == "healthy" else "Abnormal")
        else:
            assert said == WORDS[kind]["options"][true_values(subject)[kind]]


def test_form_of_options(asked):
    for _, question in asked:
        letters, texts = list(question["options"]), list(question["options"].values())
        assert letters == list("ABCDE")[: len(letters)]
        assert (NONE in texts) == (len(texts) > 2)
        assert NONE not in texts[:-1]
        for one, other in combinations(texts, 2):
            assert fold(one) != fold(other)
            kind = question["question_type"]
            assert meaning(kind, one) != meaning(kind, other)


def test_traps_keep_the_truth(asked):
    traps = Counter()
    for _, question in asked:
        size, texts = len(question["options"]), list(question["options"].values())
        if question.get("meta_trap"):
            traps[size] += 1
            assert question["options"][question["answer"]] == NONE
            assert question["meta_original_answer"] not in texts
            assert question["meta_trap"] is True
        else:
            assert "meta_original_answer" not in question
            assert question["options"][question["answer"]] != NONE
    sizes = Counter(len(question["options"]) for _, question in asked)
    assert traps[2] == 0
    assert traps[5] == pytest.approx(TRAP_SHARE * sizes[5], abs=3)


def test_letters_are_balanced_in_every_type(asked):
    letters = defaultdict(Counter)
    for _, question in asked:
        if not question.get("meta_trap"):
            kind = question["question_type"], len(question["options"])
            letters[kind][question["answer"]] += 1
    for counts in letters.values():
        assert max(counts.values()) - min(counts.values()) <= 1


def test_phrases_say_nothing(asked):
    by_phrase = defaultdict(list)
    for _, question in asked:
        if question["question_type"] == "texture":
            said = question["options"][question["answer"]]
            by_phrase[question["question"]].append(said == "Homogeneous")
    shares = [sum(said) / len(said) for said in by_phrase.values()]
    assert max(shares) - min(shares) < 0.15


def test_one_question_of_a_type_about_a_picture(asked):
    pairs = Counter((s.image_id, q["question_type"]) for s, q in asked)
    assert set(pairs.values()) == {1}


def test_two_options_are_for_healthy_brains_and_tumours_beside_them(asked):
    two = [s for s, q in asked if q["question_type"] == "diagnosis" and len(q["options"]) == 2]
    five = [s for s, q in asked if q["question_type"] == "diagnosis" and len(q["options"]) == 5]
    assert {s.category for s in five} <= set(TUMOUR_TYPES)
    healthy = sum(s.category == "healthy" for s in two)
    assert healthy == pytest.approx(len(two) / 2, rel=0.05)
    for source in ("01", "02", "03"):
        here = [s.category == "healthy" for s in two if s.source == source]
        assert sum(here) == pytest.approx(len(here) / 2, rel=0.2)


def test_a_picture_asked_whether_it_is_normal_is_asked_nothing_about_a_lesion(asked):
    kinds = defaultdict(set)
    for subject, question in asked:
        two = question["question_type"] == "diagnosis" and len(question["options"]) == 2
        kinds[subject.image_id].add("normality" if two else question["question_type"])
    for of_picture in kinds.values():
        assert "normality" not in of_picture or of_picture <= {"normality", "modality"}


def test_tumours_without_a_type_are_set_beside_healthy_brains_first():
    healthy = [make_subject(n, category="healthy") for n in range(50)]
    unspecified = [make_subject(100 + n, category="tumor") for n in range(60)]
    typed = [make_subject(200 + n, category=TUMOUR_TYPES[n % 8]) for n in range(80)]
    closed = ClosedQuestions([*healthy, *unspecified, *typed])
    assert all(len(q["options"]) == 5 for s in typed for q in closed.about(s.image_id))
    asked = [q for s in (*healthy, *unspecified) for q in closed.about(s.image_id)]
    assert {len(q["options"]) for q in asked} == {2}
    assert len(asked) > 90


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_a_box_has_no_size_and_no_shape(kind):
    subjects = [
        make_subject(n, mask=make_mask(mask_kind=kind, size=size, shape=shape, location=where))
        for n, (size, shape, where) in enumerate(
            [
                ("Medium", "Lobulated", "Upper-Left Region"),
                ("Small/Focal", "Round/Oval", "Lower-Left Region"),
            ]
            * 20
        )
    ]
    closed = ClosedQuestions(subjects)
    kinds = {q["question_type"] for s in subjects for q in closed.about(s.image_id)}
    assert kinds & {"size", "shape", "location"} == (
        {"location"} if kind == "box" else {"size", "shape", "location"}
    )


def test_enhancement_needs_a_contrast_agent():
    signs = [{"enhancement": value} for value in ("Present", "Absent")]
    subjects = [
        make_subject(n, modality=modality, signs=signs[n % 2])
        for n, modality in enumerate(["t1ce", "t1ce", "t2", "t2"] * 10)
    ]
    closed = ClosedQuestions(subjects)
    seen = {
        subject.modality
        for subject in subjects
        for question in closed.about(subject.image_id)
        if question["question_type"] == "enhancement"
    }
    assert seen == {"t1ce"}


def test_counts_say_what_balance_costs(subjects, asked):
    counts = {count.kind: count for count in ClosedQuestions(subjects).counts}
    sizes = [q for _, q in asked if q["question_type"] == "size"]
    assert counts["size"].asked == len(sizes)
    assert counts["size"].known == sum("size" in true_values(subject) for subject in subjects)
    assert counts["size"].options == len(sizes[0]["options"])
    assert counts["size"].traps == sum("meta_trap" in q for q in sizes)


def test_same_seed_same_questions(subjects):
    def everything(**options):
        closed = ClosedQuestions(subjects, **options)
        return [closed.about(subject.image_id) for subject in subjects]

    assert everything(seed=7) == everything(seed=7)
    assert everything(seed=7) != everything(seed=8)


def test_words_of_every_value_are_different_things():
    for kind, words in WORDS.items():
        if isinstance(words, dict):
            for one, other in combinations(words["options"].values(), 2):
                assert meaning(kind, one) != meaning(kind, other)


def test_mimics_are_tumour_types():
    pairs = load_words("questions/mimics")
    assert {name for pair in pairs for name in pair} == set(TUMOUR_TYPES)
    assert all(len(set(pair)) == 2 for pair in pairs)
