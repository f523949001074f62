"""The command that runs a model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mm_neuroonco_cli.judge import load_judge
from neuroonco.curation.splits import TEST_SHARE
from neuroonco.errors import RunError


class Config(StrEnum):
    """The configs that can be evaluated."""

    CLOSED = "closed"
    OPEN = "open"


class Missing(StrEnum):
    """What to do about pictures that are missing or broken."""

    ERROR = "error"
    SKIP = "skip"


class Method(StrEnum):
    """Where a letter is read from."""

    GENERATE = "generate"
    LIKELIHOOD = "likelihood"


class Shown(StrEnum):
    """What is shown in the picture's place."""

    REAL = "real"
    BLANK = "blank"
    SWAPPED = "swapped"


_MODEL = "The model"
_QUESTIONS = "What is asked"
_DATA = "The data"
_LOADING = "Loading a model of transformers"
_SERVER = "A model behind a server"


def evaluate(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="A model's folder or Hub id; openai:MODEL for one behind a server; or "
            "baseline:random, baseline:majority, baseline:prior.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The run's folder; an unfinished run goes on.")
    ],
    config: Annotated[Config, typer.Option("--config", help="What to ask.")] = Config.CLOSED,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            help="Your downloads; by default $MM_NEUROONCO_DATA_DIR.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(
            "--annotations",
            help="A folder whose questions are asked in place of those among your downloads, such "
            "as one that build wrote.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    missing: Annotated[
        Missing,
        typer.Option(
            "--missing",
            help="What to do about missing or broken pictures.",
            rich_help_panel=_DATA,
        ),
    ] = Missing.ERROR,
    test_share: Annotated[
        float,
        typer.Option(
            "--test-share",
            help="From raw sources: the share of pictures asked about.",
            rich_help_panel=_DATA,
        ),
    ] = TEST_SHARE,
    method: Annotated[
        Method,
        typer.Option("--method", help="Read the letter from the answer, or compare likelihoods."),
    ] = Method.GENERATE,
    prompt: Annotated[
        str | None,
        typer.Option(
            "--prompt", help="A prompt's name, such as eval/closed_cot, or your own file."
        ),
    ] = None,
    picture: Annotated[
        Shown, typer.Option("--picture", help="blank and swapped are the blind runs.")
    ] = Shown.REAL,
    blind: Annotated[
        Path | None,
        typer.Option("--blind", help="The model's blind run: tells how much the pictures bring."),
    ] = None,
    circular: Annotated[
        bool, typer.Option("--circular", help="Ask under every rotation of the options.")
    ] = False,
    few_shot: Annotated[
        int, typer.Option("--few-shot", min=0, help="Solved questions to show before each.")
    ] = 0,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="Grades open answers: openai:MODEL, or a model's folder."),
    ] = None,
    judge_url: Annotated[
        str | None,
        typer.Option("--judge-url", help="The judge's server; as --base-url if left out."),
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option(
            "--ids",
            help="Only these questions: ids with commas between, or a file with one a line.",
            rich_help_panel=_QUESTIONS,
        ),
    ] = None,
    question_type: Annotated[
        list[str] | None,
        typer.Option(
            "--question-type",
            help="Only questions of this type; can be given again.",
            rich_help_panel=_QUESTIONS,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            help="Only the first so many questions.",
            rich_help_panel=_QUESTIONS,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", help="Of intervals, swapped pictures, examples, baseline:random."),
    ] = 0,
    batch_size: Annotated[
        int | None,
        typer.Option("--batch-size", min=1, help="Questions at once; changes the speed only."),
    ] = None,
    max_new_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-new-tokens",
            min=1,
            help="The longest answer, in tokens; by default what the prompt says, or 64.",
        ),
    ] = None,
    dtype: Annotated[
        str,
        typer.Option(
            "--dtype", help="auto, float32, bfloat16 or float16.", rich_help_panel=_LOADING
        ),
    ] = "auto",
    device_map: Annotated[
        str | None,
        typer.Option(
            "--device-map",
            help="auto spreads the weights over all devices; or a device such as cuda:1.",
            rich_help_panel=_LOADING,
        ),
    ] = None,
    attn: Annotated[
        str | None,
        typer.Option(
            "--attn",
            help="The attention: sdpa, eager, flash_attention_2.",
            rich_help_panel=_LOADING,
        ),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(
            "--adapter", help="A PEFT adapter's folder or Hub id.", rich_help_panel=_LOADING
        ),
    ] = None,
    max_pixels: Annotated[
        int | None,
        typer.Option(
            "--max-pixels",
            min=1,
            help="Shrink pictures of more pixels than this.",
            rich_help_panel=_LOADING,
        ),
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option(
            "--revision", help="Branch, tag or commit on the Hub.", rich_help_panel=_LOADING
        ),
    ] = None,
    trust_remote_code: Annotated[
        bool,
        typer.Option(
            "--trust-remote-code",
            help="Run code from the model's repository. Read it first.",
            rich_help_panel=_LOADING,
        ),
    ] = False,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            help="Of the server, such as http://localhost:8000/v1; the key is $OPENAI_API_KEY.",
            rich_help_panel=_SERVER,
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", min=1, help="Requests at once.", rich_help_panel=_SERVER),
    ] = 16,
    requests_per_minute: Annotated[
        float | None,
        typer.Option("--requests-per-minute", help="At most so many.", rich_help_panel=_SERVER),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", help="Seconds to wait for an answer.", rich_help_panel=_SERVER),
    ] = 120.0,
) -> None:
    """Ask a model every question and score it, beside chance and two floors that see no picture.

    Exit status 1 where a question has no answer or no score.

    Example: mm-neuroonco eval --model baseline:prior --data-dir downloads --out runs/prior
    """
    import mm_neuroonco
    from eval import Settings, load_model, load_prompt, print_results
    from eval import evaluate as run
    from eval.shards import this_shard

    settings = Settings(
        config=config.value,
        prompt=prompt,
        method=method.value,
        picture=picture.value,
        circular=circular,
        few_shot=few_shot,
        ids=_ids(ids),
        question_types=tuple(question_type or ()),
        limit=limit,
        batch_size=batch_size,
        seed=seed,
    )
    server: dict[str, Any] = {
        "base_url": base_url,
        "concurrency": concurrency,
        "requests_per_minute": requests_per_minute,
        "timeout": timeout,
    }
    loading: dict[str, Any] = {
        "dtype": dtype,
        "device_map": device_map,
        "attn": attn,
        "adapter": adapter,
        "max_pixels": max_pixels,
        "revision": revision,
        "trust_remote_code": trust_remote_code,
    }
    longest = max_new_tokens or load_prompt(settings.prompt_name).max_new_tokens or 64
    load: dict[str, Any] = {
        "missing": missing,
        "test_share": test_share,
        "annotations": annotations,
    }
    shard = this_shard()
    with shard.first_goes_first():
        dataset = mm_neuroonco.load(config, data_dir, split="test", **load)
        examples = (
            mm_neuroonco.load("instruction", data_dir, split="train", **load) if few_shot else None
        )
    results = run(
        dataset,
        load_model(model, max_new_tokens=longest, seed=seed, **loading, **server),
        out,
        settings,
        examples=examples,
        judge=load_judge(judge, server | {"base_url": judge_url or base_url}),
        blind=blind,
    )
    if shard.is_first:
        print_results(results)
        if not results.complete:
            raise typer.Exit(1)


def _ids(given: str | None) -> tuple[str, ...]:
    if given is None:
        return ()
    parts = given.split(",")
    if len(parts) == 1 and Path(given).is_file():
        parts = Path(given).read_text(encoding="utf-8", errors="replace").splitlines()
    ids = tuple(part.strip() for part in parts if part.strip())
    if not ids:
        raise RunError(f"--ids {given!r} names no question")
    return ids
