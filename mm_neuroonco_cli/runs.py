"""The commands about runs that were made: score again, report, compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mm_neuroonco_cli.judge import load_judge


def score(
    run: Annotated[
        Path,
        typer.Argument(help="A run's folder; or a predictions file of the published scripts."),
    ],
    blind: Annotated[
        Path | None,
        typer.Option("--blind", help="The model's blind run: tells how much the pictures bring."),
    ] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(
            "--encoder", help="A text encoder's folder: embedding similarity and BERTScore."
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="Grades open answers: openai:MODEL, or a model's folder."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Of the judge's server.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir", help="Holds the annotations; only a predictions file needs them."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The run's folder to make from a predictions file."),
    ] = None,
) -> None:
    """Score saved predictions again, without the model and without the pictures.

    Answers are read anew, so that a better parser counts for old runs too.

    Example: mm-neuroonco score runs/prior
    """
    from eval import print_results, rescore
    from neuroonco.errors import RunError

    if run.is_file():
        if out is None:
            raise RunError(f"{run}: a predictions file becomes a run; say where with --out")
        _import(run, data_dir, out)
        run = out
    results = rescore(
        run, blind=blind, encoder=encoder, judge=load_judge(judge, {"base_url": base_url})
    )
    print_results(results)
    if not results.complete:
        raise typer.Exit(1)


def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder to write to; the first run's by default."),
    ] = None,
    with_images: Annotated[
        bool,
        typer.Option(
            "--with-images",
            help="Embed thumbnails. The sources' terms may forbid passing such a page on.",
        ),
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Your downloads; only --with-images needs them."),
    ] = None,
) -> None:
    """Write report.md and report.html, one page that needs no network.

    Example: mm-neuroonco report runs/prior runs/my-model --out report
    """
    from eval import read_run, write_report

    saved = [read_run(run) for run in runs]
    thumbnail = _thumbnails(saved[0].settings.config, data_dir) if with_images else None
    for file in write_report(saved, out or runs[0], thumbnail):
        print(file)


def compare(
    first: Annotated[Path, typer.Argument(help="A run's folder.")],
    second: Annotated[Path, typer.Argument(help="Another run's folder.")],
    show: Annotated[
        int, typer.Option("--show", min=0, help="List so many of the questions that differ.")
    ] = 20,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON, with all differences.")
    ] = False,
) -> None:
    """Test whether two runs differ, over all questions and by question type.

    The difference is SECOND less FIRST.

    Example: mm-neuroonco compare runs/prior runs/my-model
    """
    from eval import compare_runs, print_comparison, read_run

    comparison = compare_runs(read_run(first), read_run(second))
    if as_json:
        print(json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False))
    else:
        print_comparison(comparison, show)


def _import(file: Path, data_dir: Path | None, out: Path) -> None:
    """Make a run of a predictions file; the pictures need not be there."""
    from eval.published import config_of, import_predictions, published_questions
    from mm_neuroonco import MMNeuroOncoConfig

    config = config_of(file)
    root = MMNeuroOncoConfig(name=config, data_dir=data_dir and str(data_dir)).root
    import_predictions(file, published_questions(root, config), out)


def _thumbnails(config: str, data_dir: Path | None) -> Any:
    """A function from a question's id to its picture."""
    import mm_neuroonco
    from eval.pictures import Pictures

    dataset = mm_neuroonco.load(config, data_dir, split="test", missing="skip")
    rows = {name: row for row, name in enumerate(dataset["question_id"])}
    pictures = Pictures(dataset)
    return lambda question: pictures.load(rows[question]).image if question in rows else None
