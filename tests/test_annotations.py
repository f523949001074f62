"""Annotation files are told by what they hold; a flaw is named with its file and line."""

import json

import pytest

from neuroonco.annotations import Told, find_annotations, read_benchmark, read_instruction
from neuroonco.errors import AnnotationError
from neuroonco.tree import scan
from tests.published import closed_record, conversation, open_record, write_json


def read(folder, config="closed"):
    tree = scan(folder)
    files = find_annotations(tree)[config]
    if config == "instruction":
        return list(read_instruction(tree, files))
    return read_benchmark(tree, files, config)


def test_told_by_content_under_any_name(tmp_path):
    write_json(tmp_path / "x/my questions.json", [closed_record(1, "a/b.png")])
    write_json(tmp_path / "y/more.json", [open_record(1, "a/b.png")])
    write_json(tmp_path / "rows.jsonl", [conversation("a/b.png")])
    write_json(tmp_path / "manifest.json", [{"id": 1}])
    found = find_annotations(scan(tmp_path))
    assert {config: [file.path for file in files] for config, files in found.items()} == {
        "closed": ["x/my questions.json"],
        "open": ["y/more.json"],
        "instruction": ["rows.jsonl"],
    }


def test_two_spellings_of_one_file_count_once(tmp_path):
    for name in ("train_open", "instruction_open_train"):
        write_json(tmp_path / f"training/{name}.jsonl", [conversation("a/b.png")])
    assert len(read(tmp_path, "instruction")) == 1


def test_release_and_canonical_name_one_picture(tmp_path):
    write_json(tmp_path / "Benchmark/Benchmark_VQA_Closed.json", [closed_record(7, "7.jpg")])
    write_json(tmp_path / "benchmark/closed/closed.json", [closed_record(7, "a/08_t1/b.jpg")])
    (record,) = read(tmp_path)
    assert set(record.paths) == {"7.jpg", "a/08_t1/b.jpg"}


def test_one_id_with_other_questions_is_an_error(tmp_path):
    write_json(tmp_path / "1.json", [closed_record(7, "a.jpg")])
    write_json(tmp_path / "2.json", [closed_record(7, "a.jpg", answer="B")])
    with pytest.raises(AnnotationError, match=r"2\.json.*id 7.*1\.json"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("flaw", "message"),
    [
        ({"answer": "F"}, r"answer 'F' is none of its options"),
        ({"options": {"A": "x"}}, "lettered A, B"),
        ({"options": {"B": "x", "C": "y"}}, "lettered A, B"),
        ({"options": ["x", "y"]}, "'options' is a list"),
        ({"question": None}, "'question' is missing"),
        ({"meta_trap": True}, "'meta_original_answer' is missing"),
    ],
)
def test_flaws_of_a_question_are_named(tmp_path, flaw, message):
    write_json(tmp_path / "c.json", [closed_record(1, "a.jpg"), closed_record(2, "b.jpg", **flaw)])
    with pytest.raises(AnnotationError, match=rf"c\.json, record 2, id 2, question 1: .*{message}"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["benchmark/closed/closed.json", "B/Benchmark_VQA_Closed.json"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1: not valid JSON"),
        ('[\n{"id": 1,\n"image_path": }]', "line 3, column 15: not valid JSON"),
        ('{"vqa_pairs": []}', "a list of records is expected"),
        ("[" * 100_000, "not valid JSON|nested too deeply"),
    ],
)
def test_broken_json_is_named_with_its_line(tmp_path, name, content, message):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(AnnotationError, match=message) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(name)


def test_not_utf8(tmp_path):
    (tmp_path / "closed.json").write_bytes(b'[{"vqa_pairs": "\xff"}]')
    with pytest.raises(AnnotationError, match="not UTF-8"):
        read(tmp_path)


def test_broken_line_of_jsonl_is_named(tmp_path):
    rows = [json.dumps(conversation("a/b.png")), '{"images": ["a"], "messages": [}']
    (tmp_path / "train_open.jsonl").write_text("\n".join(rows))
    with pytest.raises(AnnotationError, match=r"train_open\.jsonl, line 2, column"):
        read(tmp_path, "instruction")


@pytest.mark.parametrize(
    "row", [{"images": [], "messages": []}, {"images": ["a"], "messages": [{"role": 1}]}]
)
def test_flaws_of_a_conversation_are_named(tmp_path, row):
    write_json(tmp_path / "train_open.jsonl", [conversation("a/b.png"), row])
    with pytest.raises(AnnotationError, match=r"train_open\.jsonl, line 2"):
        read(tmp_path, "instruction")


def test_what_a_build_tells_of_pictures(tmp_path):
    meta = {"source": "03", "category": "glioma", "modality": "t1", "group": "g"}
    write_json(tmp_path / "closed.json", [closed_record(1, "a.png") | {"meta": meta}])
    write_json(
        tmp_path / "train.jsonl",
        [conversation("a.png") | {"meta": meta}, conversation("b.png") | {"meta": {"id": 3}}],
    )
    (record,) = read(tmp_path)
    told = Told("03", "glioma", "t1")
    assert record.told == told
    assert [row.told for row in read(tmp_path, "instruction")] == [told, None]
