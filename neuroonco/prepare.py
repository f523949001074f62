"""The picture file that a row points to: the file itself, or its 8-bit copy in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from PIL import Image

from neuroonco import images, matlab, nifti
from neuroonco.files import write_whole
from neuroonco.tree import File

CACHE_VARIABLE = "MM_NEUROONCO_CACHE"

_RECIPE = "1"  # changes whenever a conversion does, so that older copies are not used


def is_picture(name: str) -> bool:
    """Whether a file's name is that of a picture, a NIfTI volume or a MATLAB file."""
    lower = name.lower()
    return (
        os.path.splitext(lower)[1] in images.SUFFIXES  # noqa: PTH122 (called for every file)
        or is_converted(lower)
    )


def is_volume(path: str) -> bool:
    """Whether a file's name is that of a NIfTI volume."""
    return path.lower().endswith(nifti.SUFFIXES)


def is_matlab(path: str) -> bool:
    """Whether a file's name is that of a MATLAB file."""
    return path.lower().endswith(".mat")


def is_converted(path: str) -> bool:
    """Whether a file's name is that of a picture that is always shown as a converted copy."""
    return is_volume(path) or is_matlab(path)


def is_plain(root: Path, file: File) -> bool:
    """Whether a picture can be shown as it is, checked without decoding or decompressing it.

    Raises:
        PictureError: it is broken, as far as its header and its end tell.
    """
    absolute = os.path.join(root, file.path)  # noqa: PTH118 (called for every picture)
    if is_volume(file.path):
        nifti.check_header(absolute, file.path)
        return False
    if is_matlab(file.path):
        matlab.read_figshare_labels(absolute, file.path)
        return False
    return images.inspect(absolute, file.path).is_plain


def decode(root: Path, file: File, mask: File | None = None) -> Image.Image:
    """Decode a picture file as 8-bit grey or RGB; of a volume, the slice that its mask chooses.

    Raises:
        PictureError: it is broken.
    """
    absolute = root / file.path
    if is_volume(file.path):
        return nifti.read_slice(absolute, file.path, root / mask.path if mask else None)
    if is_matlab(file.path):
        return matlab.read_figshare_picture(absolute, file.path)[0]
    return images.read(absolute, file.path)


def prepare(root: Path, file: File, mask: File | None, cache: Path) -> str:
    """The absolute path of a file that shows the picture in 8 bits, grey or RGB.

    A picture that any reader shows as it is stays where it is. Any other is converted to PNG
    once; its copy is found again until the file or its mask is written anew.

    Args:
        root: the data_dir.
        file: the picture, below the root.
        mask: the mask that chooses a volume's slice.
        cache: the folder of converted pictures.

    Raises:
        PictureError: it is broken.
    """
    if is_plain(root, file):
        return os.path.join(root, file.path)  # noqa: PTH118
    copy = cache / f"{_key(root, file, mask)}.png"
    if not copy.exists():
        picture = decode(root, file, mask)
        write_whole(copy, lambda target: picture.save(target, format="PNG"))
    return str(copy)


def default_cache() -> Path:
    """Where converted pictures go: `$MM_NEUROONCO_CACHE`, or beside the Hugging Face cache."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser()
    from datasets.config import HF_CACHE_HOME  # here, because datasets is slow to import

    return Path(HF_CACHE_HOME).expanduser() / "mm_neuroonco" / "pictures"


def _key(root: Path, file: File, mask: File | None) -> str:
    stamps = [part.stamp for part in (file, mask) if part]
    return hashlib.sha256("\0".join([_RECIPE, str(root), *stamps]).encode()).hexdigest()[:32]
