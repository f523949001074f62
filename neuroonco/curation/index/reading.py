"""Read pictures for the index: each once from the disk, decoded once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from neuroonco import images, prepare
from neuroonco.curation.index.hashes import (
    colour_spread,
    digest_bytes,
    digest_file,
    digest_pixels,
    luminance,
    perceptual_hash,
    shrink,
)
from neuroonco.curation.index.quality import find_flags
from neuroonco.errors import PictureError
from neuroonco.sources import Found, Match, Picture, describe
from neuroonco.tree import File, Tree

_MAX_BYTES = 1 << 28  # a picture of the most pixels allowed, uncompressed, and room to spare


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to be read.

    Attributes:
        key: changes whenever the file, its mask or label, or the way it is read does.
        file: the picture.
        mask: the file that chooses a volume's slice, or None.
        named: what the picture is, as far as its names tell.
        found: the match and the place whose reader tells the rest, or None.
        tree: the data_dir, with no more files than that reader needs.
        flag: what its folder says it is, of `neuroonco.curation.index.quality.FLAGS`; or "".
    """

    key: str
    file: File
    mask: File | None
    named: Picture
    found: tuple[Match, Found] | None
    tree: Tree
    flag: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one picture.

    Attributes:
        picture: what it is; its `reason` tells where it is broken.
        width, height: pixels as shown; None where it is broken. So are all others "" or empty.
        mode: Pillow's mode of the file; of the decoded slice for volumes and MATLAB files.
        bytes_digest, pixels_digest: XXH3 (128 bits) of the file, and of the size and the
            luminance, hexadecimal.
        phash: 64 bits, hexadecimal.
        flags: of `neuroonco.curation.index.quality.FLAGS`.
    """

    picture: Picture
    width: int | None = None
    height: int | None = None
    mode: str = ""
    bytes_digest: str = ""
    pixels_digest: str = ""
    phash: str = ""
    flags: tuple[str, ...] = ()

    def to_json(self) -> str:
        """All of it as text."""
        kept = _fields(self) | {"picture": _fields(self.picture)}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Reading:
        """Read what `to_json` wrote."""
        kept = json.loads(text)
        kept |= {"picture": Picture(**kept["picture"]), "flags": tuple(kept["flags"])}
        return cls(**kept)


def _fields(item: Reading | Picture) -> dict[str, Any]:
    """The fields of a dataclass; asdict copies them, which takes ten times as long."""
    return {field.name: getattr(item, field.name) for field in fields(item)}


@dataclass(frozen=True, slots=True)
class _Look:
    """What is left of a picture once it was decoded; see `neuroonco.curation.index.hashes`."""

    spread: NDArray[np.uint8] | None
    blocks: NDArray[np.uint8]
    thumbnail: Image.Image


def read_all(jobs: Sequence[Job]) -> list[tuple[str, Reading, bytes]]:
    """Read pictures; what is wrong with one becomes its reason.

    They go through each step together, which keeps its code in the processor's cache: one by one
    they take a quarter longer.

    Returns:
        For each the job's key, what was read, and the thumbnail's pixels (48 x 48, row by row),
        none where the picture is broken.
    """
    seen = [_see(job) for job in jobs]
    hashes = [perceptual_hash(look.thumbnail) if look else "" for _, look in seen]
    smalls = [np.asarray(look.thumbnail) if look else None for _, look in seen]
    done = []
    for job, (reading, look), phash, small in zip(jobs, seen, hashes, smalls, strict=True):
        if look is None or small is None:
            done.append((job.key, reading, b""))
            continue
        flags = {*find_flags(look.spread, look.blocks, small), job.flag} - {""}
        whole = replace(reading, phash=phash, flags=tuple(sorted(flags)))
        done.append((job.key, whole, small.tobytes()))
    return done


def _see(job: Job) -> tuple[Reading, _Look | None]:
    """Read and decode a picture. There is nothing to look at where it is broken."""
    picture, digest = job.named, ""
    try:
        picture = _described(job)
        content, digest = _load(job)
        mode, shown = _decode(job, content)
    except Exception as error:  # decoders raise whatever they like on a broken file
        said = str(error).removeprefix(f"{job.file.path}: ")
        if not isinstance(error, PictureError):
            said = f"{type(error).__name__}: {said}"
        said = said.encode(errors="replace").decode()
        broken = replace(picture, category="", reason=f"broken: {said}")
        return Reading(broken, bytes_digest=digest), None
    spread = colour_spread(shown)
    grey = luminance(shown, is_grey=spread is None)
    thumbnail, blocks = shrink(grey)
    reading = Reading(
        picture=picture,
        width=shown.width,
        height=shown.height,
        mode=mode,
        bytes_digest=digest,
        pixels_digest=digest_pixels(grey),
    )
    return reading, _Look(spread, blocks, thumbnail)


def _described(job: Job) -> Picture:
    if job.found is None:
        return job.named
    match, place = job.found
    picture = describe(match, place, job.tree)
    return replace(picture, patient=job.named.patient) if job.named.patient else picture


def _load(job: Job) -> tuple[bytes, str]:
    """The bytes of a picture file and their digest; of a volume or a MATLAB file the digest."""
    path = job.file.path
    absolute = Path(job.tree.absolute(path))
    try:
        if prepare.is_converted(path):
            return b"", digest_file(absolute)
        if job.file.size > _MAX_BYTES:
            raise PictureError(f"{path}: {job.file.size} bytes is more than any MRI slice has")
        content = absolute.read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: cannot be read ({error.strerror})") from error
    return content, digest_bytes(content)


def _decode(job: Job, content: bytes) -> tuple[str, Image.Image]:
    """The file's mode, and the picture as 8-bit grey or RGB."""
    path = job.file.path
    if prepare.is_converted(path):
        image = prepare.decode(job.tree.root, job.file, job.mask)
        return image.mode, image
    header, image = images.examine_bytes(content, path)
    return header.mode, image
