"""The report as one HTML file that needs, and can reach, no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from eval.report import plots
from eval.report.browser import pack
from eval.report.data import view_runs
from eval.report.templating import environment, read_template
from eval.report.thumbnails import Thumbnail, embed_pictures
from eval.runs import SavedRun
from neuroonco.files import write_text

_SCRIPTS = ("tables.js", "questions.js", "detail.js", "browser.js")


def write_html(runs: Sequence[SavedRun], path: Path, thumbnail: Thumbnail | None = None) -> None:
    """Write the report of one or several runs to an HTML file.

    Args:
        runs: in the order in which they are numbered.
        path: of the file; it is replaced as a whole.
        thumbnail: gives the picture of a question by the question's id, or None; without it the
            page holds no picture.
    """
    write_text(path, render_html(runs, thumbnail))


def render_html(runs: Sequence[SavedRun], thumbnail: Thumbnail | None = None) -> str:
    """Make the text of the HTML report, see `write_html`."""
    views = view_runs(runs)
    pictures = embed_pictures(runs, thumbnail) if thumbnail else {}
    data = pack(views, runs, pictures)
    style = read_template("report.css")
    script = "\n".join(read_template(name) for name in _SCRIPTS)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            views=views,
            closed=[view for view in views if view.config == "closed"],
            opened=[view for view in views if view.config == "open"],
            questions=len(data["questions"]["rows"]),
            images=len({row[1] for row in data["questions"]["rows"]}),
            has_pictures=bool(pictures),
            data=htmlsafe_json_dumps(data, separators=(",", ":")),
            plots=plots,
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - files of this package
            style_digest=_digest(style),
            script_digest=_digest(script),
        )
    )


def _digest(text: str) -> str:
    """What the page's security policy calls the one style and the one script it may use."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
