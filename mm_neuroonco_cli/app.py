"""Start the command: logging, exit status, and errors in a line or two."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mm_neuroonco_cli.build import build
from mm_neuroonco_cli.data import check
from mm_neuroonco_cli.demo import demo
from mm_neuroonco_cli.evaluation import evaluate
from mm_neuroonco_cli.runs import compare, report, score
from neuroonco import __version__
from neuroonco.errors import NeuroOncoError

_QUIET = ("absl", "datasets", "httpx", "huggingface_hub", "openai", "torch", "transformers")

app = typer.Typer(
    name="mm-neuroonco",
    help="Brain-tumour MRI questions over your own downloads, and models measured on them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(check)
app.command()(build)
app.command("eval")(evaluate)
app.command()(score)
app.command()(report)
app.command()(compare)

_debug = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 failed, 2 wrong usage.

    Args:
        arguments: without the command's own name; those of the process by default.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for library in _QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)
    if not sys.stderr.isatty():
        os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    # Threads of torch that spin while they wait would take the cores from those that read pictures.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="mm-neuroonco")
    except NeuroOncoError as error:
        if _debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"mm-neuroonco {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    global _debug
    _debug = debug
