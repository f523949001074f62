from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.jsonl import append_lines, as_row, cut_torn_line, read_lines
from neuroonco.errors import RunError

TEXTS = st.text(st.characters(codec="utf-8"))  # line ends of every kind among them


@given(st.lists(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none()), max_size=5))
def test_what_is_appended_is_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    for row in rows:
        append_lines(path, [row])
    assert list(read_lines(path, dict)) == rows
    assert path.exists() == bool(rows)


def test_a_torn_line_is_no_line_at_any_byte(tmp_path):
    path = tmp_path / "x.jsonl"
    append_lines(path, [{"a": "ä"}, {"b": "中"}])
    content = path.read_bytes()
    first = content.index(b"\n") + 1
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        whole = [{"a": "ä"}] if cut >= first else []
        assert list(read_lines(path, dict)) == whole
        cut_torn_line(path)
        assert path.read_bytes() == content[: first * len(whole)]
    append_lines(path, [{"c": 3}])
    assert list(read_lines(path, dict)) == [{"a": "ä"}, {"c": 3}]


def test_there_is_nothing_in_a_file_that_is_not_there(tmp_path):
    assert list(read_lines(tmp_path / "x", dict)) == []
    cut_torn_line(tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("damaged", [b"{\n", b"\n", b"7\n", b'{"a": "\xff"}\n', b"[1]\n"])
def test_a_damaged_line_is_named_with_the_cure(tmp_path, damaged):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a": 1}\n' + damaged + b'{"a": 2}\n')
    with pytest.raises(RunError, match=r"x\.jsonl, line 2: cannot be read .* delete the line"):
        list(read_lines(path, lambda row: row["a"]))


def test_text_that_is_no_unicode_can_be_kept(tmp_path):
    append_lines(tmp_path / "x.jsonl", [{"a": "half \ud83d of a pair"}])
    assert list(read_lines(tmp_path / "x.jsonl", dict)) == [{"a": "half ? of a pair"}]


def test_a_row_holds_the_fields_as_they_are():
    @dataclass
    class Thing:
        name: str
        inside: dict

    inside = {}
    assert as_row(Thing("x", inside)) == {"name": "x", "inside": {}}
    assert as_row(Thing("x", inside))["inside"] is inside
