"""The commands about data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track


def check(
    data_dir: Annotated[Path, typer.Argument(help="The folder that holds your downloads.")],
    deep: Annotated[
        bool, typer.Option("--deep", help="Decode every picture, not only its header.")
    ] = False,
    leakage: Annotated[
        bool,
        typer.Option(
            "--leakage",
            help="Instead, say what the annotations for training share with those for testing: "
            "names, cases, and the pixels of the pictures that are there.",
        ),
    ] = False,
    training: Annotated[
        list[Path] | None,
        typer.Option(
            "--training",
            help="With --leakage: JSON or JSONL that names pictures to learn from, in place of the "
            "conversations in the folder; may be given several times.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what is in a folder, source by source, and what to download from where.

    Exit status 1 where a picture is missing or broken, or nothing was found; with --leakage,
    where anything is shared.

    Example: mm-neuroonco check downloads --deep
    """
    if leakage:
        _check_leakage(data_dir, training, as_json=as_json)
        return
    from neuroonco.check import check as check_data_dir
    from neuroonco.check_table import print_report

    report = check_data_dir(data_dir, deep=deep, progress=_progress)
    if as_json:
        print(json.dumps(asdict(report), indent=2, ensure_ascii=False))
    else:
        print_report(report, Console(highlight=False))
    if not report.is_sound:
        raise typer.Exit(1)


def _check_leakage(data_dir: Path, training: list[Path] | None, *, as_json: bool) -> None:
    from neuroonco.curation.leakage import check_published
    from neuroonco.errors import DataDirError
    from neuroonco.layout import survey

    layout = survey(data_dir)
    paths = {
        config: [Path(layout.notes.absolute(file.path)) for file in files]
        for config, files in layout.annotations.items()
    }
    tested, learnt = [*paths["closed"], *paths["open"]], training or paths["instruction"]
    if not tested or not learnt:
        raise DataDirError(
            f"{layout.tree.root.name}: annotations for testing and for training are needed to "
            "compare them; put both below this folder, or name the latter with --training"
        )
    shared = check_published(tested, learnt, data_dir)
    print(json.dumps(asdict(shared), indent=2) if as_json else shared.to_markdown())
    if not shared.is_clean:
        raise typer.Exit(1)


def _progress(items: Iterable[None], total: int) -> Iterable[None]:
    console = Console(stderr=True)
    return track(
        items,
        "checking pictures",
        total=total,
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
