"""What results say besides their tables: one line a matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eval.metrics.rejection import Rejection
from eval.report.templating import count, interval, share, signed
from eval.scoring import AnyResults, OpenResults, Results, Score
from eval.scoring.closed import Calibrated, Rotated
from eval.scoring.gain import VisualGain


def title(results: AnyResults) -> str:
    """What was asked, and how."""
    parts = [results.model, results.config, results.method]
    if results.prompt:
        parts.append(f"prompt {results.prompt['name']} {results.prompt['version']}")
    if results.picture != "real":
        parts.append(f"{results.picture} pictures")
    return ", ".join(parts)


def lines(results: AnyResults) -> Iterator[tuple[str, str]]:
    """Every matter that the results tell of, with its label."""
    yield "counts", counts(results)
    yield from _open_lines(results) if isinstance(results, OpenResults) else _closed_lines(results)
    if results.visual_gain:
        yield "visual gain", _gain(results.visual_gain)
    if results.throughput:
        yield "speed", _speed(results.throughput)
    if isinstance(results, Results) and results.overall:
        yield "verdict", _verdict(results, results.overall)


def counts(results: AnyResults) -> str:
    """What became of the questions."""
    expected, scored, unparsed, failed, missing = map(count, results.counts.values())
    return (
        f"{expected} questions expected, {scored} scored ({unparsed} unparsed), {failed} failed, "
        f"{missing} missing"
    )


def _closed_lines(results: Results) -> Iterator[tuple[str, str]]:
    kinds = ("refusal", "ambiguous", "unparsed")
    without = ", ".join(f"{count(results.outcomes[kind])} {kind}" for kind in kinds)
    yield "no letter", f"counted as wrong: {without}"
    if results.rejection.n:
        yield "none of the above", _rejection(results.rejection)
    if results.circular:
        yield "rotations", _circular(results.circular)
    if results.calibration:
        yield "calibration", _calibration(results.calibration)


def _open_lines(results: OpenResults) -> Iterator[tuple[str, str]]:
    for name, judged in results.judges.items():
        told = f"{name}: {count(judged.graded)} graded, {count(judged.unscored)} unscored"
        yield "judge", f"{told}; {judged.rubric}"
    if results.encoder:
        yield "encoder", f"{results.encoder.model}, BERTScore from layer {results.encoder.layer}"


def _rejection(found: Rejection) -> str:
    def shown(value: float | None) -> str:
        return "none" if value is None else share(value)

    return (
        f"chosen {count(found.chosen)}, right {count(found.traps)}: recall {shown(found.recall)}, "
        f"precision {shown(found.precision)}, F1 {shown(found.f1)}, "
        f"false {shown(found.false_rejections)}"
    )


def _circular(found: Rotated) -> str:
    ends = f" ({interval(found.interval)})" if found.interval else ""
    return (
        f"all right {share(found.accuracy)}{ends}, all the same {share(found.consistency)}; "
        f"{count(found.n)} questions"
    )


def _calibration(found: Calibrated) -> str:
    told = f"ECE {share(found.ece)}, Brier score {share(found.brier)}"
    if found.auroc_rejection is not None:
        told += f", AUROC of rejecting {share(found.auroc_rejection)}"
    return f"{told}; {count(found.n)} questions"


def _gain(found: VisualGain) -> str:
    one = found.overall
    ends = f" ({interval(one.interval, 'signed')})" if one.interval else ""
    return (
        f"{signed(one.gain)}{ends} over {found.blind_run} ({found.picture} pictures); "
        f"{count(one.n)} questions"
    )


def _speed(found: Mapping[str, Any]) -> str:
    rates = ", ".join(
        f"{found[f'{what}_per_second']:.1f} {what}/s" for what in ("questions", "images", "tokens")
    )
    memory = found.get("peak_memory_mib")
    return f"{rates}, {found['seconds']:.1f} s" + (f"; peak {count(memory)} MiB" if memory else "")


def _verdict(results: Results, score: Score) -> str:
    floor = f"the blind floor of {score.floor:.3f}"
    if results.method == "choose" or results.picture != "real":
        return f"made without the pictures: a floor for other runs, like {floor}"
    if score.interval is None:
        return f"too few images to compare with {floor}"
    low, high = score.interval
    if low > score.floor:
        return f"above {floor}: the pictures may have been used"
    if high < score.floor:
        return f"below {floor}: guessing from the texts alone does better"
    return f"not to be told from {floor}: no use of the pictures is shown"
