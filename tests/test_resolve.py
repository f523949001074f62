"""Which file an annotation means: exact, by rule, matched, missing. Never a guess."""

import unicodedata

import pytest

from neuroonco.annotations import Record
from neuroonco.demo.layouts import write_source
from neuroonco.layout import survey
from neuroonco.resolve import Resolver
from tests.published import write_picture


def resolve(folder, path, *, identity="1", others=(), release="benchmark"):
    layout = survey(folder)
    resolver = Resolver(layout.tree, layout.found, [path, *others])
    resolved = resolver.resolve(Record(identity, (path,), "[]", "test"), release)
    return (resolved.file.path if resolved.file else None), resolved.how


class TestExact:
    def test_at_the_top_and_below_a_wrapper(self, tmp_path):
        write_picture(tmp_path / "wrapper/glioma/01/glioma_01 (1).jpg")
        found = resolve(tmp_path, "glioma/01/glioma_01 (1).jpg")
        assert found == ("wrapper/glioma/01/glioma_01 (1).jpg", "exact")

    def test_a_folder_that_only_ends_alike_is_another(self, tmp_path):
        write_picture(tmp_path / "lowgrade-glioma/01/glioma_01 (1).jpg")
        assert resolve(tmp_path, "glioma/01/glioma_01 (1).jpg") == (None, "missing")

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_either_unicode_form(self, tmp_path, form):
        write_picture(tmp_path / unicodedata.normalize(form, "glioma/01/lesão.png"))
        _, how = resolve(tmp_path, "glioma/01/lesão.png")
        assert how == "exact"

    @pytest.mark.parametrize(
        "folder",
        [
            "images/Benchmark_Images/Benchmark_Images",
            "Benchmark_Images",
            "w/benchmark_images",
            "images",
        ],
    )
    def test_release_by_id(self, tmp_path, folder):
        write_picture(tmp_path / folder / "814.png")
        found = resolve(tmp_path, "glioma/01/glioma_01 (1).png", identity="814")
        assert found == (f"{folder}/814.png", "exact")

    def test_a_raw_file_of_that_number_is_no_release_picture(self, tmp_path):
        write_source(tmp_path / "raw", "15", per_class=1, size=16)
        assert resolve(tmp_path / "raw", "glioma/01/a.png", identity="1") == (None, "missing")

    def test_release_id_with_two_endings_takes_the_named_one(self, tmp_path):
        for suffix in (".jpg", ".png"):
            write_picture(tmp_path / f"Benchmark_Images/7{suffix}")
        assert resolve(tmp_path, "glioma/01/a.png", identity="7")[0] == "Benchmark_Images/7.png"
        assert resolve(tmp_path, "glioma/01/a.tif", identity="7") == (None, "missing")


class TestByRule:
    def test_brisc_is_the_very_file(self, tmp_path):
        write_source(tmp_path / "z", "05", per_class=1, size=16)
        raw = next((tmp_path / "z").rglob("classification_task/**/*_gl_*.jpg"))
        found = resolve(tmp_path, f"tumor/05_t1_mask/{raw.name}")
        assert found == (raw.relative_to(tmp_path).as_posix(), "exact")

    @pytest.mark.parametrize(("pictures", "how"), [(True, "exact"), (False, "by rule")])
    def test_brats(self, tmp_path, pictures, how):
        write_source(tmp_path / "z", "16", per_class=1, pictures=pictures)
        case = next((tmp_path / "z").glob("**/BraTS2021_*")).name
        path = f"glioma/16_t1_t2_t1ce_flair_mask/{case}/{case}_t1ce.png"
        found, said = resolve(tmp_path, path)
        assert f"{case}_t1ce." in found
        assert said == how

    def test_tiff_of_10_became_png(self, tmp_path):
        write_picture(tmp_path / "x/Neurocytoma/T2_43.tif")
        write_picture(tmp_path / "x/Meningioma/T2_43.tif")
        found = resolve(tmp_path, "neuronal_tumor/10_t1_t2_mask/T2_43.png")
        assert found == ("x/Neurocytoma/T2_43.tif", "by rule")

    def test_folder_14_is_source_15(self, tmp_path):
        write_source(tmp_path / "s", "15", per_class=2, size=16)
        assert resolve(tmp_path, "tumor/14_t1ce_mask/2.png") == ("s/images/2.png", "by rule")


class TestMatched:
    @pytest.mark.parametrize(
        "on_disk",
        [
            "glioma/09_t1/glioma_09_t1 (5).jpeg",
            "Glioma/09_T1/glioma_09_t1  (5).JPEG",
            "glioma/09_t1/glioma_09_t1  (5).jpg",
        ],
    )
    def test_blanks_case_or_ending(self, tmp_path, on_disk):
        write_picture(tmp_path / on_disk)
        assert resolve(tmp_path, "glioma/09_t1/glioma_09_t1  (5).jpeg") == (on_disk, "matched")

    def test_never_a_file_that_another_annotation_names(self, tmp_path):
        write_picture(tmp_path / "w/glioma/09_t1/a (5).jpeg")
        wanted, other = "glioma/09_t1/a (5).jpg", "glioma/09_t1/a (5).jpeg"
        assert resolve(tmp_path, wanted, others=[other]) == (None, "missing")

    def test_the_named_ending_goes_before_another(self, tmp_path):
        for suffix in (".jpeg", ".jpg"):
            write_picture(tmp_path / f"glioma/09_t1/a (5){suffix}")
        assert resolve(tmp_path, "glioma/09_t1/a (5).jpg") == ("glioma/09_t1/a (5).jpg", "exact")

    def test_two_candidates_are_none(self, tmp_path):
        for suffix in (".jpeg", ".png"):
            write_picture(tmp_path / f"glioma/09_t1/a (5){suffix}")
        assert resolve(tmp_path, "glioma/09_t1/a (5).jpg") == (None, "missing")


def test_published_folders_that_no_rule_covers_are_missing(tmp_path):
    write_source(tmp_path / "z", "08", per_class=1, size=16)
    assert resolve(tmp_path, "ependymoma/08_t1/ependymoma_08_t1 (1).jpg") == (None, "missing")
