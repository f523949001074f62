"""Both reports, beside each other in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.report.html import write_html
from eval.report.markdown import write_markdown
from eval.report.thumbnails import Thumbnail
from eval.runs import SavedRun


def write_report(
    runs: Sequence[SavedRun], folder: Path, thumbnail: Thumbnail | None = None
) -> tuple[Path, Path]:
    """Write report.md and report.html, one page that needs no network.

    Args:
        runs: in the order in which they are numbered.
        folder: where to; it is made if it is missing.
        thumbnail: see `eval.report.html.write_html`.

    Returns:
        The two files.
    """
    markdown, page = folder / "report.md", folder / "report.html"
    write_markdown(runs, markdown)
    write_html(runs, page, thumbnail)
    return markdown, page
