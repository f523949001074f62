"""Write `statistics.md` and `statistics.html`."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from neuroonco.curation.splits import SPLITS
from neuroonco.curation.statistics.counts import Statistics
from neuroonco.files import write_text

NAMES = ("statistics.md", "statistics.html")


def write_statistics(statistics: Statistics, out: Path) -> list[Path]:
    """Write the statistics of a build in two forms, each file whole or not at all.

    Args:
        statistics: what `count` gives.
        out: the folder of the curation's files.

    Returns:
        The paths of the Markdown file and of the page.
    """
    style = _read("statistics.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    paths = [out / name for name in NAMES]
    for path in paths:
        template = _environment().get_template(f"{path.name}.j2")
        text = template.render(
            of=statistics,
            split_names=SPLITS,
            style=Markup(style),  # noqa: S704 - a file of this package
            style_digest=f"sha256-{digest}",
        )
        write_text(path, text)
    return paths


@lru_cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"share": "{:.3f}".format, "number": "{:,}".format, "percent": _percent}
    return made


def _percent(value: float) -> str:
    """A length in a drawing, as in ``69.31%``."""
    return f"{100 * value:.2f}%"


def _read(name: str) -> str:
    folder = resources.files("neuroonco.curation.statistics").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")
