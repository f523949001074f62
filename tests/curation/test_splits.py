"""No patient and no copy of a file stands in two splits, or in a split and the benchmark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.splits import Member, Shares, assign
from neuroonco.tree import scan

SHARES = Shares(test=0.2, validation=0.1)


def members(root, patients, contents):
    for number, content in enumerate(contents):
        (root / f"{number:03}.bin").write_bytes(b"x" * 3000 + content)
    files = list(scan(root).files.values())
    return [Member(file, patient) for file, patient in zip(files, patients, strict=True)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c", "d", "e"]), st.binary(max_size=1)),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 5),
)
def test_groups_are_never_parted(tmp_path_factory, pictures, held):
    root = tmp_path_factory.mktemp("splits")
    everyone = members(root, [p for p, _ in pictures], [c for _, c in pictures])
    held_out, free = everyone[:held], everyone[held:]
    splits = assign(root, free, held_out, SHARES)
    placed = list(zip(pictures[held:], splits, strict=True))
    placed += [(picture, "") for picture in pictures[:held]]
    for kind, empty in ((0, ""), (1, None)):
        for value in {picture[kind] for picture, _ in placed} - {empty}:
            assert len({split for picture, split in placed if picture[kind] == value}) == 1


def test_shares(tmp_path):
    everyone = members(tmp_path, [""] * 200, [bytes([n]) for n in range(200)])
    splits = assign(tmp_path, everyone, [], SHARES)
    assert [splits.count(name) for name in ("test", "validation", "train")] == [40, 16, 144]
    assert assign(tmp_path, everyone, [], SHARES) == splits


@pytest.mark.parametrize(("test", "expected"), [(1.0, {"test"}), (0.0, {"train", "validation"})])
def test_whole_shares(tmp_path, test, expected):
    everyone = members(tmp_path, [""] * 50, [bytes([n]) for n in range(50)])
    assert set(assign(tmp_path, everyone, [], Shares(test, 0.1))) == expected


def test_one_picture_is_tested(tmp_path):
    assert assign(tmp_path, members(tmp_path, [""], [b""]), [], SHARES) == ["test"]
