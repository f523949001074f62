"""The loader: every way to call it, every trap of the library, on any supported release of it."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import datasets
import datasets.data_files
import pytest
from datasets import load_dataset
from packaging.version import Version

import mm_neuroonco
from neuroonco.demo.layouts import write_source
from neuroonco.demo.published import write_canonical, write_release
from neuroonco.errors import AnnotationError, DataDirError, PictureError
from neuroonco.prompts import load_words
from tests.published import (
    PATHS,
    closed_record,
    conversation,
    write_benchmark,
    write_json,
    write_picture,
)

ROOT = Path(mm_neuroonco.__file__).parent


@pytest.fixture
def load(tmp_path):
    """`load_dataset` by name, with a cache of its own."""

    def _load(*args, **kwargs):
        return load_dataset("mm_neuroonco", *args, cache_dir=str(tmp_path / "cache"), **kwargs)

    return _load


@pytest.fixture
def benchmark(tmp_path) -> Path:
    return write_benchmark(tmp_path / "data", PATHS)


def config_id(data_dir: Path, config: str = "closed", **options) -> str:
    return mm_neuroonco.MMNeuroOnco(config_name=config, data_dir=str(data_dir), **options).config_id


def rows_of(dataset) -> list[dict]:
    """Rows with the picture as its path, so that they compare."""
    undecoded = dataset.cast_column("image", datasets.Image(decode=False))
    return [row | {"image": row["image"]["path"]} for row in undecoded]


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


class TestCalls:
    def test_default_config_is_closed(self, load, benchmark, tmp_path):
        assert "options" in load(data_dir=str(benchmark))["test"].column_names
        (cached,) = (tmp_path / "cache" / "mm_neuroonco").iterdir()
        assert cached.name.startswith("closed-")

    def test_unknown_config_names_the_known(self, load, benchmark):
        with pytest.raises(ValueError, match="closed"):
            load("close", data_dir=str(benchmark))

    @pytest.mark.parametrize("config", mm_neuroonco.CONFIGS)
    def test_public_api_gives_the_same(self, load, raw, tmp_path, config):
        by_name = load(config, data_dir=str(raw))
        by_function = mm_neuroonco.load(config, raw, cache_dir=str(tmp_path / "other"))
        assert list(by_name) == list(by_function)
        for split, expected in by_name.items():
            assert by_function[split].features == expected.features
            assert by_function[split].to_list()[0].keys() == expected.to_list()[0].keys()
            column = expected.column_names[0]
            assert by_function[split][column] == expected[column]

    def test_both_ways_share_one_cache(self, load, benchmark, tmp_path):
        load(data_dir=str(benchmark))
        mm_neuroonco.load(data_dir=benchmark, cache_dir=str(tmp_path / "cache"))
        (config,) = (tmp_path / "cache" / "mm_neuroonco").iterdir()
        (version,) = config.iterdir()
        assert len([entry for entry in version.iterdir() if entry.is_dir()]) == 1

    def test_loading_script(self, benchmark, tmp_path):
        script = str(ROOT / "mm_neuroonco.py")
        options = {"data_dir": str(benchmark), "cache_dir": str(tmp_path / "cache")}
        if Version(datasets.__version__) >= Version("4.0.0"):
            with pytest.raises(RuntimeError, match="scripts are no longer supported"):
                load_dataset(script, "closed", **options)
        else:
            # The user's own word: datasets 3 runs no script without it, not even a local one.
            loaded = load_dataset(script, "closed", trust_remote_code=True, **options)
            assert len(loaded["test"]) == len(PATHS)

    def test_a_folder_of_that_name_does_not_capture_it(
        self, load, benchmark, tmp_path, monkeypatch
    ):
        (tmp_path / "mm_neuroonco").mkdir()
        (tmp_path / "mm_neuroonco" / "other.txt").write_text("other")
        monkeypatch.chdir(tmp_path)
        assert len(load(data_dir=str(benchmark))["test"]) == len(PATHS)

    def test_without_the_private_table_load_still_works(self, benchmark, tmp_path):
        code = (
            "import datasets.load, warnings; del datasets.load._PACKAGED_DATASETS_MODULES\n"
            "with warnings.catch_warnings(record=True) as caught:\n"
            "    warnings.simplefilter('always'); import mm_neuroonco\n"
            "assert 'mm_neuroonco.load' in str(caught[0].message)\n"
            f"cache = {str(tmp_path / 'c')!r}\n"
            f"d = mm_neuroonco.load('closed', {str(benchmark)!r}, cache_dir=cache)\n"
            "print(len(d['test']))"
        )
        done = run_python(code)
        assert done.stdout.strip() == str(len(PATHS)), done.stderr


class TestDataDir:
    def test_none_is_a_clear_error(self, load, tmp_path, monkeypatch):
        (tmp_path / "pictures.csv").write_text("a,b\n1,2\n")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(DataDirError, match="pass data_dir="):
            load("closed")

    def test_environment_names_it(self, load, benchmark, monkeypatch):
        monkeypatch.setenv("MM_NEUROONCO_DATA_DIR", str(benchmark))
        assert len(load("closed")["test"]) == len(PATHS)

    def test_nothing_there_says_what_to_do(self, load, tmp_path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(DataDirError, match="mm-neuroonco check"):
            load("closed", data_dir=str(tmp_path / "empty"))

    def test_the_library_lists_no_folder(self, load, benchmark, monkeypatch):
        def refuse(*_args, **_kwargs):
            raise AssertionError("data_dir was listed")

        monkeypatch.setattr(datasets.data_files, "resolve_pattern", refuse)
        monkeypatch.setattr(datasets.load, "get_data_patterns", refuse)
        assert len(load("closed", data_dir=str(benchmark))["test"]) == len(PATHS)

    def test_a_link_that_leads_out_is_refused_by_name(self, load, benchmark, tmp_path):
        (tmp_path / "outside").mkdir()
        (benchmark / "elsewhere").symlink_to(tmp_path / "outside")
        with pytest.raises(DataDirError, match=r"elsewhere.*lead out"):
            load("closed", data_dir=str(benchmark))

    @pytest.mark.parametrize("path", ["../outside.jpg", "/etc/outside.jpg", "C:\\outside.jpg"])
    def test_a_path_that_leads_out_is_refused_by_name(self, load, tmp_path, path):
        write_json(tmp_path / "data/benchmark/closed/closed.json", [closed_record(1, path)])
        with pytest.raises(DataDirError, match=r"closed\.json, record 1.*outside"):
            load("closed", data_dir=str(tmp_path / "data"))


class TestCacheKey:
    def test_same_content_same_key(self, benchmark):
        assert config_id(benchmark) == config_id(benchmark)

    def test_edit_that_keeps_size_and_mtime(self, load, benchmark):
        file = benchmark / "benchmark/closed/closed.json"
        assert set(load(data_dir=str(benchmark))["test"]["answer"]) == {"A"}
        before = file.stat()
        file.write_text(file.read_text().replace('"answer": "A"', '"answer": "B"'))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
        assert set(load(data_dir=str(benchmark))["test"]["answer"]) == {"B"}

    def test_picture_written_anew_with_its_old_mtime(self, benchmark):
        before = config_id(benchmark)
        picture = benchmark / PATHS[0]
        stat = picture.stat()
        picture.write_bytes(picture.read_bytes())
        os.utime(picture, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert config_id(benchmark) != before

    def test_moved_folder_is_read_anew(self, load, benchmark, tmp_path):
        load(data_dir=str(benchmark))
        moved = tmp_path / "moved"
        benchmark.rename(moved)
        loaded = load(data_dir=str(moved))["test"]
        assert loaded[0]["image"].size == (16, 16)

    def test_unrelated_file_changes_nothing(self, benchmark):
        before = config_id(benchmark)
        (benchmark / "notes.txt").write_text("notes")
        shutil.copy(benchmark / PATHS[0], benchmark / "screenshot.png")
        assert config_id(benchmark) == before

    def test_a_picture_that_asks_nothing_counts_where_duplicates_are_sought(self, tmp_path):
        write_source(tmp_path, "13", per_class=1, size=32)
        before = config_id(tmp_path)
        scan = next(path for path in tmp_path.rglob("*.*") if "CT scan" in str(path))
        scan.write_bytes(scan.read_bytes() + b"more")
        assert config_id(tmp_path) != before

    def test_every_option_counts(self, raw):
        features = datasets.Features({"question_id": datasets.Value("string")})
        keys = [
            config_id(raw),
            config_id(raw, "open"),
            config_id(raw, missing="skip"),
            config_id(raw, test_share=0.5),
            config_id(raw, features=features),
        ]
        assert len(set(keys)) == len(keys)

    @pytest.mark.parametrize("option", [{"missing": "ignore"}, {"test_share": 0}])
    def test_option_without_meaning(self, raw, option):
        with pytest.raises(ValueError, match=next(iter(option))):
            config_id(raw, **option)


class TestLibrary:
    def test_processes_give_the_same_rows_in_the_same_order(self, tmp_path):
        write_canonical(
            tmp_path / "data",
            [closed_record(n, f"glioma/01/glioma_01 ({n}).jpg") for n in range(1, 301)],
            size=16,
        )
        one = mm_neuroonco.load(data_dir=tmp_path / "data", cache_dir=str(tmp_path / "a"))
        many = mm_neuroonco.load(
            data_dir=tmp_path / "data", cache_dir=str(tmp_path / "b"), num_proc=3
        )
        assert rows_of(many["test"]) == rows_of(one["test"])

    def test_spawned_processes(self, tmp_path):
        write_canonical(
            tmp_path / "data",
            [closed_record(n, f"glioma/01/glioma_01 ({n}).jpg") for n in range(1, 151)],
            size=16,
        )
        script = tmp_path / "spawn.py"
        script.write_text(
            "import multiprocess\n"
            "if __name__ == '__main__':\n"
            "    multiprocess.set_start_method('spawn')\n"
            "    import mm_neuroonco\n"
            "    from datasets import load_dataset\n"
            f"    d = load_dataset('mm_neuroonco', 'closed', data_dir={str(tmp_path / 'data')!r},\n"
            f"        cache_dir={str(tmp_path / 'c')!r}, num_proc=2)\n"
            "    print(d['test']['question_id'][:] == [f'{n}_q1' for n in range(1, 151)])\n"
        )
        done = run_python(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')")
        assert done.stdout.strip() == "True", done.stderr

    @pytest.mark.parametrize("config", ["closed", "open"])
    def test_streaming_gives_the_same_rows(self, load, raw, config):
        built = load(config, data_dir=str(raw), split="test")
        streamed = load(config, data_dir=str(raw), split="test", streaming=True)
        assert rows_of(streamed) == rows_of(built)

    def test_slices(self, load, benchmark):
        assert load("closed", data_dir=str(benchmark), split="test[:50%]")["question_id"][:] == [
            "1_q1",
            "2_q1",
        ]

    def test_pictures_are_paths_and_nothing_is_copied(self, load, benchmark):
        loaded = load("closed", data_dir=str(benchmark))["test"]
        stored = loaded.cast_column("image", datasets.Image(decode=False))[0]["image"]
        assert stored == {"path": str(benchmark / PATHS[0]), "bytes": None}
        assert loaded[0]["image"].size == (16, 16)

    def test_empty_split_is_omitted(self, load, tmp_path):
        rows = [conversation("a/b.png")]
        write_json(tmp_path / "data/training/train_open.jsonl", rows)
        write_benchmark(tmp_path / "data", ["glioma/01/glioma_01 (1).jpg"])
        (tmp_path / "data/a").mkdir()
        shutil.copy(tmp_path / "data/glioma/01/glioma_01 (1).jpg", tmp_path / "data/a/c.jpg")
        write_picture(tmp_path / "data/a/b.png", shade=99)
        assert list(load("instruction", data_dir=str(tmp_path / "data"))) == ["train"]


class TestLayouts:
    @pytest.mark.parametrize("write", [write_canonical, write_release])
    def test_published_benchmark(self, load, shared, tmp_path, write):
        annotations = shared / "mm_neuroonco_v1.0"
        closed = json.loads((annotations / "closed.json").read_text())
        opened = json.loads((annotations / "open.json").read_text())
        write(tmp_path / "data", closed, opened, size=16)
        loaded = load("closed", data_dir=str(tmp_path / "data"), split="test")
        asked = [
            (f"{record['id']}_q{number}", question)
            for record in closed
            for number, question in enumerate(record["vqa_pairs"], start=1)
        ]
        assert len(loaded) == 3190
        assert loaded["question_id"][:] == [key for key, _ in asked]
        assert loaded["answer"][:] == [question["answer"] for _, question in asked]
        assert loaded["options"][:] == [list(question["options"].values()) for _, question in asked]
        assert sum(loaded["is_trap"]) == 606
        assert sum(len(options) == 2 for options in loaded["options"]) == 116
        loaded = load("open", data_dir=str(tmp_path / "data"), split="test")
        asked = [question for record in opened for question in record["qa_pairs"]]
        assert len(loaded) == 1215
        for column in ("question_id", "reference_answer", "eval_keywords"):
            assert loaded[column][:] == [question[column] for question in asked]

    def test_release_pictures_under_published_annotations(self, load, tmp_path):
        records = [closed_record(n, path) for n, path in enumerate(PATHS, start=1)]
        write_release(tmp_path / "data", records, size=16)
        (tmp_path / "data/Benchmark/Benchmark_VQA_Closed.json").unlink()
        write_json(tmp_path / "data/benchmark/closed/closed.json", records)
        loaded = load("closed", data_dir=str(tmp_path / "data"), split="test")
        assert [Path(row["image"]).stem for row in rows_of(loaded)] == ["1", "2", "3", "4"]
        assert loaded["modality"][:] == ["flair", "t1ce", "t2", "t1"]

    @pytest.mark.parametrize("spelling", ["train", "instruction"])
    def test_instruction_of_the_release(self, load, tmp_path, spelling):
        records = [closed_record(n, path) for n, path in enumerate(PATHS, start=1)]
        write_release(tmp_path / "data", records, size=16, training=30, spelling=spelling)
        loaded = load("instruction", data_dir=str(tmp_path / "data"))
        rows = [row for split in loaded.values() for row in split]
        assert {row["task"] for row in rows} == {"open", "closed", "closed_cot"}
        assert not any("<image>" in turn["content"] for row in rows for turn in row["messages"])
        assert all(len(row["images"]) == 1 for row in rows)

    def test_raw_pictures_under_published_annotations(self, load, tmp_path):
        data = tmp_path / "data"
        write_source(data / "brats", "16", per_class=1)
        case = next((data / "brats").rglob("*_flair.nii.gz")).name.split("_flair")[0]
        folder = "glioma/16_t1_t2_t1ce_flair_mask"
        record = closed_record(1, f"{folder}/{case}/{case}_flair.png")
        write_json(data / "benchmark/closed/closed.json", [record])
        (row,) = load("closed", data_dir=str(data), split="test")
        assert row["image"].mode == "L"
        assert row["image"].size == (48, 48)

    def test_raw_sources_ask_by_rule(self, load, raw):
        loaded = load("closed", data_dir=str(raw), split="test", test_share=1.0)
        assert set(loaded["source"]) == {"03", "07", "10", "16"}
        texts = load_words("questions/closed")
        for row in loaded:
            assert row["image"].mode in {"L", "RGB"}
            said = row["original_answer"] or row["options"]["ABCDE".index(row["answer"])]
            if row["question_type"] == "modality":
                assert said == texts["modality"]["options"][row["modality"]]
            if row["question_type"] == "diagnosis" and "Abnormal" not in row["options"]:
                assert said == texts["diagnosis"]["options"][row["category"]]
        asked = set(zip(loaded["image_id"], loaded["question_type"], strict=True))
        assert len(asked) == len(loaded)
        assert {kind for _, kind in asked} > {"diagnosis", "modality", "size", "location"}

    def test_raw_sources_are_indexed_once(self, load, raw):
        load("closed", data_dir=str(raw), test_share=0.5)
        (index,) = Path(os.environ["MM_NEUROONCO_CACHE"]).rglob("index.parquet")
        written = index.stat().st_mtime_ns
        load("open", data_dir=str(raw), test_share=0.5)
        load("instruction", data_dir=str(raw), test_share=0.5)
        assert index.stat().st_mtime_ns == written

    def test_raw_splits_share_no_patient(self, load, raw):
        tested = {row["image_id"] for row in load("closed", data_dir=str(raw), split="test")}
        learnt = load("instruction", data_dir=str(raw))
        train, validation = set(learnt["train"]["image_id"]), set(learnt["validation"]["image_id"])
        assert tested.isdisjoint(train | validation)
        assert train.isdisjoint(validation)
        cases = [
            {i.split("_")[1] for i in ids if i.startswith("16/")}
            for ids in (tested, train, validation)
        ]
        assert cases[0].isdisjoint(cases[1] | cases[2])
        assert cases[1].isdisjoint(cases[2])

    def test_shared_raw_downloads(self, load, shared):
        loaded = load("open", data_dir=str(shared / "raw"), split="test", test_share=1.0)
        pictures = dict(zip(loaded["image_id"], loaded["source"], strict=True))
        found = Counter(pictures.values())
        assert 220 < found["01"] < 260
        assert 200 < found["03"] < 240
        assert found["19"] == 230
        firsts = {row["image_id"]: row["image"] for row in loaded}
        assert len({image.convert("L").tobytes() for image in firsts.values()}) == len(firsts)


class TestFlaws:
    def test_missing_pictures_are_counted_and_named(self, load, benchmark):
        (benchmark / PATHS[1]).unlink()
        (benchmark / PATHS[3]).write_bytes(b"")
        with pytest.raises(PictureError) as caught:
            load("closed", data_dir=str(benchmark))
        message = str(caught.value)
        assert message.startswith("2 of 4 pictures are missing or broken")
        assert "neuronal_tumor_09_t1ce  (55).jpeg (missing)" in message
        assert "healthy_05_t1 (222).jpg (the file is empty" in message
        assert "missing='skip'" in message

    def test_skip_drops_them_and_says_how_many(self, load, benchmark, caplog):
        (benchmark / PATHS[1]).unlink()
        (benchmark / PATHS[3]).write_bytes(b"")
        loaded = load("closed", data_dir=str(benchmark), missing="skip")
        assert loaded["test"]["question_id"][:] == ["1_q1", "3_q1"]
        assert "left out: 2 of 4 pictures" in caplog.text

    def test_skip_of_everything_is_an_error(self, load, benchmark):
        for path in PATHS:
            (benchmark / path).unlink()
        with pytest.raises(PictureError, match="no picture is left"):
            load("closed", data_dir=str(benchmark), missing="skip")

    def test_stream_names_a_broken_picture(self, load, benchmark):
        (benchmark / PATHS[2]).write_bytes((benchmark / PATHS[2]).read_bytes()[:-20])
        stream = load("closed", data_dir=str(benchmark), split="test", streaming=True)
        with pytest.raises(PictureError, match=r"T2_43\.png: broken"):
            list(stream)
        skipping = load(
            "closed", data_dir=str(benchmark), split="test", streaming=True, missing="skip"
        )
        assert [row["question_id"] for row in skipping] == ["1_q1", "2_q1", "4_q1"]

    def test_a_volume_that_is_cut_off_is_named(self, tmp_path):
        write_source(tmp_path / "data", "16", per_class=1)
        for volume in (tmp_path / "data").rglob("*_t1.nii.gz"):
            volume.write_bytes(volume.read_bytes()[:-200])
        with pytest.raises(PictureError, match=r"1 of 4 .*_t1\.nii\.gz \(broken \(it is cut off"):
            mm_neuroonco.load(
                data_dir=tmp_path / "data", cache_dir=str(tmp_path / "c"), test_share=1.0
            )

    def test_duplicate_ids_are_an_error(self, load, benchmark):
        records = [closed_record(1, PATHS[0]), closed_record(1, PATHS[1])]
        write_json(benchmark / "benchmark/closed/closed.json", records)
        with pytest.raises(AnnotationError, match="id 1 stands there twice"):
            load("closed", data_dir=str(benchmark))
