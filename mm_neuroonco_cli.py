"""The command `mm-neuroonco`: reads its arguments and hands them to the parts that do the work."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from neuroonco import __version__
from neuroonco.errors import NeuroOncoError
from neuroonco.prepare import CACHE_VARIABLE

app = typer.Typer(
    name="mm-neuroonco",
    help="Brain-tumour MRI questions over your own downloads, and models measured on them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_debug = False

_DEMO_NOTE = """\
What this means: the pictures are phantoms and the tiny model's weights are random, so no score here
says anything about medicine. A random model is at chance, a draw among the options: chance lies in
its interval. Majority and prior see no picture; what they reach, the questions' texts give away. A
model has learnt to look where its interval is above all three."""


class Config(StrEnum):
    """The configs that can be evaluated."""

    CLOSED = "closed"


class Missing(StrEnum):
    """What to do about pictures that are missing or broken."""

    ERROR = "error"
    SKIP = "skip"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 failed, 2 wrong usage.

    Args:
        arguments: without the command's own name; those of the process by default.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for library in ("datasets", "httpx", "huggingface_hub", "torch", "transformers"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if not sys.stderr.isatty():
        os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    try:
        app(args=None if arguments is None else list(arguments), prog_name="mm-neuroonco")
    except NeuroOncoError as error:
        if _debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


@app.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    global _debug
    _debug = debug
    if version:
        print(f"mm-neuroonco {__version__}")
        raise typer.Exit


@app.command()
def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Keep the data, the model and the runs in this folder."),
    ] = None,
) -> None:
    """Show the whole loop on data made on the spot: load, evaluate, score. No download.

    Example: mm-neuroonco demo --out demo
    """
    if out is not None:
        _run_demo(out)
        return
    with tempfile.TemporaryDirectory() as folder:
        _run_demo(Path(folder))


@app.command()
def check(
    data_dir: Annotated[Path, typer.Argument(help="The folder that holds your downloads.")],
    deep: Annotated[
        bool, typer.Option("--deep", help="Decode every picture, not only its header.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what is in a folder, source by source, and what to download from where.

    Exit status 1 where a picture is missing or broken, or nothing was found.

    Example: mm-neuroonco check downloads --deep
    """
    from neuroonco.check import check as check_data_dir
    from neuroonco.check_table import print_report

    report = check_data_dir(data_dir, deep=deep, progress=_progress)
    if as_json:
        print(json.dumps(asdict(report), indent=2, ensure_ascii=False))
    else:
        print_report(report, Console(highlight=False))
    if not report.is_sound:
        raise typer.Exit(1)


@app.command("eval")
def evaluate(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="A model's folder or Hub id, or baseline:random, baseline:majority, "
            "baseline:prior.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The run's folder; an unfinished run goes on.")
    ],
    config: Annotated[Config, typer.Option("--config", help="What to ask.")] = Config.CLOSED,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Your downloads; by default $MM_NEUROONCO_DATA_DIR."),
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="Your own prompt file; by default eval/closed_direct."),
    ] = None,
    batch_size: Annotated[
        int, typer.Option("--batch-size", min=1, help="Questions at once; changes the speed only.")
    ] = 8,
    max_new_tokens: Annotated[
        int, typer.Option("--max-new-tokens", min=1, help="The longest answer, in tokens.")
    ] = 64,
    dtype: Annotated[
        str, typer.Option("--dtype", help="auto, float32, bfloat16 or float16.")
    ] = "auto",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Ask only the first so many questions.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of intervals and baseline:random.")] = 0,
    missing: Annotated[
        Missing, typer.Option("--missing", help="What to do about missing or broken pictures.")
    ] = Missing.ERROR,
    test_share: Annotated[
        float,
        typer.Option("--test-share", help="From raw sources: the share of patients asked about."),
    ] = 0.2,
) -> None:
    """Ask a model every question and score it, beside chance and two floors that see no picture.

    Exit status 1 where a question has no answer or no score.

    Example: mm-neuroonco eval --model baseline:prior --data-dir downloads --out runs/prior
    """
    import mm_neuroonco
    from eval import DEFAULT_PROMPT, load_model, print_results
    from eval import evaluate as run

    dataset = mm_neuroonco.load(
        config, data_dir, split="test", missing=missing, test_share=test_share
    )
    loaded = load_model(model, max_new_tokens=max_new_tokens, dtype=dtype, seed=seed)
    results = run(
        dataset,
        loaded,
        out,
        prompt=prompt or DEFAULT_PROMPT,
        batch_size=batch_size,
        limit=limit,
        seed=seed,
    )
    print_results(results)
    if not results.complete:
        raise typer.Exit(1)


def _run_demo(folder: Path) -> None:
    os.environ[CACHE_VARIABLE] = str(folder / "pictures")
    import mm_neuroonco
    from eval import evaluate as run
    from eval import load_model, print_models
    from neuroonco.demo import make_demo_data

    data, model = folder / "data", folder / "tiny-vlm"
    print("Making pictures: phantoms, laid out as eight of the sources are downloaded")
    make_demo_data(data)
    cache = str(folder / "cache")
    closed = mm_neuroonco.load("closed", data, cache_dir=cache, test_share=0.5)
    logging.getLogger(mm_neuroonco.NAME).setLevel(logging.WARNING)  # what was found stands there
    others = {
        config: mm_neuroonco.load(config, data, cache_dir=cache, test_share=0.5)
        for config in ("open", "instruction")
    }
    for config, splits in {"closed": closed, **others}.items():
        print(f"{config}: " + ", ".join(f"{len(rows):,} {split}" for split, rows in splits.items()))
    models = ["baseline:random", "baseline:majority", "baseline:prior"]
    if find_spec("torch") and find_spec("transformers"):
        from eval.models.tiny import make_tiny_vlm

        print("Making a vision-language model of 1 MB with random weights")
        make_tiny_vlm(model)
        models.append(str(model))
    else:
        print("No torch or transformers here: only the baselines run")
    print_models(
        [
            run(
                closed["test"],
                load_model(name),
                folder / "runs" / Path(name).name.replace(":", "-"),
            )
            for name in models
        ]
    )
    print(_DEMO_NOTE)


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


if __name__ == "__main__":
    main()
