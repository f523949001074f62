import datasets
import numpy as np
import pytest
from drawing import draw
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from eval.pictures import Pictures
from neuroonco.errors import RunError


def every(pictures, dataset):
    return [pictures.load(row).image for row in range(len(dataset))]


def pixels(images):
    return [image.tobytes() for image in images]


def test_a_picture_is_its_pixels_and_nothing_else(tmp_path):
    note = PngInfo()
    note.add_text("comment", "SECRET")
    path = tmp_path / "SECRET.png"
    draw(1).save(path, pnginfo=note, exif=Image.Exif(), dpi=(72, 72))
    rows = datasets.Dataset.from_dict({"image": [str(path)], "image_id": ["SECRET"]})
    picture = Pictures(rows.cast_column("image", datasets.Image())).load(0)
    assert picture.image.tobytes() == draw(1).tobytes()
    assert picture.image.info == {}
    assert not hasattr(picture.image, "filename")
    assert picture.error is None
    assert "SECRET" not in repr(vars(picture.image))


def test_rows_of_one_file_have_one_digest(dataset):
    pictures = Pictures(dataset)
    digests = [pictures.digest(row) for row in range(12)]
    assert digests[0] == digests[2] == pictures.load(1).digest
    assert len(set(digests)) == 4
    assert pictures.file(0) == pictures.file(2) != pictures.file(3)
    assert pictures.name(0) == "glioma/08_t1/SECRETNAME_glioma_0.png"


@pytest.mark.parametrize("kind", ["shuffled", "filtered", "concatenated", "sliced"])
def test_rows_stay_with_their_pictures_however_they_were_arranged(dataset, kind):
    arranged = {
        "shuffled": lambda: dataset.shuffle(seed=1),
        "filtered": lambda: dataset.filter(lambda row: row["question_type"] == "size"),
        "concatenated": lambda: datasets.concatenate_datasets([dataset, dataset.select([5])]),
        "sliced": lambda: dataset.select(range(4, 9)),
    }[kind]()
    pictures = Pictures(arranged)
    for row, held in enumerate(arranged):
        assert pictures.load(row).image.tobytes() == held["image"].tobytes()


def test_pictures_that_the_dataset_holds_itself_are_read_from_it(dataset, tmp_path):
    dataset.save_to_disk(tmp_path / "saved")  # this embeds the files
    held = datasets.load_from_disk(tmp_path / "saved")
    for file in (tmp_path / "SECRETFOLDER").iterdir():
        file.unlink()
    pictures = Pictures(held)
    assert pixels(every(pictures, held)) == [draw(n // 3).tobytes() for n in range(12)]
    assert pictures.digest(0) == pictures.digest(1) != pictures.digest(3)


def test_the_first_of_several_pictures_is_shown(tmp_path):
    for n in range(3):
        draw(n).save(tmp_path / f"{n}.png")
    table = datasets.Dataset.from_dict(
        {"images": [[str(tmp_path / f"{n}.png") for n in order] for order in ([2, 0], [1])]}
    )
    pictures = Pictures(table.cast_column("images", datasets.Sequence(datasets.Image())))
    assert [pictures.load(row).image.size for row in (0, 1)] == [draw(2).size, draw(1).size]


def test_what_cannot_be_read_is_named_without_the_folder(dataset, tmp_path):
    files = sorted((tmp_path / "SECRETFOLDER").iterdir())
    files[0].unlink()
    files[1].write_bytes(b"no picture")
    pictures = Pictures(dataset)
    lost, broken = pictures.load(0), pictures.load(3)
    assert lost.image is broken.image is None
    assert lost.error == "glioma/08_t1/SECRETNAME_glioma_0.png: there is no such file"
    assert lost.digest is pictures.digest(0) is None
    assert broken.error.startswith("glioma/08_t1/SECRETNAME_glioma_1.png: ")
    assert broken.digest is not None
    assert str(tmp_path) not in lost.error + broken.error


def test_a_row_without_a_picture_is_named():
    none = datasets.Dataset.from_dict({"image": [None], "images": [[]]})
    none = none.cast_column("image", datasets.Image())
    assert Pictures(none).load(0).error == "the picture of row 0: the dataset holds no picture here"
    several = none.remove_columns("image")
    several = several.cast_column("images", datasets.Sequence(datasets.Image()))
    assert "holds no picture here" in Pictures(several).load(0).error


def test_a_blank_picture_has_the_size_of_the_real_one_and_is_grey(dataset):
    real, blank = Pictures(dataset), Pictures(dataset, "blank")
    for row in range(12):
        shown = blank.load(row).image
        assert shown.size == real.load(row).image.size
        assert set(np.unique(shown)) == {128}
        assert blank.digest(row) == real.digest(row)


def test_a_swapped_picture_is_another_image_s_for_all_its_questions(make_dataset):
    dataset = make_dataset(5)
    real = [draw(n).tobytes() for n in range(5)]
    shown = pixels(every(Pictures(dataset, "swapped", seed=3), dataset))
    by_image = [shown[3 * n : 3 * n + 3] for n in range(5)]
    assert all(len(set(same)) == 1 for same in by_image)
    assert sorted(same[0] for same in by_image) == sorted(real), "each is shown to one other image"
    assert all(same[0] != own for same, own in zip(by_image, real, strict=True))


def test_swapping_hangs_on_the_seed_and_the_images_alone(make_dataset):
    dataset = make_dataset(6)

    def shown(rows, seed):
        pictures = Pictures(rows, "swapped", seed)
        return {held: pictures.digest(row) for row, held in enumerate(rows["question_id"][:])}

    assert shown(dataset, 1) == shown(dataset, 1) == shown(dataset.shuffle(seed=2), 1)
    assert len({tuple(sorted(shown(dataset, seed).items())) for seed in range(5)}) > 1


@pytest.mark.parametrize("images", [2, 3, 4, 9])
def test_no_image_is_swapped_with_itself(make_dataset, images):
    dataset = make_dataset(images)
    real = Pictures(dataset)
    for seed in range(10):
        swapped = Pictures(dataset, "swapped", seed)
        assert all(swapped.digest(row) != real.digest(row) for row in range(3 * images))


def test_what_has_no_pictures_is_refused(dataset):
    with pytest.raises(RunError, match="no column of pictures"):
        Pictures(dataset.remove_columns("image"))
    with pytest.raises(RunError, match="one image cannot be swapped"):
        Pictures(dataset.select(range(3)), "swapped")
