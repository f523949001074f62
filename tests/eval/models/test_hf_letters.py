import math

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from eval import Request, load_model
from eval.models.hf.letters import Letters, normalise
from eval.models.tiny import make_tiny_vlm


def tokenizer(*words):
    """A byte-level tokenizer that knows single characters, and these words as single tokens."""
    vocabulary = {sign: n for n, sign in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    merges = []
    for word in words:
        for n in range(2, len(word) + 1):
            merges.append((word[: n - 1], word[n - 1]))
            vocabulary.setdefault(word[:n], len(vocabulary))
    bpe = Tokenizer(models.BPE(vocab=vocabulary, merges=list(dict.fromkeys(merges))))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=bpe), vocabulary


def test_a_letter_is_spelt_bare_and_after_a_space():
    made, ids = tokenizer("\u0120A")
    assert set(Letters(made).spellings("A")) == {(ids["A"],), (ids["\u0120A"],)}


def test_a_letter_after_a_space_may_take_two_tokens():
    made, ids = tokenizer()
    assert set(Letters(made).spellings("A")) == {(ids["A"],), (ids["\u0120"], ids["A"])}


def test_the_probability_of_a_letter_is_the_sum_over_its_spellings():
    made, ids = tokenizer("\u0120B")
    space, a, b, space_b = (ids[token] for token in ("\u0120", "A", "B", "\u0120B"))
    shares = {
        (): {a: 0.1, b: 0.2, space: 0.4, space_b: 0.3},
        (space,): {a: 0.5, b: 0.5},
    }
    asked = []

    def after(beginning):
        asked.append(beginning)
        logits = torch.full((2, len(ids)), -math.inf)
        for token, share in shares[beginning].items():
            logits[:, token] = math.log(share)
        return logits

    found = Letters(made).log_probabilities("AB", after)
    assert found["A"].exp().tolist() == pytest.approx([0.1 + 0.4 * 0.5] * 2)
    assert found["B"].exp().tolist() == pytest.approx([0.2 + 0.3] * 2)
    assert asked == [(), (space,)], "nothing is read twice"


def test_probabilities_sum_to_one():
    shares = normalise([-800.0, -801.0, -850.0])
    assert sum(shares) == pytest.approx(1)
    assert shares[0] / shares[1] == pytest.approx(math.e)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(str(make_tiny_vlm(tmp_path_factory.mktemp("llava"))))


def test_only_the_letters_of_the_question_share_the_probability(model):
    from drawing import draw

    batch = [Request(draw(1), "What?", letters=letters) for letters in ("AB", "ABCDE", "ABC")]
    for request, answer in zip(batch, model.likelihood(batch), strict=True):
        assert "".join(answer.probabilities) == request.letters
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.text == max(answer.probabilities, key=answer.probabilities.get)


def test_likelihoods_are_those_of_the_model_own_forward(model):
    """Against the logits of a plain forward over one request, without generate or a cache."""
    from drawing import draw

    request = Request(draw(2), "What is shown?", letters="ABCDE")
    inputs = model._encoder.encode([request])
    with torch.inference_mode():
        shares = model._model(**inputs).logits[0, -1].float().softmax(-1)
    expected = torch.zeros(5)
    for place, letter in enumerate("ABCDE"):
        for spelling in model._letters.spellings(letter):
            assert len(spelling) == 1, "the tiny model writes every letter in one token"
            expected[place] += shares[spelling[0]]
    expected /= expected.sum()
    found = model.likelihood([request])[0].probabilities
    assert list(found.values()) == pytest.approx(expected.tolist(), abs=1e-5)
