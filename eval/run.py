"""Run a model over a dataset's questions and score it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.asking import ask_baseline, ask_model, reply_of
from eval.few_shot import FewShot
from eval.items import AnyQuestion, Item, digest, make_items, select
from eval.judging import check_judged, judge_run
from eval.models.base import Baseline, Model
from eval.pictures import Pictures
from eval.prompting import Prompter, check_prompt
from eval.questions import Question, open_questions_of, questions_of
from eval.runs import Run, read_run
from eval.scoring import AnyResults, score
from eval.settings import Settings
from eval.shards import Shard, gather, this_shard
from eval.throughput import Stopwatch
from neuroonco import __version__
from neuroonco.errors import RunError
from neuroonco.prompts import Prompt, load_prompt

if TYPE_CHECKING:
    from datasets import Dataset

_BATCH_SIZE = 8
_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class _Plan:
    """All questions of a dataset, every item made of them, those to ask, and in which words."""

    questions: Sequence[AnyQuestion]
    items: Sequence[Item]
    asked: Sequence[Item]
    prompter: Prompter


def evaluate(
    dataset: Dataset,
    model: Model | Baseline,
    out: str | os.PathLike[str],
    settings: Settings = _DEFAULTS,
    *,
    examples: Dataset | None = None,
    judge: Model | None = None,
    blind: str | os.PathLike[str] | None = None,
) -> AnyResults:
    """Ask a model the questions of a dataset, and score its answers.

    What a run has done is kept in its folder; called again with the same folder and settings it
    asks only what is missing or failed. The batch size and the choice of questions may change in
    between. Processes that a launcher has started share the images, see `eval.shards`.

    Args:
        dataset: of the config in the settings; models need its column ``image``, baselines don't.
        model: from `eval.load_model`, or anything with the same methods.
        out: the run's folder.
        settings: what to ask, and how.
        examples: the config ``instruction``, for few-shot.
        judge: grades the answers to open questions.
        blind: the folder of the same model's run with blank or swapped pictures; the results then
            tell the visual gain.

    Returns:
        The scores; they are also in ``results.json``.

    Raises:
        RunError: the folder belongs to other settings or is damaged, there is nothing to ask, or
            the model cannot do what the settings want.
        PromptError: the prompt is missing or malformed.
    """
    _check_model(model, settings)
    if judge is not None:
        check_judged(settings)
    if blind is not None:
        read_run(Path(blind))
    folder, shard = Path(out), this_shard()
    watch = _ask(dataset, model, folder, shard, settings, examples)
    if judge is not None and shard.is_first:
        judge_run(read_run(folder), judge)
    shard.wait()
    results = score(read_run(folder), blind=Path(blind) if blind else None, watch=watch)
    if shard.is_first:
        Run.reopen(folder).finish(results.to_dict())
    return results


def _ask(
    dataset: Dataset,
    model: Model | Baseline,
    folder: Path,
    shard: Shard,
    settings: Settings,
    examples: Dataset | None,
) -> Stopwatch:
    """Ask all that is open. What is wrong with the settings shows before anything is written."""
    plan = _plan(dataset, examples, settings)
    answer: Callable[[Run, Shard], Stopwatch]
    if isinstance(model, Baseline):
        answer = partial(_choose, model, plan)
    else:
        pictures = Pictures(dataset, settings.picture, settings.seed)
        answer = partial(_look, model, plan, pictures, settings)
    if shard.is_first:
        Run.open(folder, _describe(model, plan, settings), plan.questions)
        gather(folder, plan.items)
    shard.wait()
    watches = shard.collect(answer(Run.reopen(folder, shard.lines(folder)), shard))
    if shard.is_first:
        gather(folder, plan.items)
    return Stopwatch.together(watches)


def _plan(dataset: Dataset, examples: Dataset | None, settings: Settings) -> _Plan:
    prompt = load_prompt(settings.prompt_name)
    check_prompt(prompt, settings)
    questions: Sequence[AnyQuestion]
    questions = questions_of(dataset) if settings.config == "closed" else open_questions_of(dataset)
    items = make_items(questions, settings)
    asked = select(items, settings)
    prompter = Prompter(prompt, _few_shot(examples, prompt, settings))
    prompter.render(prompter.asks(items)[0])
    return _Plan(questions, items, asked, prompter)


def _choose(model: Baseline, plan: _Plan, run: Run, shard: Shard) -> Stopwatch:
    closed = [question for question in plan.questions if isinstance(question, Question)]
    if shard.is_first:
        ask_baseline(model, closed, plan.asked, run)
    return Stopwatch()


def _look(
    model: Model, plan: _Plan, pictures: Pictures, settings: Settings, run: Run, shard: Shard
) -> Stopwatch:
    wanted = {item.key for item in plan.asked if _is_open(item, pictures, run)}
    asks = [
        ask for ask in plan.prompter.asks(plan.items) if any(item.key in wanted for item in ask)
    ]
    return ask_model(
        model,
        shard.mine(asks),
        pictures,
        plan.prompter,
        run,
        wanted=wanted,
        method=settings.method,
        batch_size=settings.batch_size or int(getattr(model, "batch_size", _BATCH_SIZE)),
    )


def _is_open(item: Item, pictures: Pictures, run: Run) -> bool:
    """Whether a question has no answer yet, or one about a picture that has changed since."""
    done = run.predictions.get(item.key)
    return done is None or done.outcome == "error" or done.picture != pictures.digest(item.row)


def _few_shot(examples: Dataset | None, prompt: Prompt, settings: Settings) -> FewShot | None:
    if not settings.few_shot:
        return None
    if examples is None:
        raise RunError("few-shot examples come from the instruction split; there is none here")
    return FewShot(examples, settings.few_shot, prompt, settings.seed)


def _check_model(model: Model | Baseline, settings: Settings) -> None:
    if not isinstance(model, Baseline):
        reply_of(model, settings.method)
        return
    if settings.config == "open":
        raise RunError(f"{model.name} chooses among options; open questions need a model")
    if settings.method == "likelihood" or settings.picture != "real" or settings.few_shot:
        raise RunError(
            f"{model.name} sees no picture and no prompt: leave --method, --picture and --few-shot"
        )


def _describe(model: Model | Baseline, plan: _Plan, settings: Settings) -> dict[str, Any]:
    """The content of config.json."""
    blind = isinstance(model, Baseline)
    prompt, few_shot = plan.prompter.prompt, plan.prompter.few_shot
    return {
        "model": model.describe(),
        "prompt": None
        if blind
        else {"name": prompt.name, "version": prompt.version, "digest": prompt.digest},
        "method": "choose" if blind else settings.method,
        "picture": settings.picture,
        "circular": settings.circular,
        "few_shot": {"count": settings.few_shot, "digest": few_shot.digest} if few_shot else None,
        "dataset": {
            "config": settings.config,
            "n": len(plan.questions),
            "digest": digest(plan.questions),
        },
        "versions": {"mm-neuroonco": __version__, "pillow": version("pillow")},
        "seed": settings.seed,
        "batch_size": settings.batch_size,
        "limit": settings.limit,
        "ids": list(settings.ids),
        "question_types": list(settings.question_types),
    }
