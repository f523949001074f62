"""The user's own description of a source whose layout nobody has published: `class_map.yaml`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from neuroonco.errors import DataDirError
from neuroonco.sources.table import Source, SourceLayout, load_sources, make_layout
from neuroonco.tree import Tree, check_relative
from neuroonco.vocabulary import CATEGORIES, MODALITIES

NAME = "class_map.yaml"

EXAMPLE = """\
- source: "14"
  folder: my-download-of-14        # below data_dir; its sub-folders are the classes
  modality: unknown                # t1, t2, t1ce, flair or unknown
  classes: {glioma: glioma, notumor: healthy}
"""


def load_class_map(tree: Tree) -> list[Source]:
    """Read `class_map.yaml` at the top of data_dir, if there is one.

    Returns:
        The sources it describes, each with the layouts of its entries.

    Raises:
        DataDirError: it is not valid YAML, or an entry is incomplete or names something unknown.
    """
    file = tree.files.get(NAME)
    if file is None:
        return []
    try:
        entries = yaml.safe_load(Path(tree.absolute(NAME)).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataDirError(f"{NAME}: not valid YAML ({error})") from error
    if not isinstance(entries, list):
        raise DataDirError(f"{NAME}: a list of entries is expected, such as\n{EXAMPLE}")
    layouts: dict[str, list[SourceLayout]] = {}
    for number, entry in enumerate(entries, start=1):
        source, layout = _read_entry(entry, f"{NAME}, entry {number}")
        layouts.setdefault(source.id, []).append(layout)
    table = load_sources()
    return [replace(table[key], layouts=tuple(found)) for key, found in layouts.items()]


def _read_entry(entry: Any, where: str) -> tuple[Source, SourceLayout]:
    fields = entry if isinstance(entry, dict) else {}
    source = load_sources().get(str(fields.get("source")))
    folder, classes = fields.get("folder"), fields.get("classes")
    modality = fields.get("modality", "unknown")
    if source is None or not isinstance(folder, str) or not isinstance(classes, dict):
        raise DataDirError(
            f'{where}: it needs source (an id such as "14"), folder and classes, as in\n{EXAMPLE}'
        )
    unknown = [str(category) for category in classes.values() if category not in CATEGORIES]
    if unknown or modality not in MODALITIES:
        raise DataDirError(
            f"{where}: {', '.join(unknown) or modality!r} is unknown; categories are "
            f"{', '.join(CATEGORIES)}; modalities are {', '.join(MODALITIES)}"
        )
    check_relative(folder)
    names = "|".join(re.escape(str(name)) for name in classes)
    row = {
        "name": NAME,
        "reader": "picture",
        "folder": f"{re.escape(folder.strip('/'))}/(?:.+/)?(?P<class>{names})",
        "file": r".+\.(?:jpe?g|png|tiff?|webp)",
        "classes": {str(name): category for name, category in classes.items()},
    }
    return source, make_layout(row, modality, source.pictures)
