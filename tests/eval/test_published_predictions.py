import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_runs import make_open_questions, make_questions

from eval import compare_runs, read_run, rescore
from eval.published import config_of, import_predictions, published_questions
from neuroonco.errors import DataDirError, RunError
from tests.published import closed_record, open_record, write_json

FIELDS = {"text": "question", "reference": "reference_answer", "keywords": "eval_keywords"}
QUESTIONS = make_questions(4)


def dataset_of(questions):
    return datasets.Dataset.from_list(
        [
            {FIELDS.get(name, name): getattr(one, name) for name in one.__slots__}
            for one in questions
        ]
    )


DATASET = dataset_of(QUESTIONS)


def entry(question, raw="A", first=1, **fields):
    """As a published script writes it."""
    image, _, n = question.question_id.partition("_q")
    return {
        "id": int(image),
        "q_index": int(n) - 1 + first,
        "type": question.question_type,
        "gt": question.answer,
        "pred": "C",
        "raw": raw,
        "correct": False,
        "image_path": "SECRET.jpg",
    } | fields


def bring(folder, entries, name="preds.jsonl", dataset=DATASET):
    import_predictions(write_json(folder / name, entries), dataset, folder / "run")
    return read_run(folder / "run")


@pytest.mark.parametrize("name", ["preds.jsonl", "preds.json"])
@pytest.mark.parametrize("first", [0, 1])
def test_answers_are_read_anew_whatever_the_first_index_is(tmp_path, name, first):
    entries = [entry(one, f"The answer is {one.answer}.", first) for one in QUESTIONS]
    run = bring(tmp_path, entries, name)
    assert [line.letter for line in run.predictions] == [one.answer for one in QUESTIONS]
    results = rescore(run.folder)
    assert results.model == "preds"
    assert results.overall.accuracy == 1
    assert results.complete


@given(
    st.sets(st.integers(0, len(QUESTIONS) - 1), min_size=1),
    st.lists(st.sampled_from("AB"), min_size=len(QUESTIONS), max_size=len(QUESTIONS)),
)
def test_part_of_the_questions_in_any_order_keeps_its_answers(tmp_path_factory, places, letters):
    chosen = [(QUESTIONS[place], letters[place]) for place in places]
    run = bring(tmp_path_factory.mktemp("file"), [entry(one, said) for one, said in chosen])
    assert {line.question_id: line.letter for line in run.predictions} == {
        one.question_id: said for one, said in chosen
    }
    assert rescore(run.folder).missing == len(QUESTIONS) - len(chosen)


def test_the_scripts_own_reading_counts_only_where_there_is_no_reply(tmp_path):
    said = entry(QUESTIONS[0], "I cannot determine this.", pred="E")
    bare = entry(QUESTIONS[1], pred="B")
    del bare["raw"]
    first, second = bring(tmp_path, [said, bare]).predictions
    assert (first.outcome, first.letter) == ("refusal", None)
    assert (second.outcome, second.letter) == ("letter", "B")


def test_failures_are_errors_and_no_answers(tmp_path):
    entries = [
        entry(QUESTIONS[0], "API_ERROR: Error code: 429", pred="E"),
        entry(QUESTIONS[1], " ", pred=""),
        entry(QUESTIONS[2], None, pred=""),
        entry(QUESTIONS[3], None, pred="", error="corrupt_image"),
    ]
    run = bring(tmp_path, entries)
    assert [line.outcome for line in run.predictions] == ["error"] * 4
    assert [line.error for line in run.predictions] == [
        "API_ERROR: Error code: 429",
        "the file holds no reply",
        "the file holds no reply",
        "corrupt_image",
    ]
    results = rescore(run.folder)
    assert (results.failed, results.missing, results.scored) == (4, 4, 0)


def test_a_reply_to_all_questions_of_an_image_is_taken_apart(tmp_path):
    replies = {"1": "Q1: B\nQ2: A", "2": "Q1: C", "3": "Q1: D\nQ2: B", "4": "Q1: E\nQ2: A"}
    for field in ("raw", "raw_batch"):
        entries = [entry(one) | {"raw": None, field: replies[one.image_id]} for one in QUESTIONS]
        run = bring(tmp_path / field, entries)
        assert [line.letter for line in run.predictions] == [*"BAC", None, *"DBEA"]
        assert rescore(run.folder).unparsed == 1
        assert read_run(run.folder).predictions == run.predictions


def test_the_same_reply_to_every_question_is_not_taken_apart(tmp_path):
    run = bring(tmp_path, [entry(one, "B") for one in QUESTIONS])
    assert {line.letter for line in run.predictions} == {"B"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"id": 99}, r"preds\.jsonl, line 3: answers question 99_q1, which the dataset lacks"),
        ({"q_index": 7}, r"preds\.jsonl, line 3: answers question 2_q7"),
        ({"gt": "A"}, r"line 3: takes A for the answer to 2_q1, which is C in the dataset"),
        ({"q_index": None}, "line 3: id or q_index is missing"),
        ({"id": 1}, "line 3: takes C for the answer to 1_q1, which is B"),
        ({"id": 1, "gt": "B"}, r"line 3: question 1_q1 is answered twice, before in .* line 1"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_its_entry(tmp_path, changed, told):
    entries = [entry(one) for one in QUESTIONS]
    entries[2] |= changed
    with pytest.raises(RunError, match=told):
        bring(tmp_path, entries)
    assert not (tmp_path / "run").exists()


def test_what_is_no_file_of_predictions_is_refused(tmp_path):
    (tmp_path / "preds.json").write_text("{")
    with pytest.raises(RunError, match=r"preds\.json: cannot be read as predictions"):
        import_predictions(tmp_path / "preds.json", DATASET, tmp_path / "run")
    with pytest.raises(RunError, match=r"none\.json: cannot be read as predictions"):
        import_predictions(tmp_path / "none.json", DATASET, tmp_path / "run")
    with pytest.raises(RunError, match="line 1: id or q_index is missing"):
        bring(tmp_path, ["B"])


def test_importing_again_changes_nothing_and_another_file_is_refused(tmp_path):
    entries = [entry(one) for one in QUESTIONS]
    run = bring(tmp_path, entries)
    held = (run.folder / "predictions.jsonl").read_bytes()
    bring(tmp_path, entries)
    assert (run.folder / "predictions.jsonl").read_bytes() == held
    with pytest.raises(RunError, match="other settings"):
        bring(tmp_path, entries[:3])


def test_no_path_of_the_file_is_kept(tmp_path):
    run = bring(tmp_path, [entry(one) for one in QUESTIONS])
    for file in run.folder.iterdir():
        assert "SECRET" not in file.read_text()
        assert str(tmp_path) not in file.read_text()


def test_open_predictions(tmp_path):
    questions = make_open_questions(2)
    entries = [
        {"id": 1, "question_id": one.question_id, "prediction": one.reference}
        for one in questions[:3]
    ]
    entries[1] |= {"prediction": "", "error": "missing_or_corrupt_image"}
    file = write_json(tmp_path / "preds.jsonl", entries)
    assert config_of(file) == "open"
    run = bring(tmp_path, entries, dataset=dataset_of(questions))
    results = rescore(run.folder)
    assert (results.scored, results.failed, results.missing) == (2, 1, 1)
    assert results.scores["token_f1"].mean == 1


def test_the_published_questions_need_no_pictures(tmp_path):
    write_json(tmp_path / "benchmark/closed/c.json", [closed_record(5, "glioma/08_t1/x (1).jpg")])
    write_json(tmp_path / "benchmark/open/o.json", [open_record(5, "glioma/08_t1/x (1).jpg")])
    closed = published_questions(tmp_path, "closed")
    assert closed["question_id"][:] == ["5_q1"]
    assert closed[0]["category"] == "glioma"
    assert closed[0]["source"] == "08"
    assert published_questions(tmp_path, "open")["eval_keywords"][:] == [["left", "frontal"]]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataDirError, match="published closed annotations"):
        published_questions(tmp_path / "empty", "closed")


def test_an_imported_run_compares_with_one_of_ones_own(tmp_path, shared):
    from eval import evaluate, load_model

    dataset = published_questions(shared / "mm_neuroonco_v1.0", "closed")
    evaluate(dataset, load_model("baseline:prior"), tmp_path / "own")
    own = read_run(tmp_path / "own")
    entries = [
        {
            "id": int(line.image_id),
            "q_index": int(line.question_id.partition("_q")[2]),
            "gt": line.answer,
            "pred": "",
            "raw": line.raw,
        }
        for line in own.predictions
    ]
    imported = bring(tmp_path, entries, dataset=dataset)
    found = compare_runs(own, imported)
    assert found.overall["accuracy"].n == 3190
    assert found.overall["accuracy"].p == 1
    assert found.differing == ()
