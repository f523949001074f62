"""A source that nobody has described is used through the user's class map."""

import pytest

from neuroonco.errors import DataDirError
from neuroonco.layout import survey
from neuroonco.sources import describe
from neuroonco.sources.class_map import EXAMPLE
from tests.published import write_picture

MAP = """
- source: "14"
  folder: fourteen
  modality: t2
  classes: {glioma: glioma, no tumour: healthy}
"""


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(["train/glioma/1.jpg", "train/no tumour/2.png", "extra/3.png"]):
        write_picture(tmp_path / "fourteen" / name, shade=number)
    return tmp_path


def pictures(folder):
    layout = survey(folder)
    return [describe(match, f, layout.tree) for f in layout.found for match in f.matches]


def test_without_a_map_it_is_not_recognised(folder):
    assert pictures(folder) == []


def test_with_a_map(folder):
    (folder / "class_map.yaml").write_text(MAP)
    found = {p.path: (p.source, p.category, p.modality) for p in pictures(folder)}
    assert found == {
        "fourteen/train/glioma/1.jpg": ("14", "glioma", "t2"),
        "fourteen/train/no tumour/2.png": ("14", "healthy", "t2"),
    }


def test_the_example_is_valid(tmp_path):
    (tmp_path / "class_map.yaml").write_text(EXAMPLE)
    write_picture(tmp_path / "my-download-of-14/glioma/1.png")
    assert [p.category for p in pictures(tmp_path)] == ["glioma"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not valid YAML"),
        ("source: 14", "a list of entries"),
        ("- {source: '99', folder: a, classes: {}}", "entry 1: it needs source"),
        ("- {source: '14', classes: {}}", "entry 1: it needs source"),
        ("- {source: '14', folder: a, classes: {x: cyst}}", "'cyst' is unknown"),
        ("- {source: '14', folder: a, modality: ct, classes: {}}", "'ct' is unknown"),
        ("- {source: '14', folder: ../a, classes: {}}", "leads out of data_dir"),
    ],
)
def test_flaws_are_named(folder, text, message):
    (folder / "class_map.yaml").write_text(text)
    with pytest.raises(DataDirError, match=message):
        survey(folder)
