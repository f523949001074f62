import time

import numpy as np
import pytest

from neuroonco.demo.phantom import HEALTHY, SEQUENCES, TYPES, make_slice, make_volume
from neuroonco.demo.tumour import TUMOURS

SIZE = 128


@pytest.mark.parametrize("tumour", TUMOURS)
@pytest.mark.parametrize("seed", range(4))
def test_every_tumour_is_seen_and_lies_inside_the_head(tumour: str, seed: int) -> None:
    seen = make_slice(seed, SIZE, "t1ce", tumour)
    assert seen.picture.shape == seen.mask.shape == (SIZE, SIZE)
    assert seen.picture.dtype == np.uint8
    assert seen.mask.dtype == np.bool_
    assert 20 < seen.mask.sum() < 0.15 * SIZE * SIZE
    rows, columns = np.nonzero(seen.picture > 60)
    lesion_rows, lesion_columns = np.nonzero(seen.labels)
    assert rows.min() < lesion_rows.min()
    assert lesion_rows.max() < rows.max()
    assert columns.min() < lesion_columns.min()
    assert lesion_columns.max() < columns.max()


@pytest.mark.parametrize("tumour", TYPES)
def test_same_seed_same_bytes_other_seed_other_patient(tumour: str) -> None:
    first, again = (make_slice(5, SIZE, "t2", tumour) for _ in range(2))
    other = make_slice(6, SIZE, "t2", tumour)
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.picture, other.picture)


def test_a_slice_does_not_depend_on_what_was_drawn_before() -> None:
    first = make_slice(1, SIZE, "t1", "glioma").picture
    first[:] = 0  # a caller may draw on what it got
    make_slice(2, SIZE, "flair", "meningioma")
    labels = make_slice(1, SIZE, "t1", "glioma").labels
    labels[:] = 0
    again = make_slice(1, SIZE, "t1", "glioma")
    assert again.picture.any()
    assert again.mask.any()


def test_sequences_of_one_patient_differ_in_contrast_but_not_in_anatomy() -> None:
    seen = {s: make_slice(3, SIZE, s, "glioma") for s in SEQUENCES}
    for one in SEQUENCES:
        for two in SEQUENCES:
            assert np.array_equal(seen[one].labels, seen[two].labels)
            assert one == two or not np.array_equal(seen[one].picture, seen[two].picture)
    mean = {s: float(seen[s].picture[seen[s].labels == 4].mean()) for s in SEQUENCES}
    assert mean["t1ce"] > mean["t1"] + 60, "the rim takes up contrast agent"
    oedema = {s: float(seen[s].picture[seen[s].labels == 2].mean()) for s in SEQUENCES}
    assert oedema["flair"] > oedema["t1"] + 60, "oedema is bright on FLAIR"


def test_tumours_sit_where_their_type_sits() -> None:
    def place(tumour: str) -> np.ndarray:
        found = [np.argwhere(make_slice(s, SIZE, "t1ce", tumour).mask) for s in range(8)]
        return np.array([(2 * f.mean(axis=0) / SIZE - 1) for f in found])

    assert (np.abs(place("pituitary")[:, 1]) < 0.1).all(), "midline"
    assert (place("embryonal")[:, 0] > 0.25).all(), "posterior fossa"
    assert (np.abs(place("schwannoma")[:, 1]) > 0.1).all(), "beside the brainstem"
    off_centre = np.linalg.norm(place("meningioma"), axis=1)
    assert off_centre.mean() > np.linalg.norm(place("glioma"), axis=1).mean() + 0.1, "convexity"


def test_healthy_heads_have_no_lesion() -> None:
    assert not make_slice(0, SIZE, "t1", HEALTHY).labels.any()


def test_stripped_slice_is_black_outside_the_brain() -> None:
    whole, stripped = (make_slice(0, SIZE, "t1", HEALTHY, stripped=s) for s in (False, True))
    assert (stripped.picture == 0).mean() > (whole.picture == 0).mean() + 0.2
    assert not stripped.picture[0].any()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        make_slice(0, SIZE, "t3")
    with pytest.raises(KeyError):
        make_slice(0, SIZE, "t1", "migraine")


def test_volume_is_what_brats_is() -> None:
    volume = make_volume(2, (40, 36, 20))
    assert tuple(volume.images) == SEQUENCES
    assert {i.dtype for i in volume.images.values()} == {np.dtype(np.int16)}
    assert {i.shape for i in volume.images.values()} == {(40, 36, 20)} == {volume.seg.shape}
    assert set(np.unique(volume.seg)) == {0, 1, 2, 4}
    assert (volume.images["t1"][volume.seg > 0] > 0).all(), "the lesion lies in the brain"
    assert np.diag(volume.affine).tolist() == pytest.approx([-6, -240 / 36, 155 / 20, 1])


def test_volume_stands_upright() -> None:
    volume = make_volume(1, (48, 48, 24), HEALTHY)
    inside = volume.images["t1"] > 0
    filled = inside.sum(axis=(0, 1))
    assert filled[12] > filled[1]
    assert filled[12] > filled[22]
    # The brain lacks its front (low j) at the bottom, where the face was stripped off.
    back = [np.nonzero(inside[:, :, k])[1].mean() for k in (4, 12)]
    assert back[0] > back[1] + 0.8


def test_a_slice_takes_milliseconds() -> None:
    make_slice(0, 256, "t1", "glioma")
    started = time.perf_counter()
    for seed in range(1, 6):
        make_slice(seed, 256, "t1", "glioma")
    assert (time.perf_counter() - started) / 5 < 0.2
