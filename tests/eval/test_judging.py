import json

import pytest
from parrots import Parrot

from eval import Answer, Settings, evaluate, read_run
from eval.judging import BEST, Judge, grades, judge_run, judges, read_grade
from eval.models import Request
from neuroonco.errors import RunError

OPEN = Settings(config="open")
ANSWERS = [f"In sector {n}." for n in range(6)]


class Writer(Parrot):
    """Answers each question in other words."""

    def generate(self, requests):
        start = len(self.requests)
        super().generate(requests)
        return [Answer(ANSWERS[start + n]) for n in range(len(requests))]


class Grader:
    """Gives these replies, one after the other."""

    name = "judge/model"
    batch_size = 4

    def __init__(self, *replies):
        self.replies = list(replies)
        self.requests: list[Request] = []

    def describe(self):
        return {"name": self.name}

    def generate(self, requests):
        self.requests += requests
        replies = [self.replies.pop(0) if self.replies else '{"score": 4}' for _ in requests]
        return [reply if isinstance(reply, Answer) else Answer(reply) for reply in replies]


@pytest.fixture
def saved(open_dataset, tmp_path):
    evaluate(open_dataset, Writer(), tmp_path / "run", OPEN)
    return read_run(tmp_path / "run")


def given_by(saved):
    return grades(saved, judges(saved)[0])


def test_the_judge_sees_the_question_the_reference_and_the_answer_alone(saved):
    judge = Grader()
    judge_run(saved, judge)
    for request, question, answer in zip(judge.requests, saved.questions, ANSWERS, strict=True):
        assert request.image is None
        assert request.examples == ()
        for part in (question.text, question.reference, answer):
            assert part in request.prompt
        assert not any(name in request.prompt for name in ("SECRET", ".png", "parrot", "judge/"))


def test_every_answer_gets_its_own_grade(saved):
    judge_run(saved, Grader(*(f'{{"reason": "x", "score": {n % 5}}}' for n in range(6))))
    assert given_by(saved) == {q.question_id: n % 5 for n, q in enumerate(saved.questions)}


def test_a_judge_that_fails_leaves_the_answer_unscored_and_is_asked_again(saved):
    ids = [question.question_id for question in saved.questions]
    failed = Answer("", error="HTTP 503")
    judge_run(saved, Grader('{"score": 1}', failed, "I would say four.", '{"score": 9}'))
    assert given_by(saved) == {ids[0]: 1, ids[4]: 4, ids[5]: 4}
    lines = [json.loads(t) for t in (saved.folder / "judgements.jsonl").read_text().splitlines()]
    assert [line["error"] for line in lines[1:4]] == [
        "HTTP 503",
        "no grade from 0 to 4 in the reply",
        "no grade from 0 to 4 in the reply",
    ]
    again = Grader('{"score": 2}')
    judge_run(saved, again)
    assert len(again.requests) == 3
    assert given_by(saved) == {ids[0]: 1, ids[1]: 2, **dict.fromkeys(ids[2:], 4)}
    judge_run(saved, again)
    assert len(again.requests) == 3, "nothing is left to grade"


def test_a_judge_killed_in_the_midst_goes_on(saved):
    class Killed(Grader):
        def generate(self, requests):
            if self.requests:
                raise KeyboardInterrupt
            return super().generate(requests)

    with pytest.raises(KeyboardInterrupt):
        judge_run(saved, Killed())
    path = saved.folder / "judgements.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert len(given_by(saved)) == 3, "a torn line counts as none"
    judge = Grader()
    judge_run(saved, judge)
    assert len(judge.requests) == 3
    assert len(given_by(saved)) == 6


def test_an_answer_that_has_changed_is_graded_anew(saved):
    judge_run(saved, Grader())
    lines = (saved.folder / "predictions.jsonl").read_text().splitlines()
    lines[2] = lines[2].replace("In sector 2.", "In no sector.")
    (saved.folder / "predictions.jsonl").write_text("\n".join(lines) + "\n")
    changed = read_run(saved.folder)
    assert len(given_by(changed)) == 5
    judge = Grader('{"score": 0}')
    judge_run(changed, judge)
    assert "In no sector." in judge.requests[0].prompt
    assert sorted(given_by(changed).values()) == [0, 4, 4, 4, 4, 4]


def test_judges_and_rubrics_are_told_apart(saved, tmp_path):
    own = tmp_path / "own.md"
    own.write_text("---\nname: own\nversion: 3\nconfig: judge\n---\n{{ answer }}\n")
    other = Grader('{"score": 0}')
    other.name = "other"
    judge_run(saved, Grader())
    judge_run(saved, other)
    judge_run(saved, Grader('{"score": 1}'), str(own))
    named = judges(saved)
    assert [judge.name for judge in named] == ["judge/model", "other", "judge/model"]
    assert named[0].rubric == named[1].rubric
    assert named[0].rubric.startswith("judge_rubric 1 ")
    assert named[2].rubric.startswith("own 3 ")
    assert [min(grades(saved, judge).values()) for judge in named] == [4, 0, 1]
    assert grades(saved, Judge("nobody", named[0].rubric)) == {}


def test_thoughts_are_not_graded(open_dataset, tmp_path):
    evaluate(open_dataset, Parrot("<think>SECRETTHOUGHT</think>On the left."), tmp_path / "r", OPEN)
    judge = Grader()
    judge_run(read_run(tmp_path / "r"), judge)
    assert "On the left." in judge.requests[0].prompt
    assert "SECRETTHOUGHT" not in judge.requests[0].prompt


def test_what_has_no_answer_is_not_graded(open_dataset, tmp_path):
    evaluate(open_dataset, Parrot(fails=["no memory"] * 2), tmp_path / "run", OPEN)
    judge = Grader()
    judge_run(read_run(tmp_path / "run"), judge)
    assert len(judge.requests) == 4


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ('{"reason": "fine", "score": 3}', 3),
        ('```json\n{"score": "2"}\n```', 2),
        ('{"score": 3.0}', 3),
        ('<think>{"score": 1}</think>{"score": 0}', 0),
        ('{"score": 1} No: {"score": 4}', 4),
        (f'{{"score": {BEST + 1}}}', None),
        ('{"score": 2.5}', None),
        ('{"score": -1}', None),
        ("4", None),
        ("", None),
    ],
)
def test_a_grade_is_read_from_the_json_and_never_guessed(reply, grade):
    assert read_grade(reply) == grade


def test_a_run_is_judged_and_its_results_tell(open_dataset, tmp_path):
    judge = Grader('{"score": 0}', Answer("", error="HTTP 503"))
    results = evaluate(open_dataset, Writer(), tmp_path / "run", OPEN, judge=judge)
    assert len(judge.requests) == 6
    assert (tmp_path / "run/judgements.jsonl").read_text().count("\n") == 6
    assert "judge/model" in json.dumps(results.to_dict())
    assert "judge/model" in (tmp_path / "run/results.json").read_text()


def test_closed_answers_and_other_prompts_are_refused(dataset, saved, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "closed")
    with pytest.raises(RunError, match="closed ones need none"):
        judge_run(read_run(tmp_path / "closed"), Grader())
    with pytest.raises(RunError, match="whose config is judge"):
        judge_run(saved, Grader(), "eval/open_direct")
    assert not (saved.folder / "judgements.jsonl").exists()
