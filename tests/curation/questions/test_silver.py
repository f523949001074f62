"""Silver labels: spellings are told, what no question offers is counted."""

import json

import pytest

from neuroonco.curation.questions import read_silver
from neuroonco.errors import AnnotationError


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_spellings(tmp_path):
    silver = read_silver(
        write(
            tmp_path / "silver.jsonl",
            {"image_id": "a", "margins": "well circumscribed", "edema": "Mild", "texture": None},
            {
                "image_id": "b",
                "enhancement": "Ring enhancement",
                "signal_intensity": "HYPERINTENSE",
            },
        )
    )
    assert silver.signs == {
        "a": {"margins": "Well-defined", "edema": "Present"},
        "b": {"enhancement": "Present", "signal_intensity": "Hyperintense"},
    }
    assert not silver.unread


def test_what_is_not_known_is_counted(tmp_path):
    rows = [{"image_id": str(n), "margins": "wavy", "shape": "Lobulated"} for n in range(3)]
    silver = read_silver(write(tmp_path / "silver.jsonl", *rows))
    assert silver.unread == {"margins: wavy": 3}


def test_none_there(tmp_path):
    assert read_silver(tmp_path / "silver.jsonl").signs == {}


@pytest.mark.parametrize("row", [["a"], {"margins": "clear"}, {"image_id": 3}])
def test_malformed(tmp_path, row):
    with pytest.raises(AnnotationError, match=r"silver\.jsonl.*image_id"):
        read_silver(write(tmp_path / "silver.jsonl", row))
