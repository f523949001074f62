"""The quick grouping of files that are not indexed."""

from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.copies import group_files
from neuroonco.tree import scan


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c"]), st.binary(max_size=1)),
        min_size=1,
        max_size=20,
    )
)
def test_files_of_one_patient_or_one_content_are_together(tmp_path_factory, pictures):
    root = tmp_path_factory.mktemp("copies")
    for number, (_, content) in enumerate(pictures):
        (root / f"{number:03}.bin").write_bytes(b"x" * 3000 + content)
    files = list(scan(root).files.values())
    groups = group_files(root, files, [patient for patient, _ in pictures])
    for kind, nothing in ((0, ""), (1, None)):
        for value in {picture[kind] for picture in pictures} - {nothing}:
            same = {
                g for g, picture in zip(groups, pictures, strict=True) if picture[kind] == value
            }
            assert len(same) == 1


def test_files_of_one_size_with_another_end_are_not_one(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 5000 + b"a")
    (tmp_path / "b.bin").write_bytes(b"x" * 5000 + b"b")
    files = list(scan(tmp_path).files.values())
    assert group_files(tmp_path, files, ["", ""]) == ["a.bin", "b.bin"]
