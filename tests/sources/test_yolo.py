"""Label files: polygons, boxes, none; data.yaml names the classes."""

import pytest

from neuroonco.errors import PictureError
from neuroonco.sources.yolo import NO_LESION, read_class
from neuroonco.tree import scan

PATH = "train/labels/a.txt"


def read(folder, text, names=None):
    (folder / PATH).parent.mkdir(parents=True, exist_ok=True)
    (folder / PATH).write_text(text)
    if names is not None:
        (folder / "data.yaml").write_text(names)
    return read_class(scan(folder), PATH, ("glioma", "meningioma"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("1 0.5 0.5 0.1 0.1", "meningioma"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2\n1 0.5 0.5 0.1 0.1\n", "glioma"),
        ("", NO_LESION),
        ("\n", NO_LESION),
    ],
)
def test_class_of_the_first_object(tmp_path, text, label):
    assert read(tmp_path, text) == label


@pytest.mark.parametrize("names", ["names: [b, a]", "names: {0: b, 1: a}"])
def test_data_yaml_goes_before_the_table(tmp_path, names):
    assert read(tmp_path, "1 0.5 0.5 0.1 0.1", names) == "a"


@pytest.mark.parametrize("line", ["7 0.5 0.5 0.1 0.1", "x 0.5 0.5 0.1 0.1", "0 0.5", "0 a b c d"])
def test_flaws_are_named_with_their_line(tmp_path, line):
    with pytest.raises(PictureError, match=r"train/labels/a\.txt, line 2"):
        read(tmp_path, f"0 0.5 0.5 0.1 0.1\n{line}")


@pytest.mark.parametrize("names", ["nc: 2", "[", "- a"])
def test_data_yaml_without_names(tmp_path, names):
    with pytest.raises(PictureError, match=r"data\.yaml: has no list of class names"):
        read(tmp_path, "0 0.5 0.5 0.1 0.1", names)
