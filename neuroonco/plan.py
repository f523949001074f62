"""What one config will hold: its pictures by split, each with what is asked about it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from neuroonco import canonical, prepare
from neuroonco.annotations import Record
from neuroonco.benchmark import count_how, read_conversations, read_questions
from neuroonco.curation.cases import case_of
from neuroonco.curation.copies import group_files
from neuroonco.curation.splits import TEST_SHARE, VALIDATION_SHARE, Member, Shares, assign
from neuroonco.errors import DataDirError, PictureError
from neuroonco.items import Item, Plan
from neuroonco.layout import Layout
from neuroonco.resolve import Resolved
from neuroonco.tree import File

logger = logging.getLogger("mm_neuroonco")

_SHOWN = 5


def make_plan(config: str, layout: Layout, test_share: float = TEST_SHARE) -> Plan:
    """Work out what a config holds.

    Pictures are not opened where they are annotated. Raw ones are indexed, which takes about twice
    the time that decoding them takes; the index is kept in the cache.

    Args:
        config: ``closed``, ``open`` or ``instruction``.
        layout: what data_dir holds.
        test_share: the share of raw groups that closed and open ask about; instruction has the
            rest. Published questions, where there are any, take their place.

    Raises:
        NeuroOncoError: annotations or label files are broken, or nothing can be asked.
    """
    if layout.annotations[config]:
        plan = (
            _of_conversations(layout) if config == "instruction" else _of_benchmark(layout, config)
        )
    elif layout.found and (config == "instruction" or not layout.has_benchmark):
        from neuroonco.plan_raw import plan_raw  # here, since nothing else needs OpenCV and SciPy

        shares = Shares(0.0 if layout.has_benchmark else test_share, VALIDATION_SHARE)
        plan = plan_raw(layout, config, shares)
    else:
        raise DataDirError(
            f"{layout.tree.root.name}: {layout.summary()}. Nothing there makes the config "
            f"{config}; `mm-neuroonco check` says what to download from where"
        )
    plan.splits = {split: items for split, items in plan.splits.items() if items}
    return plan


def benchmark_items(layout: Layout, config: str) -> list[Item]:
    """The published questions of a config, whether or not their pictures are on disk.

    Args:
        layout: what data_dir holds.
        config: ``closed`` or ``open``.

    Returns:
        Items without files; none where no annotations are there.

    Raises:
        NeuroOncoError: annotations are broken.
    """
    return [_item(record, ()) for record, _ in read_questions(layout, config)]


def check_pictures(plan: Plan, root: Path) -> None:
    """Open every picture of a plan, and move those that are broken to what it lacks."""
    plain: dict[str, bool] = {}
    broken: dict[str, str] = {}
    unseen = [item for items in plan.splits.values() for item in items if not item.ready]
    files = {file.path: file for item in unseen for file, _ in item.files}
    for path, file in files.items():
        try:
            plain[path] = prepare.is_plain(root, file)
        except PictureError as error:
            broken[path] = str(error).removeprefix(f"{path}: ")
    plan.lacking |= broken
    for split, items in plan.splits.items():
        plan.splits[split] = [
            item if item.ready else replace(item, ready=all(plain[f.path] for f, _ in item.files))
            for item in items
            if not any(file.path in broken for file, _ in item.files)
        ]


def report_lacking(plan: Plan, missing: str) -> None:
    """Raise an error that counts and names the pictures a plan lacks, or log how many they are.

    Args:
        plan: with the pictures it lacks.
        missing: ``error`` or ``skip``.

    Raises:
        PictureError: `missing` is ``error`` and there are any; or no picture is left.
    """
    if plan.lacking:
        total = len(plan.lacking) + len(
            {
                file.path
                for items in plan.splits.values()
                for item in items
                for file, _ in item.files
            }
        )
        names = [f"{name} ({reason})" for name, reason in list(plan.lacking.items())[:_SHOWN]]
        more = len(plan.lacking) - len(names)
        what = f"{len(plan.lacking)} of {total} pictures are missing or broken: {'; '.join(names)}"
        what += f"; and {more} more" if more else ""
        if missing == "error":
            raise PictureError(
                f"{what}.\nDownload them (`mm-neuroonco check` says from where), or leave their "
                "questions out with missing='skip'"
            )
        logger.warning("left out: %s", what)
    if not any(plan.splits.values()):
        raise PictureError("no picture is left to ask about; `mm-neuroonco check` says why")


def _of_benchmark(layout: Layout, config: str) -> Plan:
    pairs = read_questions(layout, config)
    logger.info("%s: pictures are %s", config, _shares(resolved for _, resolved in pairs))
    plan = Plan({"test": []}, {})
    for record, resolved in pairs:
        if resolved.file is None:
            plan.lacking[record.paths[0]] = "missing"
        else:
            files = ((resolved.file, resolved.mask),)
            plan.splits["test"].append(_item(record, files))
    return plan


def _of_conversations(layout: Layout) -> Plan:
    plan = Plan({"train": [], "validation": []}, {})
    items: list[Item] = []
    for record, pictures in read_conversations(layout):
        files = tuple((p.file, p.mask) for p in pictures if p.file)
        for path, picture in zip(record.paths, pictures, strict=True):
            if picture.file is None:
                plan.lacking[path] = "missing"
        if len(files) == len(pictures):
            items.append(_item(record, files))
    for item, split in zip(items, _splits_of(layout, items), strict=True):
        if split:
            plan.splits[split].append(item)
    return plan


def _splits_of(layout: Layout, items: Sequence[Item]) -> list[str]:
    """The split of each conversation: as a build has named its files, or made here."""
    names = {file.name.rpartition(".")[0] for file in layout.annotations["instruction"]}
    if names <= {"train", "validation"}:
        return [item.image_id.rpartition("_")[0] for item in items]
    held = list(_held_out(layout))
    files = [item.files[0][0] for item in items] + held
    groups = group_files(layout.tree.root, files, [case_of(file.path) for file in files])
    barred = set(groups[len(items) :])
    members = (
        Member(group, f"{item.category}/{item.source}")
        for item, group in zip(items, groups, strict=False)
        if group not in barred
    )
    placed = assign(members, Shares(0.0, VALIDATION_SHARE))
    splits = [placed.get(group, "") for group in groups[: len(items)]]
    if count := splits.count(""):
        logger.info("%d pictures share a patient or a file with the benchmark: not used", count)
    return splits


def _held_out(layout: Layout) -> Iterator[File]:
    """The pictures of the published benchmark that are on disk."""
    for config in ("closed", "open"):
        for _, resolved in read_questions(layout, config):
            if resolved.file:
                yield resolved.file


def _item(record: Record, files: tuple[tuple[File, File | None], ...]) -> Item:
    named = next((path for path in record.paths if canonical.FOLDER.search(path)), record.paths[0])
    name = record.told or canonical.parse(named)
    return Item(record.id, files, named, name.source, name.category, name.modality, record.asked)


def _shares(resolved: Iterable[Resolved]) -> str:
    return ", ".join(f"{count} {how}" for how, count in count_how(resolved).items())
