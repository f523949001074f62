import json
import shutil

import pytest
import torch
from drawing import draw
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForImageTextToText

from eval import Request, load_model
from eval.models.tiny import make_tiny_vlm
from eval.models.tiny_families import VIDEO_PROCESSORS
from neuroonco.errors import ModelError


@pytest.fixture(scope="module")
def llava(tmp_path_factory):
    return make_tiny_vlm(tmp_path_factory.mktemp("llava"))


def message(folder, **options):
    with pytest.raises(ModelError) as caught:
        load_model(str(folder), **options)
    assert len(str(caught.value)) < 400
    return str(caught.value)


def test_what_is_not_there_is_named(tmp_path):
    assert "give a folder that holds config.json" in message(tmp_path / "nothing")
    assert "give a folder that holds config.json" in message("nobody/no-such-model")


def test_a_folder_that_lacks_a_part_is_refused_with_the_cure(llava, tmp_path):
    no_template = shutil.copytree(llava, tmp_path / "no_template")
    (no_template / "chat_template.jinja").unlink()
    assert "put a chat_template.jinja into its folder" in message(no_template)

    no_processor = shutil.copytree(llava, tmp_path / "no_processor")
    for name in ("processor_config.json", "preprocessor_config.json"):
        (no_processor / name).unlink(missing_ok=True)
    assert "processor" in message(no_processor)

    text_only = shutil.copytree(llava, tmp_path / "text_only")
    (text_only / "config.json").write_text(json.dumps({"model_type": "llama"}))
    assert "vision-language model" in message(text_only)


def test_wrong_settings_are_refused(llava):
    assert "dtype 'float33'" in message(llava, dtype="float33")
    assert "attn" in message(llava, attn="no_such_attention")


def test_too_little_memory_says_what_helps(llava, monkeypatch):
    def run_out(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", run_out)
    assert "use --dtype bfloat16" in message(llava)


def test_weights_that_can_hold_code_are_not_opened(llava, tmp_path):
    pickled = shutil.copytree(llava, tmp_path / "pickled")
    (pickled / "model.safetensors").unlink()
    torch.save({}, pickled / "pytorch_model.bin")
    assert "model.safetensors" in message(pickled)


def test_the_settings_of_loading_reach_the_model(llava):
    model = load_model(str(llava), dtype="float16", attn="eager", device_map="cpu")
    described = model.describe()
    assert (described["dtype"], described["attention"]) == ("float16", "eager")
    assert described["device"] == "cpu"


def test_an_adapter_changes_the_answers_and_is_recorded(llava, tmp_path):
    adapted = get_peft_model(
        AutoModelForImageTextToText.from_pretrained(llava),
        LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False),
    )
    adapted.save_pretrained(tmp_path / "adapter")
    plain = load_model(str(llava))
    model = load_model(str(llava), adapter=str(tmp_path / "adapter"))
    assert model.describe()["adapter"] == "adapter"
    assert model.describe()["weights"] != plain.describe()["weights"]
    request = Request(None, "What is shown?", letters="ABCDE")
    likely = [one.likelihood([request])[0].probabilities for one in (plain, model)]
    assert likely[0] != likely[1]


def test_an_adapter_that_is_none_is_named(llava, tmp_path):
    (tmp_path / "adapter").mkdir()
    assert "adapter_model.safetensors" in message(llava, adapter=str(tmp_path / "adapter"))


@pytest.mark.parametrize("family", sorted(VIDEO_PROCESSORS))
def test_a_folder_with_a_video_processor_loads_without_torchvision(family, tmp_path):
    folder = make_tiny_vlm(tmp_path / "m", family)
    parts = json.loads((folder / "processor_config.json").read_text())
    assert parts["video_processor"]["video_processor_type"].endswith("VideoProcessor")
    model = load_model(str(folder))
    assert model.describe()["processor"] == parts["processor_class"]
    assert model.generate([Request(draw(0), "What is shown?")])[0].text in set("ABCDE")


def test_a_folder_of_the_older_layout_loads_alike(tmp_path):
    """As on the Hub until 2025: the image processor alone, in a file of its own."""
    folder = make_tiny_vlm(tmp_path / "m", "qwen2_vl")
    request = Request(draw(0), "What is shown?", letters="ABCDE")
    expected = load_model(str(folder)).likelihood([request])
    parts = json.loads((folder / "processor_config.json").read_text())
    (folder / "processor_config.json").unlink()
    images = parts["image_processor"] | {"processor_class": parts["processor_class"]}
    (folder / "preprocessor_config.json").write_text(json.dumps(images))
    assert load_model(str(folder)).likelihood([request]) == expected
