"""A list is read record by record, and means what the json module says it means."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.errors import AnnotationError
from neuroonco.json_records import read_records

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=5), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_lists(tmp_path_factory, records, indent, ascii_only):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(records, indent=indent, ensure_ascii=ascii_only), encoding="utf-8")
    assert [record for record, _ in read_records(path, "a.json")] == records


@given(st.lists(values, max_size=5))
def test_lines(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n\n".join(lines), encoding="utf-8", newline="\n")
    found = list(read_records(path, "a.jsonl"))
    assert [record for record, _ in found] == records
    assert [where for _, where in found] == [
        f"a.jsonl, line {2 * number + 1}" for number in range(len(records))
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1"),
        ("{}", "a list of records"),
        ("7", "a list of records"),
        ("[1,\n2", "line 2, column 2.*delimiter"),
        ("[1 2]", "column 4.*delimiter"),
        ("[1,]", "line 1, column 4"),
        ("[1]\nx", "line 2, column 1.*Extra data"),
        ("[\n{'a': 1}]", "line 2"),
    ],
)
def test_flaws(tmp_path, text, message):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(AnnotationError, match=message):
        list(read_records(tmp_path / "a.json", "a.json"))


def test_byte_order_mark_and_windows_lines(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf[1,\r\n2]\r\n")
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf1\r\n2\r\n")
    for name in ("a.json", "a.jsonl"):
        assert [record for record, _ in read_records(tmp_path / name, name)] == [1, 2]
