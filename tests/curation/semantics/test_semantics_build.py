"""`attributes.parquet`: every convention, errors in their rows, nothing done twice."""

import os
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from neuroonco import prepare
from neuroonco.curation.semantics import build_attributes, describe, read_attributes
from neuroonco.curation.semantics.table import SCHEMA, AttributeRow, write_attributes
from neuroonco.demo.layouts import write_source
from neuroonco.errors import CurationError, DataDirError
from neuroonco.sources import describe as describe_picture
from neuroonco.sources import load_sources, recognise
from neuroonco.tree import scan

SOURCES = {"05": {}, "07": {}, "10": {}, "15": {}, "16": {}, "18": {}, "19": {"release": "old"}}


@dataclass(frozen=True)
class Row:
    """The columns of the index that are used."""

    image_id: str
    path: str
    source: str
    category: str
    modality: str
    mask: str
    width: int | None
    height: int | None


def rows_of(root):
    tree = scan(root)
    for found in recognise(tree, load_sources().values()):
        for match in found.matches:
            picture = describe_picture(match, found, tree)
            mask = tree.files.get(picture.mask)
            width, height = prepare.decode(tree.root, match.file, mask).size
            yield Row(
                image_id=picture.image_id,
                path=picture.path,
                source=picture.source,
                category=picture.category,
                modality=picture.modality,
                mask=picture.mask,
                width=width,
                height=height,
            )


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("masked")
    for source, variant in SOURCES.items():
        write_source(folder / source, source, per_class=1, size=64, **variant)
    write_source(folder / "new", "19", per_class=1, size=64, versions=("BrainTumorYolov8",))
    write_source(folder / "flat", "16", per_class=2, size=64, pictures=True)
    return folder


@pytest.fixture(scope="module")
def rows(root):
    return list(rows_of(root))


@pytest.fixture
def one(tmp_path):
    """A picture of 40 x 30 pixels with its mask, and the row of the index for it."""
    mask = np.zeros((30, 40), np.uint8)
    mask[3:9, 2:10] = 255
    for name in ("a.png", "mask.png"):
        Image.fromarray(mask).save(tmp_path / name)
    return Row("15/a.png", "a.png", "15", "tumor", "t1ce", "mask.png", 40, 30)


def test_every_convention(root, rows, tmp_path):
    found = build_attributes(rows, root, tmp_path, workers=1)
    assert list(found) == [row.image_id for row in rows if row.mask or row.source == "07"]
    assert not [row.error for row in found.values() if row.error]
    kinds = {name.split("/")[0]: set() for name in found}
    for name, row in found.items():
        kinds[name.split("/")[0]].add(row.mask_kind)
    assert kinds == {
        "05": {"mask"},
        "07": {"mask"},
        "10": {"mask"},
        "15": {"mask"},
        "16": {"labels", "mask"},
        "18": {"mask"},
        "19": {"box", "polygon"},
    }
    for row in rows:
        if row.image_id in found:
            one = found[row.image_id]
            assert (one.mask_width, one.mask_height) == (row.width, row.height)
            assert one.convention == ("radiological" if one.slice is not None else "as stored")
            is_volume = row.path.endswith(".nii.gz")
            assert (one.slice is not None) == (one.enhancing_share is not None) == is_volume


def test_the_sequences_of_a_case_agree(root, rows, tmp_path):
    found = build_attributes(rows, root, tmp_path, workers=1)
    volumes = [found[row.image_id] for row in rows if row.path.endswith(".nii.gz")]
    assert len(volumes) == 4
    one, *others = [replace(row, image_id="") for row in volumes]
    assert all(other == one for other in others)
    assert one.enhancing_share + one.core_share + one.oedema_share == pytest.approx(1)


def test_the_file_is_what_was_measured(root, rows, tmp_path):
    found = build_attributes(rows, root, tmp_path, workers=1)
    assert read_attributes(tmp_path / "attributes.parquet") == found
    table = pq.read_table(tmp_path / "attributes.parquet")
    assert table.schema.equals(SCHEMA)
    assert [path.name for path in tmp_path.iterdir()] == ["attributes.parquet"]
    row = next(row for row in rows if row.source == "05" and row.mask)
    direct = describe(np.asarray(Image.open(root / row.mask)))
    assert all(
        getattr(found[row.image_id], name) == getattr(direct, name) for name in direct.__slots__
    )


def test_processes_change_nothing(root, rows, tmp_path):
    many = [replace(row, image_id=f"{row.image_id} {n}") for n in range(4) for row in rows]
    alone = build_attributes(many, root, tmp_path / "a", workers=1)
    assert build_attributes(many, root, tmp_path / "b", workers=2) == alone
    assert len(alone) > 128  # so that there is work for two


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("mask.png", b"broken", r"mask\.png: no JPEG, PNG"),
        ("mask.png", None, r"mask\.png: there is no such file"),
        ("mask.png", np.zeros((30, 40), np.uint8), r"mask\.png: marks no lesion"),
        ("mask.png", np.full((40, 30), 255, np.uint8), r"30 x 40 pixels, its picture 40 x 30"),
        ("mask.txt", b"0 1 2", r"mask\.txt, line 1"),
        ("mask.nii.gz", b"broken", r"mask\.nii\.gz: no NIfTI volume"),
    ],
)
def test_a_flaw_stays_in_its_row(tmp_path, one, name, content, cause):
    bad = replace(one, image_id="15/b.png", mask=f"b/{name}")
    path = tmp_path / "b" / name
    path.parent.mkdir()
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        Image.fromarray(content).save(path)
    found = build_attributes([bad, one], tmp_path, tmp_path / "out", workers=1)
    assert list(found) == ["15/b.png", "15/a.png"]
    assert found["15/a.png"].error == ""
    with pytest.raises(AssertionError, match=cause):
        raise AssertionError(found["15/b.png"].error)
    assert found["15/b.png"].size == ""
    stored = pq.read_table(tmp_path / "out" / "attributes.parquet").to_pylist()[0]
    measured = ("mask_kind", "size", "shape", "area_share", "components", "bbox", "convention")
    assert all(stored[column] is None for column in measured)
    again = read_attributes(tmp_path / "out" / "attributes.parquet")["15/b.png"]
    assert (again.error, again.size, again.components) == (found["15/b.png"].error, "", 0)


def test_pictures_without_a_mask_or_broken_have_no_row(tmp_path, one):
    others = [replace(one, image_id="x", mask=""), replace(one, image_id="y", width=None)]
    assert list(build_attributes([one, *others], tmp_path, tmp_path / "out")) == [one.image_id]


def test_masks_outside_the_raw_downloads_are_refused(tmp_path, one):
    with pytest.raises(DataDirError, match="leads out"):
        build_attributes([replace(one, mask="../mask.png")], tmp_path, tmp_path / "out")


def forge(out):
    """Make every row tell that it was read before."""
    rows = read_attributes(out / "attributes.parquet")
    write_attributes(
        out / "attributes.parquet", [replace(row, components=77) for row in rows.values()]
    )


def test_unchanged_masks_are_not_read_again(tmp_path, one):
    out = tmp_path / "out"
    first = build_attributes([one], tmp_path, out)
    forge(out)
    before = (out / "attributes.parquet").stat().st_mtime_ns
    assert build_attributes([one], tmp_path, out)[one.image_id].components == 77
    assert (out / "attributes.parquet").stat().st_mtime_ns == before
    stat = (tmp_path / "mask.png").stat()
    mask = np.zeros((30, 40), np.uint8)
    mask[20:28, 30:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    os.utime(tmp_path / "mask.png", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    again = build_attributes([one], tmp_path, out)[one.image_id]
    assert (first[one.image_id].location, again.location) == (
        "Upper-Left Region",
        "Lower-Right Region",
    )


def test_new_and_lost_pictures(tmp_path, one):
    out, other = tmp_path / "out", replace(one, image_id="15/other")
    build_attributes([one], tmp_path, out)
    forge(out)
    both = build_attributes([other, one], tmp_path, out)
    assert [(name, row.components) for name, row in both.items()] == [
        ("15/other", 1),
        ("15/a.png", 77),
    ]
    build_attributes([other], tmp_path, out)
    assert list(read_attributes(out / "attributes.parquet")) == ["15/other"]


def test_an_interrupted_run_goes_on(tmp_path, one, monkeypatch):
    out = tmp_path / "out"
    others = [replace(one, image_id=str(n), mask=f"{n}.png") for n in range(4)]
    for last in ("1.png", "3.png"):

        def stop(jobs, last=last, **_):
            if jobs[0].mask == last:
                raise KeyboardInterrupt
            return [
                AttributeRow(image_id=job.image_id, stamp=job.stamp, error=last) for job in jobs
            ]

        monkeypatch.setattr("neuroonco.curation.semantics.build.measure_all", stop)
        with pytest.raises(KeyboardInterrupt):
            build_attributes(others, tmp_path, out, workers=1)
        assert not (out / "attributes.parquet").exists()
    monkeypatch.undo()
    found = build_attributes(others, tmp_path, out, workers=1)
    done = ["1.png", "3.png", "3.png"]  # by the first run and the second, and not measured again
    assert [row.error for row in found.values()][:3] == done
    assert "no such file" in found["3"].error
    assert [path.name for path in out.iterdir()] == ["attributes.parquet"]


@pytest.mark.parametrize("content", [None, b"", b"PAR1 broken PAR1"])
def test_unreadable_files_are_named(tmp_path, content):
    path = tmp_path / "attributes.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CurationError, match=r"attributes\.parquet: cannot be read"):
        read_attributes(path)


def test_an_unreadable_file_is_written_anew(tmp_path, one):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "attributes.parquet").write_bytes(b"broken")
    found = build_attributes([one], tmp_path, tmp_path / "out")
    assert read_attributes(tmp_path / "out" / "attributes.parquet") == found


def test_real_boxes(shared, tmp_path):
    raw = shared / "raw" / "brain-tumor-detection"
    rows = list(rows_of(raw))
    found = build_attributes(rows, raw, tmp_path)
    assert len(found) == len(rows) == 230
    assert {row.mask_kind for row in found.values()} == {"box"}
    assert not [row.error for row in found.values() if row.error]
