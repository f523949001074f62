"""A small data_dir made by code, so that everything can be tried without a download.

The pictures are phantoms (see `neuroonco.demo.phantom`). They exercise the software and have no
medical meaning.
"""

from pathlib import Path

from neuroonco.demo.layouts import write_source

_NOTE = (
    "Every picture here was made by code: phantoms, not patients.\n"
    "They exercise the software; they have no medical meaning.\n"
)


def make_demo_data(folder: Path, seed: int = 0) -> None:
    """Make a data_dir as a user's might be: eight sources, raw, under folders of any name.

    About 200 pictures of nine categories in four sequences: JPEG, PNG, TIFF, MATLAB 7.3 and NIfTI,
    with masks as pictures, arrays, label volumes and YOLO polygons. Takes a few seconds.

    Args:
        folder: The data_dir, made if missing.
        seed: The same seed gives the same bytes.

    Raises:
        OSError: The folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(_NOTE, encoding="utf-8")
    downloads = folder / "Downloads"
    write_source(downloads / "archive (2)", "03", per_class=4, seed=seed)
    write_source(downloads / "archive (3)", "08", per_class=1, seed=seed, size=128)
    write_source(downloads / "archive (4)" / "unpacked", "17", per_class=3, seed=seed)
    write_source(folder / "figshare" / "1512427", "07", per_class=6, seed=seed)
    write_source(folder / "zenodo", "05", per_class=2, seed=seed)
    write_source(folder / "masks" / "2d" / "version 1", "10", per_class=6, seed=seed)
    write_source(folder / "tcia" / "BraTS", "16", per_class=6, seed=seed, shape=(96, 96, 32))
    write_source(folder / "yolo", "19", per_class=4, seed=seed, versions=("BrainTumorYolov8",))
