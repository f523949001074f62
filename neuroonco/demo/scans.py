"""Sources in scanner-side formats: 07 (MATLAB 7.3) and 16 (NIfTI, or its 2-D PNG copy)."""

from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from neuroonco.demo.canvas import Canvas, outline
from neuroonco.demo.phantom import SEQUENCES, Slice, make_volume

_FOLDERS_07 = {
    "brainTumorDataPublic_1766": 1,
    "brainTumorDataPublic_7671532": 767,
    "brainTumorDataPublic_15332298": 1533,
    "brainTumorDataPublic_22993064": 2299,
}
_LABELS_07 = {"meningioma": 1, "glioma": 2, "pituitary": 3}
_FILES_07 = 3064

# What MATLAB writes into the 512 bytes before the HDF5 file: text, version, byte order.
_MAT_HEADER = b"MATLAB 7.3 MAT-file, HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM"


def write_07(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 07: `brainTumorDataPublic_1766/1.mat`, …, and `cvind.mat`.

    Two files in a row of one class share their patient's PID.

    Args:
        folder: Root of the source.
        per_class: Files for each of the three tumour types.
        seed: Another seed gives other patients.
        size: Height and width in pixels.

    Returns:
        The files that hold a picture, in the order written.
    """
    canvas = Canvas(folder, seed, size)
    paths: list[Path] = []
    places = list(_FOLDERS_07.items())
    for tumour, label in _LABELS_07.items():
        for i in range(per_class):
            place, first = places[len(paths) % len(places)]
            path = folder / place / f"{first + len(paths) // len(places)}.mat"
            seen = canvas.slice(f"{tumour} {i}", "t1ce", tumour)
            _write_cjdata(path, seen, label, pid=f"{100000 * label + 360 + i // 2}")
            paths.append(path)
    folds = np.random.default_rng(seed).integers(1, 6, (1, _FILES_07)).astype(np.float64)
    with _create_mat(folder / "cvind.mat") as file:
        _put(file, "cvind", folds, "double")
    _add_header(folder / "cvind.mat")
    return paths


def _write_cjdata(path: Path, seen: Slice, label: int, pid: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = np.array([[ord(letter)] for letter in pid], np.uint16)
    with _create_mat(path) as file:
        group = file.create_group("cjdata")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        _put(group, "PID", codes, "char")
        # MATLAB stores columns first: what HDF5 shows is the transpose.
        _put(group, "image", seen.picture.T.astype(np.int16) * np.int16(24), "int16")
        _put(group, "label", np.array([[label]], np.float64), "double")
        _put(group, "tumorBorder", outline(seen.mask).reshape(1, -1) + 1, "double")
        _put(group, "tumorMask", seen.mask.T.astype(np.uint8), "logical")
    _add_header(path)


def _create_mat(path: Path) -> h5py.File:
    path.parent.mkdir(parents=True, exist_ok=True)
    return h5py.File(path, "w", userblock_size=512)


def _put(group: h5py.Group, name: str, values: NDArray[np.generic], matlab_class: str) -> None:
    group.create_dataset(name, data=values).attrs["MATLAB_class"] = np.bytes_(matlab_class)


def _add_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(_MAT_HEADER)


def write_16(
    folder: Path,
    *,
    per_class: int = 2,
    seed: int = 0,
    size: int = 128,
    shape: tuple[int, int, int] = (48, 48, 24),
    pictures: bool = False,
    enhancing: int = 4,
) -> list[Path]:
    """Write source 16: `BraTS2021_00000/BraTS2021_00000_flair.nii.gz`, …, `_seg.nii.gz`.

    Args:
        folder: Root of the source.
        per_class: Cases (the source has one class, glioma).
        seed: Another seed gives other patients.
        size: Height and width in pixels of the 2-D copy.
        shape: Voxels of the volumes along x, y, z.
        pictures: Write the 2-D PNG copy (RGB, the mask white on black) in place of the volumes.
        enhancing: Label of the enhancing tumour: 4, or 3 as in remapped copies.

    Returns:
        The volumes or pictures of the four sequences, without `_seg`, in the order written.
    """
    paths: list[Path] = []
    for n in range(per_class):
        case = f"BraTS2021_{n:05}"
        if pictures:
            paths += _write_pictures(Canvas(folder, seed, size), case)
        else:
            patient = Canvas(folder, seed, size).patient(case)
            paths += _write_volumes(folder / case, case, patient, shape, enhancing)
    return paths


def _write_pictures(canvas: Canvas, case: str) -> list[Path]:
    paths = []
    for sequence in SEQUENCES:
        seen = canvas.slice(case, sequence, "glioma", stripped=True)
        paths.append(canvas.save(f"{case}/{case}_{sequence}.png", seen.picture, "RGB"))
    canvas.save_mask(f"{case}/{case}_seg.png", seen.labels > 0)
    return paths


def _write_volumes(
    folder: Path, case: str, patient: int, shape: tuple[int, int, int], enhancing: int
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    volume = make_volume(patient, shape)
    seg = np.where(volume.seg == 4, np.uint8(enhancing), volume.seg)
    nib.save(nib.Nifti1Image(seg, volume.affine), folder / f"{case}_seg.nii.gz")
    paths = []
    for sequence in SEQUENCES:
        paths.append(folder / f"{case}_{sequence}.nii.gz")
        nib.save(nib.Nifti1Image(volume.images[sequence], volume.affine), paths[-1])
    return paths
