"""Asking a model: this harness beside a loop over questions, in one run on the same machine.

The loop does what the benchmark's published scripts do: for every question it opens the picture,
preprocesses it and calls `generate(max_new_tokens=10)` for it alone. The harness reads the same
pictures, asks the same prompts of the same weights and writes its run's folder. Two random models
of the LLaVA family stand for all: (a) of 1 MB, (b) of 37 million parameters with 576 image tokens.
Each is asked twice: writing a letter and nothing else, and going on to the limit of ten tokens, as
models do that explain themselves. Only the first letter counts.

    python benchmarks/evaluate.py
"""

from __future__ import annotations

import argparse
import inspect
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Threads of torch that spin while they wait would take the cores from those that read pictures. The
# command sets the same; here it holds for both sides.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import datasets
import torch
import transformers
from datasets import Dataset, Image
from PIL import Image as Pictures
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig

import eval as harness
from eval.models.tiny import make_random_vlm, make_tiny_vlm
from eval.predictions import Prediction
from eval.runs import read_run
from neuroonco.demo.phantom import make_slice
from neuroonco.prompts import load_prompt

OPTIONS = ("glioma", "meningioma", "metastasis", "schwannoma", "None of the above")
QUESTIONS = (
    "Based on this MRI slice, what is the most likely diagnosis?",
    "Which MRI sequence is shown in this picture of the brain?",
    "How large is the lesion relative to the whole image?",
    "Where in the image does the centre of the lesion lie, as seen by the reader?",
)
METHODS = ("likelihood", "generate")
TURNS = 3


def main() -> None:
    """Make pictures and models, measure, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=240)
    parser.add_argument("--images-medium", type=int, default=12, help="of model (b)")
    parser.add_argument("--batch-size", type=int, default=64, help="of model (a)")
    parser.add_argument("--batch-size-medium", type=int, default=16)
    parser.add_argument("--skip-memory", action="store_true")
    parser.add_argument("--memory-of", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    if arguments.memory_of:
        run_for_memory(arguments.memory_of, arguments.images)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny = make_tiny_vlm(folder / "tiny")
        medium = make_random_vlm(folder / "medium", medium_parts)
        print(f"{torch.get_num_threads()} threads, {device()}, torch {torch.__version__}")
        if not arguments.skip_memory:
            compare_memory(folder)
        small = "(a) LLaVA of 1 MB", arguments.images, arguments.batch_size
        large = (
            "(b) LLaVA of 37 million parameters, 576 image tokens",
            arguments.images_medium,
            arguments.batch_size_medium,
        )
        for (title, images, batch_size), model in ((small, tiny), (large, medium)):
            compare(f"{title}, answers of 1 token", model, folder, images, batch_size)
            go_on_writing(model)
            compare(f"{title}, answers of 10 tokens", model, folder, images, batch_size)


def go_on_writing(model: Path) -> None:
    """Let no letter end an answer."""
    config = GenerationConfig.from_pretrained(model)
    config.eos_token_id = AutoProcessor.from_pretrained(model).tokenizer.eos_token_id
    config.save_pretrained(model)


def compare(title: str, model: Path, folder: Path, images: int, batch_size: int) -> None:
    """Measure one model, each side several times in turn, and print the best of each."""
    rows = make_rows(folder / "pictures", images)
    dataset = Dataset.from_list(rows).cast_column("image", Image())
    parts = load_parts(model)
    one_by_one(parts, rows[:8])  # warms caches and threads up
    loops: list[float] = []
    runs: dict[str, list[tuple[float, float]]] = {method: [] for method in METHODS}
    same: dict[str, float] = {}
    for _ in range(TURNS):
        start = time.perf_counter()
        expected = one_by_one(parts, rows)
        loops.append(time.perf_counter() - start)
        for method in METHODS:
            out = Path(tempfile.mkdtemp(dir=folder)) / method
            runs[method].append(measure(model, dataset, out, method, batch_size))
            same[method] = share_of_same(read_run(out).predictions, expected)
    loop = min(loops)
    print(f"\n{title}: {len(rows)} questions about {images} pictures of 512 x 512")
    print(f"{'':34}{'questions/s':>12}{'ratio':>8}{'own forward':>13}{'same letters':>14}")
    print(f"{'one by one':34}{len(rows) / loop:12.1f}{1:8.1f}")
    for method in METHODS:
        seconds, forward = min(runs[method])
        print(
            f"{f'--method {method}, batch {batch_size}':34}{len(rows) / seconds:12.1f}"
            f"{loop / seconds:8.1f}{forward / seconds:13.0%}{same[method]:14.1%}"
        )


def load_parts(folder: Path) -> tuple[Any, Any]:
    """The processor and the model, as any script loads them."""
    model = AutoModelForImageTextToText.from_pretrained(folder).eval().to(device())
    return AutoProcessor.from_pretrained(folder), model


def share_of_same(found: Sequence[Prediction], expected: dict[str, str]) -> float:
    """How many answers begin with the letters that the loop's answers begin with."""
    return sum(one.raw[:1] == expected[one.question_id] for one in found) / len(expected)


def one_by_one(parts: tuple[Any, Any], rows: list[dict[str, Any]]) -> dict[str, str]:
    """Ask as the published scripts do; the first letter of each answer."""
    processor, model = parts
    prompt = load_prompt("eval/closed_direct")
    letters = {}
    for row in rows:
        picture = Pictures.open(row["image"]).convert("RGB")
        options = list(zip("ABCDE", row["options"], strict=False))
        text = {"type": "text", "text": prompt.render(question=row["question"], options=options)}
        turn = {"role": "user", "content": [{"type": "image"}, text]}
        said = processor.apply_chat_template([turn], add_generation_prompt=True)
        inputs = processor(text=[said], images=[picture], return_tensors="pt").to(device())
        with torch.inference_mode():
            tokens = model.generate(**inputs, max_new_tokens=10, do_sample=False)
        answer = processor.decode(
            tokens[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
        letters[row["question_id"]] = answer.strip()[:1]
    return letters


def measure(
    folder: Path, dataset: Dataset, out: Path, method: Any, batch_size: int
) -> tuple[float, float]:
    """Seconds of asking, as the loop has no scores, and of them those of the model's own layers."""
    model: Any = harness.load_model(str(folder), max_new_tokens=10)
    settings = harness.Settings(method=method, batch_size=batch_size)
    warm = dataset.select(range(8))
    harness.evaluate(warm, model, out.with_name(out.name + "-warm-up"), settings)
    with timed(model._model) as spent:
        results = harness.evaluate(dataset, model, out, settings)
    return float(results.to_dict()["throughput"]["seconds"]), sum(spent)


@contextmanager
def timed(model: Any) -> Iterator[list[float]]:
    """Collect the seconds of every call of a model's forward and of its encoder of pictures."""
    spent: list[float] = []
    inner = model.model
    kept = model.forward, inner.get_image_features

    def timing(function: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            start = time.perf_counter()
            out = function(*args, **options)
            synchronise()
            spent.append(time.perf_counter() - start)
            return out

        call.__signature__ = inspect.signature(function)  # generate() reads it
        return call

    model.forward, inner.get_image_features = map(timing, kept)
    yield spent
    model.forward, inner.get_image_features = kept


def compare_memory(folder: Path) -> None:
    """Print the peak memory of runs over more and more questions, each in a process of its own."""
    print(f"\n{'peak memory of a run':34}{'MiB':>12}{'ratio':>8}")
    first = 0
    for images in (250, 5_000):
        command = [sys.executable, __file__, "--memory-of", str(folder), "--images", str(images)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peak = int(done.stdout.split()[-1])
        first = first or peak
        print(f"{f'{4 * images:,} questions':34}{peak:12,}{peak / first:8.2f}")


def run_for_memory(folder: Path, images: int) -> None:
    """Run the tiny model and print the peak memory of this process in MiB."""
    from eval.throughput import peak_memory_mib

    rows = make_rows(folder / "pictures", images, distinct=16)
    dataset = Dataset.from_list(rows).cast_column("image", Image())
    model = harness.load_model(str(folder / "tiny"))
    settings = harness.Settings(method="likelihood", batch_size=32)
    harness.evaluate(dataset, model, folder / f"memory-{images}", settings)
    print(peak_memory_mib())


def make_rows(folder: Path, images: int, distinct: int | None = None) -> list[dict[str, Any]]:
    """Four questions about each of some pictures; of these only so many are different files."""
    folder.mkdir(exist_ok=True)
    rows = []
    for number in range(images):
        path = folder / f"{number % (distinct or images)}.jpg"
        if not path.exists():
            Pictures.fromarray(make_slice(number, 512, "t1", "glioma").picture).save(path)
        rows += [
            {
                "question_id": f"{number}_q{place}",
                "image_id": str(number),
                "image": str(path),
                "image_path": path.name,
                "question_type": f"type {place}",
                "question": question,
                "options": OPTIONS,
                "answer": "A",
            }
            for place, question in enumerate(QUESTIONS)
        ]
    return rows


def medium_parts(tokenizer: Any) -> tuple[Any, Any]:
    """Config and processor of model (b)."""
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    side, patch = 336, 14
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=512,
        intermediate_size=1408,
        num_hidden_layers=8,
        num_attention_heads=8,
        num_key_value_heads=8,
        max_position_embeddings=4096,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        tie_word_embeddings=False,
    )
    vision = CLIPVisionConfig(
        hidden_size=384,
        intermediate_size=1536,
        num_hidden_layers=6,
        num_attention_heads=6,
        image_size=side,
        patch_size=patch,
    )
    config = LlavaConfig(
        text_config=text,
        vision_config=vision,
        image_token_index=tokenizer.image_token_id,
        image_seq_length=(side // patch) ** 2,
        tie_word_embeddings=False,
    )
    chat = (
        "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
        "{% endfor %}{{ '\n' }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
    )
    processor = LlavaProcessor(
        CLIPImageProcessorPil(
            size={"shortest_edge": side}, crop_size={"height": side, "width": side}
        ),
        tokenizer,
        patch_size=patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat,
    )
    return config, processor


def device() -> str:
    """Where both run."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def synchronise() -> None:
    """Wait for a GPU, so that its time is counted where it is spent."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
