"""What one config will hold: its pictures by split, each with what is asked about it."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from neuroonco import canonical, prepare
from neuroonco.annotations import Record
from neuroonco.benchmark import count_how, read_conversations, read_questions
from neuroonco.curation.splits import Member, Shares, assign, case_of
from neuroonco.errors import DataDirError, PictureError
from neuroonco.layout import Layout
from neuroonco.resolve import Resolved
from neuroonco.sources import Picture, describe
from neuroonco.tree import File

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1

logger = logging.getLogger("mm_neuroonco")

_SHOWN = 5


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
        asked: published question objects as a JSON list; None where they are made by rule.
        ready: whether every picture was checked and is shown as it is.
    """

    image_id: str
    files: tuple[tuple[File, File | None], ...]
    image_path: str
    source: str
    category: str
    modality: str
    asked: str | None = field(repr=False)
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


def make_plan(config: str, layout: Layout, test_share: float = TEST_SHARE) -> Plan:
    """Work out what a config holds. Pictures are not opened; label files of raw sources are.

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
        plan = _of_raw(layout, config, test_share)
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
    files = {f.path: f for items in plan.splits.values() for item in items for f, _ in item.files}
    for path, file in files.items():
        try:
            plain[path] = prepare.is_plain(root, file)
        except PictureError as error:
            broken[path] = str(error).removeprefix(f"{path}: ")
    plan.lacking |= broken
    for split, items in plan.splits.items():
        plan.splits[split] = [
            replace(item, ready=all(plain[file.path] for file, _ in item.files))
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
    members = [Member(item.files[0][0], case_of(item.files[0][0].path)) for item in items]
    _split(plan, layout, items, members, Shares(0.0, VALIDATION_SHARE))
    return plan


def _of_raw(layout: Layout, config: str, test_share: float) -> Plan:
    plan = Plan({"test": [], "train": [], "validation": []}, {})
    items, members = [], []
    reasons: Counter[str] = Counter()
    for found in layout.found:
        for match in found.matches:
            try:
                picture = describe(match, found, layout.tree)
            except PictureError as error:
                plan.lacking[match.file.path] = str(error).removeprefix(f"{match.file.path}: ")
                continue
            if picture.reason:
                reasons[f"source {picture.source}: {picture.reason}"] += 1
            else:
                items.append(_raw_item(layout, picture))
                members.append(Member(match.file, case_of(match.file.path) or picture.patient))
    for reason, count in reasons.items():
        logger.info("%d pictures ask no question (%s)", count, reason)
    shares = Shares(0.0 if layout.has_benchmark else test_share, VALIDATION_SHARE)
    _split(plan, layout, items, members, shares)
    wanted = ("train", "validation") if config == "instruction" else ("test",)
    plan.splits = {split: plan.splits[split] for split in wanted}
    return plan


def _split(
    plan: Plan,
    layout: Layout,
    items: list[Item],
    members: Sequence[Member],
    shares: Shares,
) -> None:
    places = assign(layout.tree.root, members, list(_held_out(layout)), shares)
    for item, split in zip(items, places, strict=True):
        if split:
            plan.splits[split].append(item)
    if barred := places.count(""):
        logger.info("%d pictures share a patient or a file with the benchmark: not used", barred)


def _held_out(layout: Layout) -> Iterator[Member]:
    """The pictures of the published benchmark that are on disk."""
    for config in ("closed", "open"):
        for _, resolved in read_questions(layout, config):
            if resolved.file:
                yield Member(resolved.file, case_of(resolved.file.path))


def _item(record: Record, files: tuple[tuple[File, File | None], ...]) -> Item:
    named = next((path for path in record.paths if canonical.FOLDER.search(path)), record.paths[0])
    name = canonical.parse(named)
    return Item(record.id, files, named, name.source, name.category, name.modality, record.asked)


def _raw_item(layout: Layout, picture: Picture) -> Item:
    files = layout.tree.files
    return Item(
        image_id=picture.image_id,
        files=((files[picture.path], files.get(picture.mask)),),
        image_path=picture.path,
        source=picture.source,
        category=picture.category,
        modality=picture.modality,
        asked=None,
    )


def _shares(resolved: Iterable[Resolved]) -> str:
    return ", ".join(f"{count} {how}" for how, count in count_how(resolved).items())
