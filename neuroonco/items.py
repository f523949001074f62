"""What a config is planned to hold: pictures, and what is asked about each."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from neuroonco import prepare
from neuroonco.tree import File


@dataclass(frozen=True, slots=True)
class Item:
    """Pictures that belong together, nearly always one, and what a config asks about them.

    Attributes:
        image_id: unique in the config, except that instruction asks of a picture in many items.
        files: each picture with the mask that chooses its slice, if it is a volume.
        image_path: as the annotation names the picture, or relative to data_dir.
        source: two-digit id, or "unknown".
        category: one of `neuroonco.vocabulary.CATEGORIES`, or "unknown".
        modality: one of `neuroonco.vocabulary.MODALITIES`.
        asked: question objects as a JSON list, in the fields of the published annotations.
        ready: whether every picture was checked and is shown as it is.
    """

    image_id: str
    files: tuple[tuple[File, File | None], ...]
    image_path: str
    source: str
    category: str
    modality: str
    asked: str = field(repr=False)
    ready: bool = False

    def picture_paths(self, root: Path, cache: Path) -> list[str]:
        """Absolute paths of files that show the pictures, converted into the cache where needed.

        Raises:
            PictureError: a picture is broken.
        """
        if self.ready:
            return [os.path.join(root, file.path) for file, _ in self.files]  # noqa: PTH118
        return [prepare.prepare(root, file, mask, cache) for file, mask in self.files]


@dataclass(slots=True)
class Plan:
    """The items of a config by split, and the pictures that it lacks.

    Attributes:
        splits: ``test``, or ``train`` and ``validation``; none is empty.
        lacking: picture to the reason why it cannot be used.
    """

    splits: dict[str, list[Item]]
    lacking: dict[str, str]
