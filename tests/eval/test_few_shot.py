import json

import datasets
import pytest
from drawing import draw
from parrots import Parrot

from eval import Settings, evaluate, load_prompt
from eval.few_shot import FewShot
from neuroonco.errors import RunError

LISTED = "\nOptions:\nA. glioma\nB. meningioma\nC. None of the above\nAnswer with one letter."
PROMPT = load_prompt("eval/closed_direct")


def row(folder, n, task="closed", turns=1, pictures=1, path=None):
    file = folder / f"SECRET_train_{n}.png"
    draw(6 + n).save(file)
    asked = f"Question {n}?" + (LISTED if task == "closed" else "")
    answered = "ABC"[n % 3] if task == "closed" else f"In words {n}."
    pair = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return {
        "images": [str(file)] * pictures,
        "image_path": path or f"train/{file.name}",
        "task": task,
        "messages": pair * turns,
    }


def make(rows):
    table = datasets.Dataset.from_list(rows)
    return table.cast_column("images", datasets.Sequence(datasets.Image()))


@pytest.fixture
def instruction(pictures_folder):
    """Eight closed questions, and what cannot be an example."""
    return make(
        [row(pictures_folder, n) for n in range(8)]
        + [row(pictures_folder, 8, task="open"), row(pictures_folder, 9, task="closed_cot")]
        + [row(pictures_folder, 10, turns=2), row(pictures_folder, 11, pictures=2)]
    )


def texts(examples):
    return [example.prompt.partition("?")[0] for example in examples]


def test_examples_are_closed_questions_in_the_words_of_the_prompt(instruction):
    few_shot = FewShot(instruction, 8, PROMPT, seed=0)
    examples = few_shot.examples("test/x.png", None)
    assert sorted(texts(examples)) == [f"Question {n}" for n in range(8)]
    for example in examples:
        n = int(example.prompt[9])
        assert example.prompt == PROMPT.render(
            question=f"Question {n}?",
            options=[("A", "glioma"), ("B", "meningioma"), ("C", "None of the above")],
        )
        assert example.answer == "ABC"[n % 3]
        assert example.image.tobytes() == draw(6 + n).tobytes()


def test_examples_of_open_questions_are_answered_in_words(pictures_folder):
    rows = [row(pictures_folder, n, task="open" if n else "closed") for n in range(3)]
    prompt = load_prompt("eval/open_direct")
    examples = FewShot(make(rows), 2, prompt, seed=0).examples("test/x.png", None)
    assert sorted(example.answer for example in examples) == ["In words 1.", "In words 2."]
    assert all(example.prompt.startswith("Question ") for example in examples)


def test_the_seed_orders_the_examples_and_the_digest_tells(instruction):
    def chosen(seed, rows=instruction):
        few_shot = FewShot(rows, 3, PROMPT, seed)
        return texts(few_shot.examples("test/x.png", None)), few_shot.digest

    assert chosen(0) == chosen(0)
    assert len({chosen(seed)[1] for seed in range(4)}) == 4
    assert chosen(0, instruction.select(range(7)))[1] != chosen(0)[1]


def test_every_image_is_shown_the_same_examples_unless_they_are_its_own(instruction):
    few_shot = FewShot(instruction, 3, PROMPT, seed=0)
    first = few_shot.examples("test/a.png", None)
    assert few_shot.examples("test/b.png", "digest") == first
    assert all(
        one.image is other.image
        for one, other in zip(first, few_shot.examples("test/c.png", None), strict=True)
    ), "a model can know them again"


def test_no_example_is_of_the_same_patient(pictures_folder):
    rows = [
        row(pictures_folder, n, path=f"{folder}/BraTS2021_{case:05}_{n}.png")
        for n, (folder, case) in enumerate([("a", 1), ("b", 1), ("a", 2), ("a", 3)])
    ]
    few_shot = FewShot(make(rows), 2, PROMPT, seed=0)
    examples = few_shot.examples("test/BraTS2021_00001_flair.png", None)
    assert sorted(texts(examples)) == ["Question 2", "Question 3"]
    with pytest.raises(RunError, match=r"only 2 of 3 examples .* another patient"):
        FewShot(make(rows), 3, PROMPT, seed=0).examples("x/BraTS2021_00001.png", None)


def test_no_example_is_of_the_same_file(instruction):
    from eval.pictures import Pictures

    digest = Pictures(instruction).digest(4)
    few_shot = FewShot(instruction, 7, PROMPT, seed=0)
    assert "Question 4" not in texts(few_shot.examples("test/copy.png", digest))
    assert "Question 4" not in texts(few_shot.examples("train/SECRET_train_4.png", None))
    assert "Question 4" in texts(few_shot.examples("train/SECRET_train_5.png", None))


def test_a_picture_that_cannot_be_read_is_no_example(instruction, pictures_folder):
    (pictures_folder / "SECRET_train_2.png").unlink()
    examples = FewShot(instruction, 7, PROMPT, seed=0).examples("test/x.png", None)
    assert "Question 2" not in texts(examples)


def test_too_few_examples_are_refused(instruction):
    with pytest.raises(RunError, match="has 8 closed questions about one picture, too few"):
        FewShot(instruction, 9, PROMPT, seed=0)


def test_a_run_shows_the_examples_and_records_them(dataset, instruction, tmp_path):
    model = Parrot()
    settings = Settings(few_shot=2)
    results = evaluate(dataset, model, tmp_path / "run", settings, examples=instruction)
    assert results.complete
    told = [e for request in model.requests for e in request.examples]
    assert len(told) == 24
    for example in told:
        shown = (example.prompt, example.answer, repr(vars(example.image)))
        assert not any("SECRET" in text or ".png" in text for text in shown)
    config = json.loads((tmp_path / "run/config.json").read_text())
    assert config["few_shot"] == {
        "count": 2,
        "digest": FewShot(instruction, 2, PROMPT, seed=0).digest,
    }
    with pytest.raises(RunError, match=r"few_shot\.count: 2 there, 3 now"):
        evaluate(dataset, model, tmp_path / "run", Settings(few_shot=3), examples=instruction)
    fewer = instruction.select(range(5))
    with pytest.raises(RunError, match=r"few_shot\.digest"):
        evaluate(dataset, model, tmp_path / "run", settings, examples=fewer)
