"""The walk sees every file under the root once, and nothing outside it."""

import os
import unicodedata

import pytest

from neuroonco.errors import DataDirError
from neuroonco.tree import check_relative, scan


@pytest.fixture
def root(tmp_path):
    for path in ("b/2.txt", "a/1.txt", "top.txt", ".git/x", "__MACOSX/y", "a/.DS_Store"):
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text(path)
    return tmp_path / "root"


def test_files_sorted_without_hidden_ones(root):
    tree = scan(root)
    assert list(tree.files) == ["a/1.txt", "b/2.txt", "top.txt"]
    assert tree.files["a/1.txt"].size == len("a/1.txt")
    assert {folder: len(files) for folder, files in tree.folders.items()} == {"": 1, "a": 1, "b": 1}


def test_links_inside_are_followed_links_outside_refused(root, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "3.txt").write_text("secret")
    (root / "inside").symlink_to(root / "b")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "file").symlink_to(tmp_path / "secret" / "3.txt")
    (root / "b" / "loop").symlink_to(root)
    tree = scan(root)
    assert tree.refused == ("file", "outside")
    assert set(tree.files) == {"a/1.txt", "b/2.txt", "top.txt", "inside/2.txt"}


def test_a_root_that_is_a_link_is_fine(root, tmp_path):
    (tmp_path / "link").symlink_to(root)
    assert scan(tmp_path / "link").root == root.resolve()


def test_find_in_either_unicode_form(tmp_path):
    name = unicodedata.normalize("NFD", "Lesões.txt")
    (tmp_path / name).write_text("x")
    tree = scan(tmp_path)
    found = tree.find(unicodedata.normalize("NFC", name))
    assert found is not None
    assert tree.find("none.txt") is None


@pytest.mark.parametrize("path", ["/a", "../a", "a/../../b", "C:/a", "C:\\a", "..\\a", "a\0b"])
def test_paths_that_lead_out(path):
    with pytest.raises(DataDirError, match="leads out of data_dir"):
        check_relative(path)


def test_no_folder(tmp_path):
    with pytest.raises(DataDirError, match="is not a folder"):
        scan(tmp_path / "none")


def test_stamp_changes_when_the_mtime_is_set_back(root):
    before = scan(root).files["top.txt"]
    (root / "top.txt").write_text("TOP.TXT")
    os.utime(root / "top.txt", ns=(before.mtime_ns, before.mtime_ns))
    after = scan(root).files["top.txt"]
    assert after.mtime_ns == before.mtime_ns
    assert after.size == before.size
    assert after.stamp != before.stamp


def test_without_folders(root):
    (root / "a" / "deep").mkdir()
    (root / "a" / "deep" / "4.txt").write_text("4")
    (root / "ab.txt").write_text("ab")
    tree = scan(root).without(["a"])
    assert list(tree.files) == ["ab.txt", "b/2.txt", "top.txt"]
    assert set(tree.folders) == {"", "b"}
    assert list(scan(root).without([]).files) == list(scan(root).files)
