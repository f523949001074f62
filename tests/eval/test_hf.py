import json
import shutil

import pytest
import torch
import transformers
from drawing import draw
from PIL import Image

from eval import Model, Request, load_model
from eval.models.tiny import make_tiny_vlm
from neuroonco.errors import ModelError

FAMILIES = ["llava", "llava_next", "idefics3", "gemma3", "paligemma"]


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
    tokenizer = model._processor.tokenizer
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
    model._processor.tokenizer.padding_side = "right"
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


def test_a_request_that_fails_costs_only_itself(llava):
    model = load_model(str(llava))
    batch = requests()[:5]
    expected = texts(model, batch, 5)
    batch[2] = Request(batch[2].image, "two <image> pictures <image> are not there")
    answers = model.generate(batch)
    assert [a.text for a in answers] == [*expected[:2], "", *expected[3:]]
    assert [bool(a.error) for a in answers] == [False, False, True, False, False]


def test_errors_say_what_to_do(llava, tmp_path):
    def message(folder):
        with pytest.raises(ModelError) as caught:
            load_model(str(folder))
        assert len(str(caught.value)) < 400
        return str(caught.value)

    assert "give a folder that holds config.json" in message(tmp_path / "nothing")
    assert "give a folder that holds config.json" in message("nobody/no-such-model")

    no_template = shutil.copytree(llava, tmp_path / "no_template")
    (no_template / "chat_template.jinja").unlink()
    assert "chat template" in message(no_template)

    no_processor = shutil.copytree(llava, tmp_path / "no_processor")
    for name in ("processor_config.json", "preprocessor_config.json"):
        (no_processor / name).unlink(missing_ok=True)
    assert "processor" in message(no_processor)

    text_only = shutil.copytree(llava, tmp_path / "text_only")
    (text_only / "config.json").write_text(json.dumps({"model_type": "llama"}))
    assert "vision-language model" in message(text_only)

    with pytest.raises(ModelError, match="dtype 'float33'"):
        load_model(str(llava), dtype="float33")


def test_a_black_picture_is_an_answer_or_an_error_but_no_crash(tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / "m", "idefics3")))
    black = Request(Image.new("RGB", (40, 40)), "What is shown?")
    answers = model.generate([requests()[0], black, requests()[1]])
    assert answers[0].text
    assert answers[2].text
    assert answers[1].text or answers[1].error
