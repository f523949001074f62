import json
import shutil
from dataclasses import replace
from typing import get_args

import pytest
import torch
import transformers
from drawing import draw
from PIL import Image

from eval import Model, Request, load_model
from eval.models.base import Example, Scorer
from eval.models.tiny import make_tiny_vlm
from eval.models.tiny_families import Family
from neuroonco.errors import ModelError

FAMILIES = get_args(Family)


def requests(swap=0):
    """Twelve pictures of different sizes, each with a prompt of a length of its own."""
    return [
        Request(draw((i + swap) % 12), "What is shown?" + " Look again." * (i % 5) + "\nAnswer:")
        for i in range(12)
    ]


@pytest.fixture(scope="session")
def llava(tmp_path_factory):
    return make_tiny_vlm(tmp_path_factory.mktemp("llava"))


def listen(model):
    """Keep all that the weights are given."""
    received = []
    generate = model._model.generate

    def listening(**inputs):
        received.append(inputs)
        return generate(**inputs)

    model._model.generate = listening
    return received


def texts(model, batch, size):
    answers = [a for i in range(0, len(batch), size) for a in model.generate(batch[i : i + size])]
    assert not any(answer.error for answer in answers), answers
    return [answer.text for answer in answers]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_depends_on_the_picture_and_not_on_the_batch(family, tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / family, family)))
    one_by_one = texts(model, requests(), 1)
    assert texts(model, requests(), 3) == one_by_one
    assert texts(model, requests(), 8) == one_by_one
    assert set(one_by_one) <= set("ABCDE")
    assert len(set(one_by_one)) > 1
    assert texts(model, requests(swap=5), 8) != one_by_one


def test_a_tiny_model_is_small_and_the_same_for_the_same_seed(tmp_path):
    folders = [make_tiny_vlm(tmp_path / str(i), seed=seed) for i, seed in enumerate((1, 1, 2))]
    weights = [(folder / "model.safetensors").read_bytes() for folder in folders]
    assert weights[0] == weights[1] != weights[2]
    assert len(weights[0]) < 1_000_000
    digests = [load_model(str(folder)).describe()["weights"] for folder in folders]
    assert digests[0] == digests[1] != digests[2]
    with pytest.raises(ModelError, match=r"'gpt'.*llava"):
        make_tiny_vlm(tmp_path / "x", "gpt")


def test_a_model_is_part_of_the_interface_and_describes_itself(llava):
    model = load_model(str(llava), max_new_tokens=5, dtype="bfloat16")
    described = model.describe()
    assert isinstance(model, Model)
    assert isinstance(model, Scorer)
    assert json.loads(json.dumps(described)) == described
    assert described["dtype"] == "bfloat16"
    assert described["image_processor"].startswith("CLIPImageProcessor")
    assert described["versions"]["transformers"] == transformers.__version__
    assert described["decoding"]["max_new_tokens"] == 5


def test_sampling_in_the_checkpoint_is_overridden(llava, tmp_path):
    sampling = {
        "do_sample": True,
        "temperature": 50.0,
        "repetition_penalty": 9.0,
        "suppress_tokens": [],
        "max_new_tokens": 1,
    }
    folder = shutil.copytree(llava, tmp_path / "sampling")
    config = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(config | sampling))
    plain, wild = load_model(str(llava)), load_model(str(folder))
    assert texts(wild, requests(), 4) == texts(plain, requests(), 4)


def test_new_tokens_are_bounded_and_the_prompt_is_not_repeated(llava, tmp_path):
    folder = shutil.copytree(llava, tmp_path / "endless")
    (folder / "generation_config.json").write_text(json.dumps({"pad_token_id": 0}))
    for n in (1, 4):
        answers = texts(load_model(str(folder), max_new_tokens=n), requests(), 4)
        assert {len(answer) for answer in answers} == {n}


def test_the_model_gets_pixels_and_the_prompt_and_nothing_else(llava):
    model = load_model(str(llava))
    received = listen(model)
    prompt = "What is shown?"
    texts(model, [Request(draw(0), prompt)], 1)
    assert received[0].keys() == {"input_ids", "attention_mask", "pixel_values"}
    tokens = received[0]["input_ids"][0]
    tokenizer = model._encoder.tokenizer
    said = tokenizer.decode(tokens, skip_special_tokens=True)
    assert said == f"user: {prompt}\nassistant: "
    pictures = (tokens == tokenizer.image_token_id).nonzero().flatten()
    words = (tokens == tokenizer.encode("What")[0]).nonzero().flatten()
    assert pictures.max() < words.min()


def test_shorter_prompts_are_padded_on_the_left(llava):
    model = load_model(str(llava))
    received = listen(model)
    texts(model, requests(), 12)
    masks = received[0]["attention_mask"]
    assert masks[:, -1].all()
    assert not masks[:, 0].all()


def test_no_batch_is_answered_with_padding_on_the_right(llava):
    model = load_model(str(llava))
    expected = texts(model, requests(), 12)
    model._encoder.tokenizer.padding_side = "right"
    received = listen(model)
    assert texts(model, requests(), 12) == expected
    assert all(inputs["attention_mask"][:, -1].all() for inputs in received)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA", "1", "CMYK"])
def test_pictures_of_any_mode_are_shown_in_rgb(llava, mode):
    model = load_model(str(llava))
    answer = model.generate([Request(draw(1).convert(mode), "What is shown?")])
    assert answer == model.generate(
        [Request(draw(1).convert(mode).convert("RGB"), "What is shown?")]
    )
    assert answer[0].error is None


def test_a_batch_is_halved_when_memory_runs_out(llava):
    model = load_model(str(llava))
    expected = texts(model, requests(), 1)
    sizes = []

    def run_out(_module, _args, inputs):
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model._model.register_forward_pre_hook(run_out, with_kwargs=True)
    assert texts(model, requests(), 12) == expected
    assert texts(model, requests(), 12) == expected
    assert sizes.count(12) == 1, "a batch that did not fit is not tried again"
    assert len([size for size in sizes if size > 3]) <= 2


def test_memory_that_never_suffices_is_an_error_of_the_question(llava):
    model = load_model(str(llava))

    def run_out(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    model._model.register_forward_pre_hook(run_out)
    assert [answer.error for answer in model.generate(requests()[:3])] == [
        "memory ran out on this question alone; use --max-pixels or --dtype bfloat16"
    ] * 3


def test_a_request_that_fails_costs_only_itself(llava):
    model = load_model(str(llava))
    batch = requests()[:5]
    expected = texts(model, batch, 5)
    batch[2] = Request(batch[2].image, "two <image> pictures <image> are not there")
    answers = model.generate(batch)
    assert [a.text for a in answers] == [*expected[:2], "", *expected[3:]]
    assert [bool(a.error) for a in answers] == [False, False, True, False, False]


def test_a_black_picture_is_an_answer_or_an_error_but_no_crash(tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / "m", "idefics3")))
    black = Request(Image.new("RGB", (40, 40)), "What is shown?")
    answers = model.generate([requests()[0], black, requests()[1]])
    assert answers[0].text
    assert answers[2].text
    assert answers[1].text or answers[1].error


def test_examples_are_earlier_turns_with_pictures_of_their_own(llava):
    model = load_model(str(llava))
    received = listen(model)
    shown = Example(draw(3), "Which sequence?", "C")
    request = replace(requests()[0], examples=(shown,))
    with_example = texts(model, [request], 1)
    said = model._encoder.tokenizer.decode(received[0]["input_ids"][0], skip_special_tokens=True)
    assert said == f"user: Which sequence?\nassistant: C\nuser: {request.prompt}\nassistant: "
    assert len(received[0]["pixel_values"]) == 2
    other = replace(request, examples=(replace(shown, image=draw(7)),))
    probabilities = [
        model.likelihood([replace(one, letters="ABCDE")])[0].probabilities
        for one in (request, other)
    ]
    assert probabilities[0] != probabilities[1]
    assert texts(model, [request] * 3, 3) == with_example * 3


def test_a_request_without_a_picture_is_text_alone(llava):
    model = load_model(str(llava))
    received = listen(model)
    answers = model.generate([Request(None, "Grade this."), Request(None, "And this, please.")])
    assert received[0].keys() == {"input_ids", "attention_mask"}
    assert not any(answer.error for answer in answers)


def test_large_pictures_are_shrunk_to_max_pixels(tmp_path):
    folder = str(make_tiny_vlm(tmp_path / "m", "qwen2_vl"))
    image = draw(2).resize((64, 32))
    patches = {}
    for limit in (None, 32 * 32):
        model = load_model(folder, max_pixels=limit)
        received = listen(model)
        texts(model, [Request(image, "What?")], 1)
        patches[limit] = len(received[0]["pixel_values"])
        assert model.describe()["max_pixels"] == limit
    assert patches[32 * 32] < patches[None]
