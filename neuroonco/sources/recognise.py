"""Which sources lie in a tree: told by sub-folders and file names, not by what the user named."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress

from neuroonco.sources.table import LeftOut, Source, SourceLayout
from neuroonco.tree import File, Tree


@dataclass(frozen=True, slots=True)
class Match:
    """One picture file that a source's layout accounts for.

    Attributes:
        key: names the picture within its source; the same in every copy of the source.
        file: the picture's file.
        groups: what folder and file name say (class, sequence, patient, split).
        mask: path of its mask relative to the tree's root, or "".
    """

    key: str
    file: File
    groups: dict[str, str]
    mask: str


@dataclass(frozen=True, slots=True)
class Found:
    """A source, in one of its layouts, under one top folder of the tree.

    Attributes:
        root: the source's top folder relative to the tree's root, ending in "/"; or "".
        matches: its pictures by path, without those an earlier `Found` of the source has.
        repeats: paths of its pictures that an earlier `Found` has already.
        left_out: reason to number of files, for the folders that ask no question.
    """

    source: Source
    layout: SourceLayout
    root: str
    matches: tuple[Match, ...] = field(repr=False)
    repeats: tuple[str, ...] = field(repr=False)
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Fit:
    """A layout that accounts for a file; `position` is the layout's place in the table."""

    position: int
    root: str
    groups: dict[str, str]


def recognise(
    tree: Tree, sources: Iterable[Source], skip: re.Pattern[str] | None = None
) -> list[Found]:
    """Find the sources in a tree, however the user named and nested their folders.

    Args:
        tree: where to look.
        sources: what to look for.
        skip: folders (paths ending in "/") that belong to something else.

    Returns:
        What was found, by source id and top folder.
    """
    layouts = [(source, layout) for source in sources for layout in source.layouts]
    places: dict[tuple[str, str, int], list[tuple[File, _Fit]]] = defaultdict(list)
    for file, fit in _settle(_fits(tree, layouts, skip)):
        places[layouts[fit.position][0].id, fit.root, fit.position].append((file, fit))
    seen: set[tuple[str, str]] = set()
    found = []
    for (source_id, root, position), files in sorted(places.items(), key=lambda item: item[0]):
        source, layout = layouts[position]
        matches = [_match(tree, layout, file, fit) for file, fit in files]
        if layout.needs_mask and not any(match.mask for match in matches):
            continue
        is_new = [_is_new(source_id, match, seen) for match in matches]
        fresh = tuple(compress(matches, is_new))
        repeats = tuple(m.file.path for m, new in zip(matches, is_new, strict=True) if not new)
        found.append(Found(source, layout, root, fresh, repeats, _left_out(tree, root, layout)))
    return found


def _fits(
    tree: Tree, layouts: list[tuple[Source, SourceLayout]], skip: re.Pattern[str] | None
) -> Iterator[tuple[File, list[_Fit]]]:
    for folder, files in tree.folders.items():
        place = unicodedata.normalize("NFC", folder) + "/" if folder else ""
        if skip is not None and skip.search(place):
            continue
        here = [
            (position, layout.file, match)
            for position, (_, layout) in enumerate(layouts)
            if (match := layout.folder.fullmatch(place))
        ]
        if not here:
            continue
        for file in files:
            name = unicodedata.normalize("NFC", file.name)
            fits = [
                _Fit(position, match["root"], _groups(match, named))
                for position, pattern, match in here
                if (named := pattern.fullmatch(name))
            ]
            if fits:
                yield file, fits


def _settle(fits: Iterable[tuple[File, list[_Fit]]]) -> Iterator[tuple[File, _Fit]]:
    """One layout a file: the longest signature, then the one most files there fit alone."""
    every = list(fits)
    alone = Counter((fit.root, fit.position) for _, (fit, *others) in every if not others)

    def rank(fit: _Fit) -> tuple[int, int, int]:
        return len(fit.root), -alone[fit.root, fit.position], fit.position

    for file, candidates in every:
        yield file, candidates[0] if len(candidates) == 1 else min(candidates, key=rank)


def _groups(folder: re.Match[str], file: re.Match[str]) -> dict[str, str]:
    found = {**folder.groupdict(), **{k: v for k, v in file.groupdict().items() if v}}
    groups = {name: text for name, text in found.items() if text is not None}
    if "class_in_name" in groups:
        groups["class"] = groups.pop("class_in_name")
    return groups


def _match(tree: Tree, layout: SourceLayout, file: File, fit: _Fit) -> Match:
    below = _below(fit.root, file.path)
    mask = _mask(tree, layout, file.path.removesuffix(below), below, fit) if layout.masks else ""
    return Match(fit.groups.get("key", below), file, fit.groups, mask)


def _mask(tree: Tree, layout: SourceLayout, root: str, below: str, fit: _Fit) -> str:
    """The path of the first of the layout's masks that is there, or ""."""
    folder, _, name = below.rpartition("/")
    values = {**fit.groups, "folder": folder or ".", "stem": posixpath.splitext(name)[0]}
    paths = (_fill(template, values, root) for template in layout.masks)
    return next((path for path in paths if path in tree.files), "")


def _below(root: str, path: str) -> str:
    """The part of `path` below `root`, which may be spelt in another Unicode form than `path`."""
    return "/".join(path.split("/")[root.count("/") :])


def _fill(template: str, values: dict[str, str], root: str) -> str:
    try:
        return posixpath.normpath(root + template.format(**values))
    except KeyError:  # a group that this folder does not have: the template is for another one
        return ""


def _is_new(source_id: str, match: Match, seen: set[tuple[str, str]]) -> bool:
    before = len(seen)
    seen.add((source_id, match.key))
    return len(seen) > before


def left_out_files(tree: Tree, root: str, layout: SourceLayout) -> Iterator[tuple[File, LeftOut]]:
    """The files in a source's folders that ask no question, each with the rule that says why."""
    if not layout.left_out:
        return
    for folder, files in tree.folders.items():
        place = unicodedata.normalize("NFC", folder) + "/"
        for rule in layout.left_out:
            match = rule.folder.fullmatch(place)
            if match and match["root"] == root:
                yield from ((file, rule) for file in files)


def _left_out(tree: Tree, root: str, layout: SourceLayout) -> dict[str, int]:
    return dict(Counter(rule.reason for _, rule in left_out_files(tree, root, layout)))
