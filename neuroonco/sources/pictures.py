"""From a recognised file to a picture with its class: one small reader a download format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neuroonco.errors import PictureError
from neuroonco.matlab import read_figshare_labels
from neuroonco.prepare import is_volume
from neuroonco.sources.recognise import Found, Match
from neuroonco.sources.table import SourceLayout
from neuroonco.sources.yolo import NO_LESION, read_class
from neuroonco.tree import Tree
from neuroonco.vocabulary import UNKNOWN, fold, modality_of


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a source, as its folders, its name and its label file describe it.

    Attributes:
        image_id: unique in the data set: the source's id and the picture's name in that source.
        path: of the picture file, relative to data_dir.
        source: two-digit id of the source.
        label: the source's own class, as the source spells it.
        category: one of `neuroonco.vocabulary.CATEGORIES`, or "" where `reason` tells why not.
        modality: one of `neuroonco.vocabulary.MODALITIES`.
        patient: patient or case, unique in the data set; "" where nothing names one.
        mask: of the mask file, relative to data_dir; "" where there is none.
        reason: why no question is asked about it; "" otherwise.
    """

    image_id: str
    path: str
    source: str
    label: str
    category: str
    modality: str
    patient: str
    mask: str
    reason: str


def describe(match: Match, found: Found, tree: Tree) -> Picture:
    """Describe a picture of a found source, reading its label file or .mat file if it has one.

    Raises:
        PictureError: that file is broken.
    """
    source, layout = found.source.id, found.layout
    label, patient = READERS[layout.reader](match, layout, tree)
    category = layout.classes.get(fold(label), "")
    reason = layout.class_reasons.get(fold(label), "")
    if category and is_volume(match.file.path) and not match.mask:
        reason = "no mask tells which slice of the volume shows the tumour"
    if not category and not reason:
        raise PictureError(
            f"{match.file.path}: class {label!r} is not one of source {source}'s "
            f"({', '.join(layout.classes)}); correct its label"
        )
    return Picture(
        image_id=f"{source}/{match.key}",
        path=match.file.path,
        source=source,
        label=label,
        category="" if reason else category,
        modality=_modality(match, layout),
        patient=f"{source}/{patient}" if patient else "",
        mask=match.mask,
        reason=reason,
    )


def category_of(match: Match, layout: SourceLayout) -> str:
    """The category that a picture's names tell, or "" where only reading a file can tell it."""
    label, _ = _from_names(match, layout, None)
    return layout.classes.get(fold(label), "")


def _from_names(
    match: Match,
    layout: SourceLayout,
    tree: Tree | None,  # noqa: ARG001
) -> tuple[str, str]:
    label = match.groups.get("class") or layout.constant_class
    return label, match.groups.get("patient", "")


def _from_yolo(match: Match, layout: SourceLayout, tree: Tree) -> tuple[str, str]:
    label = read_class(tree, match.mask, layout.labels) if match.mask else NO_LESION
    return label, match.groups.get("patient", "")


def _from_matlab(match: Match, layout: SourceLayout, tree: Tree) -> tuple[str, str]:  # noqa: ARG001
    return read_figshare_labels(tree.absolute(match.file.path), match.file.path)


def _modality(match: Match, layout: SourceLayout) -> str:
    named = modality_of(match.groups.get("sequence"))
    return named if named != UNKNOWN else modality_of(layout.modality)


READERS: dict[str, Callable[[Match, SourceLayout, Tree], tuple[str, str]]] = {
    "picture": _from_names,
    "yolo": _from_yolo,
    "matlab": _from_matlab,
}
"""A reader tells a picture's class, as the source spells it, and its patient."""
