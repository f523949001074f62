"""The plan of a config for raw downloads without annotations: indexed, masks read, asked."""

from __future__ import annotations

import json
import logging
from typing import Any

from neuroonco import images, prepare
from neuroonco.curation.cached import curate
from neuroonco.curation.index import IndexRow
from neuroonco.curation.questions import Questions, Subject, find_subjects, why_left_out
from neuroonco.curation.splits import Shares
from neuroonco.items import Item, Plan
from neuroonco.layout import Layout

logger = logging.getLogger("mm_neuroonco")


def plan_raw(layout: Layout, config: str, shares: Shares) -> Plan:
    """Plan a config by the same stages as `mm-neuroonco build`.

    Args:
        layout: what data_dir holds.
        config: ``closed``, ``open`` or ``instruction``.
        shares: of pictures for test and validation.

    Returns:
        The plan; it lacks the pictures that are broken.

    Raises:
        NeuroOncoError: annotations are broken, or the cache cannot be used.
    """
    rows, masks = curate(layout, shares)
    subjects = find_subjects(rows, masks, {})
    for reason, count in why_left_out(rows, subjects).items():
        logger.info("%d pictures ask no question (%s)", count, reason)
    broken = {row.path: row.reason.removeprefix("broken: ") for row in rows if row.width is None}
    plain = {row.image_id for row in rows if _is_plain(row)}
    plan = Plan({}, broken)
    for split in ("train", "validation") if config == "instruction" else ("test",):
        of_split = [subject for subject in subjects if subject.split == split]
        questions = Questions(of_split)
        plan.splits[split] = [
            _raw_item(layout, subject, asked, ready=subject.image_id in plain)
            for subject in of_split
            if (asked := questions.about(subject, config))
        ]
    return plan


def _is_plain(row: IndexRow) -> bool:
    """Whether an indexed picture can be shown as it is; see `neuroonco.prepare.is_plain`."""
    return row.mode in images.PLAIN_MODES and not prepare.is_converted(row.path)


def _raw_item(
    layout: Layout, subject: Subject, asked: list[dict[str, Any]], *, ready: bool
) -> Item:
    files = layout.tree.files
    return Item(
        image_id=subject.image_id,
        files=((files[subject.path], files.get(subject.mask_path)),),
        image_path=subject.path,
        source=subject.source,
        category=subject.category,
        modality=subject.modality,
        asked=json.dumps(asked),
        ready=ready,
    )
