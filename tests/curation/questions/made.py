"""Subjects made by code: pictures that questions are asked about."""

import random
from collections.abc import Sequence
from typing import Any

from neuroonco.curation.questions import Subject
from neuroonco.curation.semantics import AttributeRow, rules
from neuroonco.vocabulary import TUMOUR_TYPES

SILVER = {
    "margins": ["Well-defined", "Partly defined", "Ill-defined"],
    "texture": ["Homogeneous", "Heterogeneous"],
    "enhancement": ["Present", "Absent"],
    "edema": ["Present", "Absent"],
    "signal_intensity": ["Hyperintense", "Isointense", "Hypointense"],
}


def make_mask(**told: Any) -> AttributeRow:
    """What a mask of 200 x 100 pixels tells; `told` overrides it."""
    row = {
        "image_id": "x",
        "mask_kind": "mask",
        "size": "Medium",
        "shape": "Lobulated",
        "spread": "Solitary Lesion",
        "location": "Upper-Left Region",
        "area_share": 0.0234,
        "circularity": 0.567,
        "elongation": 1.234,
        "components": 1,
        "largest_share": 1.0,
        "centroid_x": 0.25,
        "centroid_y": 0.31,
        "bbox": (40, 20, 62, 41),
        "mask_width": 200,
        "mask_height": 100,
    }
    return AttributeRow(**(row | told))


def make_subject(number: int = 0, **told: Any) -> Subject:
    """A glioma on T1; `told` overrides anything."""
    row = {
        "image_id": f"03/{number:05}",
        "path": f"downloads/glioma/{number:05}.jpg",
        "group": f"03/{number:05}",
        "source": "03",
        "category": "glioma",
        "modality": "t1",
        "split": "test",
    }
    return Subject(**(row | told))


def skewed(draw: random.Random, values: Sequence[str]) -> str:
    """The first value about half of the time, the last seldom."""
    return draw.choices(values, [0.5**place + 0.02 for place in range(len(values))])[0]


def make_subjects(count: int, seed: int = 0, per_group: int = 1) -> list[Subject]:
    """Pictures of every kind, their values as lopsided as real ones, some of one patient."""
    draw = random.Random(seed)
    categories = [*TUMOUR_TYPES, "healthy", "tumor"]
    subjects = []
    for number in range(count):
        if number % per_group == 0:
            category = skewed(draw, categories[:8]) if draw.random() < 0.7 else ""
            category = category or draw.choice(categories[8:])
        is_masked = category != "healthy" and draw.random() < 0.8
        mask = make_mask(
            mask_kind=draw.choice(["mask", "mask", "polygon", "labels", "box"]),
            size=skewed(draw, ["Medium", "Large/Extensive", "Small/Focal"]),
            shape=skewed(draw, ["Lobulated", "Irregular/Spiculated", "Round/Oval"]),
            spread=skewed(draw, rules.SPREADS),
            location=skewed(draw, sorted(rules.LOCATIONS, key=lambda place: place != rules.CENTRE)),
        )
        subjects.append(
            make_subject(
                number,
                group=f"patient {number // per_group}",
                source=draw.choice(["01", "02", "03"]),
                category=category,
                modality=skewed(draw, ["t1ce", "t2", "t1", "flair", "unknown"]),
                mask=mask if is_masked else None,
                signs={name: skewed(draw, values) for name, values in SILVER.items()}
                if is_masked
                else {},
            )
        )
    return subjects
