"""The report as Markdown: the tables of the HTML page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from eval.report import plots
from eval.report.data import view_runs
from eval.report.templating import environment
from eval.runs import SavedRun
from neuroonco.files import write_text


def write_markdown(runs: Sequence[SavedRun], path: Path) -> None:
    """Write the report of one or several runs to a Markdown file, which is replaced as a whole."""
    write_text(path, render_markdown(runs))


def render_markdown(runs: Sequence[SavedRun]) -> str:
    """Make the text of the Markdown report."""
    views = view_runs(runs)
    text = (
        environment()
        .get_template("report.md.j2")
        .render(
            views=views,
            closed=[view for view in views if view.config == "closed"],
            opened=[view for view in views if view.config == "open"],
            plots=plots,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
