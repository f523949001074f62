"""However a picture's work is shared among its questions, the answers are the same."""

from typing import get_args

import pytest
import torch
from drawing import draw

from eval import Request, load_model
from eval.models.hf import HFModel
from eval.models.hf.reading import Start
from eval.models.tiny import make_tiny_vlm
from eval.models.tiny_families import Family

FAMILIES = get_args(Family)
# The images of PaliGemma look at the question, so their keys and values belong to it.
ONCE = {family: "_features_once" if family == "paligemma" else "_keys_once" for family in FAMILIES}


def requests(images=3, each=4):
    """Several questions of different lengths about each picture; the pictures differ in size."""
    pictures = [draw(i) for i in range(images)]
    return [
        Request(picture, "What?" + " Look again." * ((i + n) % 5) + "\nAnswer:", letters="ABCDE")
        for i, picture in enumerate(pictures)
        for n in range(each)
    ]


@pytest.fixture(scope="module", params=FAMILIES)
def model(request, tmp_path_factory):
    return load_model(str(make_tiny_vlm(tmp_path_factory.mktemp(request.param), request.param)))


def test_questions_about_one_picture_are_answered_as_if_alone(model):
    batch = requests()
    alone = [model.generate([one])[0] for one in batch]
    assert not any(answer.error for answer in alone)
    assert model.generate(batch) == alone
    assert len({answer.text for answer in alone}) > 1


def test_likelihoods_of_a_batch_are_those_of_its_requests(model):
    batch = requests()
    together = model.likelihood(batch)
    for one, answer in zip(batch, together, strict=True):
        alone = model.likelihood([one])[0]
        assert answer.text == alone.text
        assert answer.probabilities == pytest.approx(alone.probabilities, abs=1e-4)


def test_every_family_shares_what_it_can(tmp_path_factory):
    used = {}
    for family in FAMILIES:
        model = load_model(str(make_tiny_vlm(tmp_path_factory.mktemp(family), family)))
        model.generate(requests())
        used[family] = model._reader._ways[0].__name__
    assert used == ONCE


def test_a_picture_is_encoded_once_for_all_its_questions(model):
    model.generate(requests())  # the first batch also tries which way is right
    seen = []
    tower = next(one for name, one in model._model.named_modules() if "patch_embed" in name)
    tower.register_forward_hook(lambda _module, _inputs, out: seen.append(out.numel()))
    for each in (1, 4):
        model.generate(requests(images=3, each=each))
    once, shared = seen
    assert shared == once


def test_a_picture_is_preprocessed_once_for_all_its_questions(model, monkeypatch):
    model.generate(requests())
    images = model._encoder.processor.image_processor
    really, seen = images.preprocess, []

    def preprocess(pictures, *arguments, **options):
        flat = pictures if isinstance(pictures, list) else [pictures]
        while any(isinstance(one, list) for one in flat):
            flat = [picture for one in flat for picture in one]
        seen.extend(picture.size for picture in flat)
        return really(pictures, *arguments, **options)

    monkeypatch.setattr(images, "preprocess", preprocess)
    batch = requests(images=3, each=4)
    model.generate(batch)
    for size in {one.image.size for one in batch}:
        assert seen.count(size) == sum(one.image.size == size for one in batch[::4])


def test_requests_without_pictures_are_read_together(tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path)))
    model.generate(requests())
    texts = [Request(None, "What?"), Request(None, "What is it, then?"), Request(None, "Why?")]
    assert len(model._reader.read(texts).ids) == len(texts)
    assert model.generate(texts) == [model.generate([one])[0] for one in texts]


def test_a_way_that_leads_to_other_logits_is_not_used(model):
    fresh = HFModel(model.name, model._model, model._encoder.processor)
    alone = [fresh.generate([one])[0] for one in requests()]
    reader = fresh._reader

    def misleading(batch):
        start = reader._whole(batch)
        return Start(start.ids.flip(0), start.mask, start.kinds, start.rest)

    reader._ways = [misleading]
    assert fresh.generate(requests()) == alone
    assert reader._ways == []


def test_pictures_that_are_equal_but_not_the_same_are_kept_apart(model):
    batch = [Request(draw(i % 2), "What is shown?", letters="ABCDE") for i in range(4)]
    answers = model.likelihood(batch)
    assert answers[0].probabilities == pytest.approx(answers[2].probabilities, abs=1e-5)
    assert answers[1].probabilities == pytest.approx(answers[3].probabilities, abs=1e-5)


def test_dtype_of_less_precision_still_shares(tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / "m")), dtype="bfloat16")
    model.generate(requests())
    assert model._model.dtype is torch.bfloat16
    assert model._reader._ways[0].__name__ == "_keys_once"
