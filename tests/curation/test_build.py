"""All stages in a row, from raw downloads to questions that load with their pictures."""

import json
from pathlib import Path

import pytest
from datasets import Image

import mm_neuroonco
from eval import evaluate, load_model
from eval.floors import measure_file
from neuroonco.curation.build import build, survey_downloads
from neuroonco.curation.index import read_index
from neuroonco.curation.questions import find_subjects
from neuroonco.curation.settings import Settings
from neuroonco.curation.splits import Shares
from neuroonco.demo.layouts import write_source
from neuroonco.errors import CurationError, DataDirError, PictureError
from tests.published import write_json, write_picture

SETTINGS = Settings(shares=Shares(0.5, 0.2))
QUESTIONS = ("benchmark/closed/closed.json", "benchmark/open/open.json")
CONVERSATIONS = ("instruction/train.jsonl", "instruction/validation.jsonl")
TABLES = (
    "index.parquet",
    "attributes.parquet",
    "descriptions.jsonl",
    "conflicts.csv",
    "leakage.md",
    "statistics.md",
)


def no_floors(_path: Path) -> list:
    return []


@pytest.fixture(scope="module")
def built(raw, tmp_path_factory):
    """The folder of a build beside the raw downloads, and what it says of itself."""
    out = tmp_path_factory.mktemp("built")
    return out, build(raw, out, SETTINGS, measure_file)


def read(path):
    text = path.read_text(encoding="utf-8")
    return (
        [json.loads(line) for line in text.splitlines()]
        if path.suffix == ".jsonl"
        else json.loads(text)
    )


def everything(out):
    """What a build wrote, but for what it keeps to itself."""
    return {name: (out / name).read_bytes() for name in (*QUESTIONS, *CONVERSATIONS, *TABLES)}


def load(raw, out, config, tmp_path, **options):
    return mm_neuroonco.load(
        config, raw, annotations=out, cache_dir=str(tmp_path / "cache"), **options
    )


def test_every_file_is_there(built):
    out, said = built
    for name in (*QUESTIONS, *CONVERSATIONS, *TABLES, "statistics.html"):
        assert (out / name).stat().st_size > 0, name
    assert len(said.rows) == len(read_index(out / "index.parquet"))
    assert said.masks
    assert said.written.opened["Location"] > 0
    assert set(said.written.conversations["train"]) == {"open", "closed", "closed_cot"}


def test_published_field_names_and_types(built, shared):
    out, _ = built
    for name, published in (("closed", "vqa_pairs"), ("open", "qa_pairs")):
        theirs = read(shared / f"mm_neuroonco_v1.0/{name}.json")
        ours = read(out / f"benchmark/{name}/{name}.json")
        for record in ours:
            for field, value in theirs[0].items():
                assert type(record[field]) is type(value)
        known = {
            frozenset((k, type(v)) for k, v in q.items()) for r in theirs for q in r[published]
        }
        made = {frozenset((k, type(v)) for k, v in q.items()) for r in ours for q in r[published]}
        assert made <= known
    for name in CONVERSATIONS:
        for row in read(out / name):
            assert {"images", "messages", "task", "meta"} == set(row)
            assert row["messages"][0]["content"].startswith("<image>\n")
            assert {"id", "pair_index", "question_type", "subtype", "source"} <= set(row["meta"])


def test_ids_are_shared_and_say_nothing(built):
    out, _ = built
    closed, opened = ({r["id"]: r for r in read(out / name)} for name in QUESTIONS)
    assert set(closed) <= set(opened)
    assert all(closed[key]["image_path"] == opened[key]["image_path"] for key in closed)
    in_order = [opened[key]["meta"]["image_id"] for key in sorted(opened)]
    assert in_order != sorted(in_order)
    assert all(
        question["question_id"] == f"{key}_q{place}"
        for key, record in opened.items()
        for place, question in enumerate(record["qa_pairs"], start=1)
    )


def test_no_group_is_in_two_splits(built):
    out, said = built
    groups = [
        {record["meta"]["group"] for record in read(out / name)}
        for name in ("benchmark/open/open.json", *CONVERSATIONS)
    ]
    assert all(groups)
    for number, one in enumerate(groups):
        assert not any(one & other for other in groups[number + 1 :])
    assert sum(map(len, groups)) == len({s.group for s in find_subjects(said.rows, {}, {})})


@pytest.mark.parametrize("config", mm_neuroonco.CONFIGS)
def test_what_was_built_loads_with_its_pictures(built, raw, tmp_path, config):
    out, said = built
    loaded = load(raw, out, config, tmp_path)
    assert set(loaded) == ({"train", "validation"} if config == "instruction" else {"test"})
    paths = {row.path: row for row in said.rows}
    for split, rows in loaded.items():
        column = "images" if config == "instruction" else "image"
        for row in rows:
            about = paths[row["image_path"]]
            assert (row["category"], row["modality"], row["source"]) == (
                about.category,
                about.modality,
                about.source,
            )
            assert about.split == split
            picture = row[column][0] if config == "instruction" else row[column]
            assert picture.size == (about.width, about.height)
        if config == "instruction":
            lines = read(out / f"instruction/{split}.jsonl")
            said_there = [line["messages"][1]["content"] for line in lines]
            assert [row["messages"][1]["content"] for row in rows] == said_there


def test_a_volume_shows_the_slice_that_its_mask_chooses(built, raw, tmp_path):
    out, _ = built
    from_build = load(raw, out, "open", tmp_path, split="test")
    by_path = {row["image_path"]: row["image"].tobytes() for row in from_build}
    from_raw = mm_neuroonco.load(
        "open", raw, cache_dir=str(tmp_path / "other"), split="test", test_share=1.0
    )
    volumes = {
        row["image_path"]: row["image"].tobytes()
        for row in from_raw
        if row["image_path"].endswith(".nii.gz")
    }
    shown = {path: pixels for path, pixels in by_path.items() if path in volumes}
    assert shown
    assert all(volumes[path] == pixels for path, pixels in shown.items())


def test_the_builder_asks_the_same_from_raw(raw, tmp_path):
    """Where data_dir is raw, the same functions make the questions; ids are the pictures' own."""
    whole = tmp_path / "whole"
    build(raw, whole, Settings(shares=Shares(1.0, 0.1)), no_floors)
    records = {r["meta"]["image_id"]: r["vqa_pairs"] for r in read(whole / QUESTIONS[0])}
    loaded = mm_neuroonco.load(
        "closed", raw, cache_dir=str(tmp_path / "c"), split="test", test_share=1.0
    ).cast_column("image", Image(decode=False))
    assert {row["image_id"] for row in loaded} == set(records)
    for row in loaded:
        number = int(row["question_id"].rpartition("_q")[2])
        asked = records[row["image_id"]][number - 1]
        assert (row["question"], row["answer"]) == (asked["question"], asked["answer"])
        assert row["options"] == list(asked["options"].values())


def test_prior_runs_over_it(built, raw, tmp_path):
    out, _ = built
    dataset = load(raw, out, "closed", tmp_path, split="test")
    results = evaluate(dataset, load_model("baseline:prior"), tmp_path / "run")
    assert results.complete
    assert results.counts["scored"] == len(dataset)


def test_a_second_build_changes_nothing_and_reads_nothing(raw, built):
    out, said = built
    before = everything(out)
    written = {out / name: (out / name).stat().st_mtime_ns for name in before}
    del written[out / "descriptions.jsonl"]  # it is made at once from the two tables
    again = build(raw, out, SETTINGS, measure_file)
    assert again == said
    assert everything(out) == before
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_a_file_that_is_gone_is_written_again(raw, built):
    out, _ = built
    before = everything(out)
    (out / CONVERSATIONS[0]).unlink()
    build(raw, out, SETTINGS, measure_file)
    assert everything(out) == before


def test_another_order_and_more_processes_give_the_same(raw, built, tmp_path):
    out, _ = built
    other = Settings(shares=SETTINGS.shares, workers=3)
    build(raw, tmp_path / "again", other, measure_file)
    assert (out / "index.parquet").read_bytes() == (tmp_path / "again/index.parquet").read_bytes()
    ours, theirs = everything(out), everything(tmp_path / "again")
    for name in (*QUESTIONS, *CONVERSATIONS, "statistics.md"):
        assert ours[name] == theirs[name]


def test_another_seed_asks_otherwise(raw, built, tmp_path):
    out, _ = built
    build(raw, tmp_path, Settings(shares=SETTINGS.shares, seed=1), no_floors)
    assert read(tmp_path / QUESTIONS[0]) != read(out / QUESTIONS[0])


@pytest.mark.parametrize(
    ("until", "there", "lacking"),
    [
        ("index", "index.parquet", "attributes.parquet"),
        ("semantics", "attributes.parquet", "statistics.md"),
    ],
)
def test_until(raw, tmp_path, until, there, lacking):
    said = build(raw, tmp_path, Settings(until=until), no_floors)
    assert (tmp_path / there).exists()
    assert not (tmp_path / lacking).exists()
    assert said.written is None


def test_force_reads_again(raw, tmp_path):
    build(raw, tmp_path, Settings(until="index"), no_floors)
    before = (tmp_path / "index.parquet").stat().st_mtime_ns
    build(raw, tmp_path, Settings(until="index"), no_floors)
    assert (tmp_path / "index.parquet").stat().st_mtime_ns == before
    build(raw, tmp_path, Settings(until="index", force=True), no_floors)
    assert (tmp_path / "index.parquet").stat().st_mtime_ns > before


def test_silver_labels_are_asked(raw, tmp_path):
    build(raw, tmp_path, Settings(shares=Shares(1.0, 0.0)), no_floors)
    rows = [row for row in read_index(tmp_path / "index.parquet") if row.category != "healthy"]
    silver = [
        {"image_id": row.image_id, "margins": ["sharp", "ill-defined"][n % 2], "texture": "wavy"}
        for n, row in enumerate(rows)
    ]
    write_json(tmp_path / "silver.jsonl", silver)
    said = build(raw, tmp_path, Settings(shares=Shares(1.0, 0.0)), no_floors)
    counts = {count.kind: count for count in said.written.closed["test"]}
    assert counts["margins"].options == 2
    assert counts["margins"].asked > 0
    assert said.unread == {"texture: wavy": len(rows)}


class TestPlaces:
    @pytest.fixture
    def downloads(self, tmp_path):
        write_source(tmp_path / "downloads/kaggle", "17", per_class=4, size=48)
        return tmp_path / "downloads"

    def test_a_build_among_the_downloads_is_passed_over(self, downloads, tmp_path):
        settings = Settings(shares=Shares(1.0, 0.0))
        build(downloads, downloads / "built", settings, no_floors)
        first = {name: (downloads / "built" / name).read_bytes() for name in QUESTIONS}
        assert survey_downloads(downloads, downloads / "other").annotations["closed"] == []
        build(downloads, downloads / "built", settings, no_floors)
        assert {name: (downloads / "built" / name).read_bytes() for name in QUESTIONS} == first
        loaded = mm_neuroonco.load("open", downloads, cache_dir=str(tmp_path / "cache"))
        assert len(loaded["test"]) >= 12

    def test_not_on_top_of_the_downloads(self, downloads):
        with pytest.raises(CurationError, match="a folder of its own"):
            build(downloads, downloads, Settings(), no_floors)

    def test_nothing_to_index(self, tmp_path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(CurationError, match=r"empty: .*nothing to index"):
            build(tmp_path / "empty", tmp_path / "out", Settings(), no_floors)

    def test_annotations_that_are_none(self, downloads, tmp_path):
        (tmp_path / "notes").mkdir()
        with pytest.raises(DataDirError, match="no annotation file is there"):
            mm_neuroonco.load("closed", downloads, annotations=tmp_path / "notes")

    def test_a_picture_that_is_gone_is_missing(self, downloads, tmp_path):
        out = tmp_path / "out"
        build(downloads, out, Settings(shares=Shares(1.0, 0.0)), no_floors)
        path = read(out / QUESTIONS[0])[0]["image_path"]
        (downloads / path).unlink()
        with pytest.raises(PictureError, match=r"1 of \d+ pictures are missing"):
            mm_neuroonco.load(
                "closed", downloads, annotations=out, cache_dir=str(tmp_path / "cache")
            )

    def test_broken_pictures_and_masks_do_not_end_a_build(self, tmp_path):
        raw = tmp_path / "raw"
        write_source(raw, "10", per_class=2, size=48)
        write_picture(raw / "Gliomas/none.png")
        mask = next(raw.rglob("*mask*"))
        mask.write_bytes(b"broken")
        picture = next(p for p in sorted(raw.rglob("*.tif")) if "mask" not in p.name)
        picture.write_bytes(picture.read_bytes()[:-100])
        said = build(raw, tmp_path / "out", Settings(), no_floors)
        assert [row.path for row in said.rows if row.width is None] == [
            picture.relative_to(raw).as_posix()
        ]
        assert sum(bool(row.error) for row in said.masks.values()) >= 1
        assert "broken file | 1" in (tmp_path / "out/statistics.md").read_text()
