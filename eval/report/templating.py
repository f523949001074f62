"""The templates of the reports, and how they write numbers."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

MISSING = "\N{EN DASH}"  # where there is no value


def read_template(name: str) -> str:
    """Read a file of `templates/`."""
    return resources.files("eval.report").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache
def environment() -> Environment:
    """The Jinja environment of the reports; in HTML and SVG every value is escaped."""
    made = Environment(
        loader=FunctionLoader(read_template),
        autoescape=select_autoescape(["html.j2", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "share": share,
        "signed": signed,
        "count": count,
        "interval": interval,
        "percent": percent,
        "span": span,
        "words": words,
        "hue": hue,
        "cell": cell,
    }
    return made


def share(value: float | None) -> str:
    """Three decimals, as in ``0.693``; a minus is a minus sign."""
    return MISSING if value is None else f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def signed(value: float | None) -> str:
    """Three decimals with a sign, as in ``+0.043``; the minus is a minus sign."""
    if value is None:
        return MISSING
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def count(value: float | None) -> str:
    """A whole number with thousands set apart, as in ``3,190``."""
    return MISSING if value is None else f"{value:,.0f}"


def interval(value: tuple[float, float] | None, form: str = "share") -> str:
    """Two ends, as in ``0.676 to 0.709``."""
    if not value:
        return MISSING
    low, high = (signed(end) if form == "signed" else share(end) for end in value)
    return f"{low} to {high}"


def span(ends: tuple[float, float]) -> str:
    """Two ends, or one value where they are written alike."""
    low, high = share(ends[0]), share(ends[1])
    return low if low == high else f"{low} to {high}"


def percent(value: float) -> str:
    """A length in a drawing, as in ``69.31%``."""
    return f"{100 * value:.2f}%"


def words(name: str) -> str:
    """A field's name as words: ``token_f1`` becomes ``token f1``."""
    return name.replace("_", " ").strip()


def hue(number: int) -> int:
    """Which of the eight colours a run has."""
    return (number - 1) % 8 + 1


def cell(text: object) -> str:
    """A text as one cell of a Markdown table: nothing in it is mark-up."""
    plain = " ".join(str(text).split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~$" else sign for sign in plain)
