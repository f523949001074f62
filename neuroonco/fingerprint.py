"""A digest of everything a config is made from: it changes whenever a row could."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from neuroonco.annotations import digest
from neuroonco.benchmark import read_conversations, read_questions
from neuroonco.layout import Layout
from neuroonco.sources import class_map, left_out_files

_READ_FOR_CLASSES = ("data.yaml", class_map.NAME)


def fingerprint(config: str, layout: Layout, *options: object) -> str:
    """Digest what a config is made from.

    Annotations count by their bytes. Pictures count by path, size and the times of their last
    change, of which at least one tells even when tools restore the other. The place of data_dir
    counts, because rows hold absolute paths. Files that the config does not use do not count.

    Args:
        config: ``closed``, ``open`` or ``instruction``.
        layout: what data_dir holds.
        options: the config's settings.

    Returns:
        32 hexadecimal digits.
    """
    parts = [code_digest(), config, str(layout.tree.root), *map(repr, options)]
    parts += _annotations(config, layout)
    parts += sorted(_pictures(config, layout))
    joined = "\n".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(joined).hexdigest()[:32]


@lru_cache
def code_digest() -> str:
    """SHA-256 of the code and phrases that rows are made by, hexadecimal."""
    total = hashlib.sha256()
    for top in ("neuroonco", "prompts"):
        for name, content in sorted(_code(resources.files(top), top)):
            total.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def _annotations(config: str, layout: Layout) -> Iterator[str]:
    configs = ("closed", "open", "instruction") if config == "instruction" else (config,)
    for name in configs:
        for file in layout.annotations[name]:
            yield f"{name} {file.path} {digest(layout.notes, file)}"


def _pictures(config: str, layout: Layout) -> Iterator[str]:
    if config == "instruction":
        for name in ("closed", "open"):
            yield from _of_questions(name, layout)
    if not layout.annotations[config]:
        yield from _of_sources(layout)
    elif config == "instruction":
        for _, pictures in read_conversations(layout):
            yield from (p.file.stamp for p in pictures if p.file)
    else:
        yield from _of_questions(config, layout)


def _of_questions(config: str, layout: Layout) -> Iterator[str]:
    for record, resolved in read_questions(layout, config):
        yield resolved.file.stamp if resolved.file else f"missing {record.id}"


def _of_sources(layout: Layout) -> Iterator[str]:
    files = layout.tree.files
    for place in layout.found:
        for match in place.matches:
            yield match.file.stamp
            if match.mask:
                yield files[match.mask].stamp
        for file, _ in left_out_files(layout.tree, place.root, place.layout):
            yield file.stamp  # they ask nothing, but may show what others show
    for file in files.values():
        if file.name in _READ_FOR_CLASSES:
            yield digest(layout.tree, file)


def _code(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _code(entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".yaml")):
            yield f"{name}/{entry.name}", entry.read_bytes()
