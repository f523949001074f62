import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parrots import Parrot, ScoringParrot

from eval import Settings, evaluate, load_prompt
from eval.asking import ahead, ask_model, batches, reply_of
from eval.items import Item, make_items
from eval.pictures import Pictures
from eval.prompting import Prompter
from eval.questions import Question, questions_of
from eval.runs import Run
from neuroonco.errors import RunError


def asks_of(counts):
    """So many requests for each image."""
    return [
        (Item(0, Question(f"{image}_{n}", str(image), "t", "?", ("x", "y"), "A")),)
        for image, count in enumerate(counts)
        for n in range(count)
    ]


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 12))
def test_batches_keep_all_requests_in_order_and_images_together(counts, size):
    asks = asks_of(counts)
    found = list(batches(asks, size))
    assert [ask for batch in found for ask in batch] == asks
    assert all(1 <= len(batch) <= size for batch in found)
    for image, count in enumerate(counts):
        holding = [b for b in found if any(a[0].question.image_id == str(image) for a in b)]
        assert len(holding) <= -(-count // size) + (count > size)


def test_a_batch_is_filled_with_whole_images():
    assert list(map(len, batches(asks_of([3, 3, 3, 3]), 7))) == [6, 6]
    assert list(map(len, batches(asks_of([3, 3]), 6))) == [6]
    assert list(map(len, batches(asks_of([5, 1]), 2))) == [2, 2, 2]


class Held:
    """Counts how many pictures are held, and how often each was loaded."""

    def __init__(self, dataset):
        self.pictures = Pictures(dataset)
        self.loaded = []

    def __getattr__(self, name):
        return getattr(self.pictures, name)

    def load(self, row):
        self.loaded.append(row)
        return self.pictures.load(row)


@pytest.fixture
def ask(dataset, tmp_path):
    """Ask a model all questions of the dataset; gives the pictures that were loaded."""

    def ask(model, batch_size):
        pictures = Held(dataset)
        items = make_items(questions_of(dataset), Settings())
        config = {"model": {}, "dataset": {"config": "closed"}}
        ask_model(
            model,
            [(item,) for item in items],
            pictures,
            Prompter(load_prompt("eval/closed_direct")),
            Run.open(tmp_path / f"run {batch_size}", config, []),
            wanted={item.key for item in items},
            method="generate",
            batch_size=batch_size,
        )
        return pictures

    return ask


def test_a_picture_is_read_once_for_all_questions_of_a_batch(ask):
    model = Parrot()
    pictures = ask(model, 6)
    assert len(pictures.loaded) == 4
    images = [request.image for request in model.requests]
    for first in range(0, 12, 3):
        assert images[first] is images[first + 1] is images[first + 2]
    assert len({id(image) for image in images[:6]}) == 2


def test_pictures_are_read_while_the_model_works_but_not_all_at_once(make_dataset, tmp_path):
    dataset = make_dataset(12)
    read = []

    class Slow(Parrot):
        def generate(self, requests):
            time.sleep(0.05)
            read.append(len(set(pictures.loaded)))
            return super().generate(requests)

    pictures = Held(dataset)
    items = make_items(questions_of(dataset), Settings())
    ask_model(
        Slow(),
        [(item,) for item in items],
        pictures,
        Prompter(load_prompt("eval/closed_direct")),
        Run.open(tmp_path / "run", {"model": {}, "dataset": {"config": "closed"}}, []),
        wanted={item.key for item in items},
        method="generate",
        batch_size=3,
    )
    assert all(seen <= done + 3 for done, seen in enumerate(read))
    assert any(seen > done + 1 for done, seen in enumerate(read))


def test_work_ahead_keeps_the_order_whatever_takes_longest():
    def work(n):
        time.sleep(0.02 if n % 3 == 0 else 0)
        return n * n

    assert list(ahead(range(10), work)) == [(n, n * n) for n in range(10)]
    assert list(ahead([], work)) == []


def test_an_error_in_work_ahead_comes_out_where_it_belongs():
    def work(n):
        if n == 3:
            raise ValueError("three")
        return n

    results = ahead(range(9), work)
    assert [next(results) for _ in range(3)] == [(0, 0), (1, 1), (2, 2)]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_no_threads_are_left_behind_by_a_model_that_raises(ask):
    class Failing(Parrot):
        def generate(self, _requests):
            raise KeyboardInterrupt

    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        ask(Failing(), 3)
    end = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < end:
        time.sleep(0.01)
    assert not set(threading.enumerate()) - before


def test_a_model_that_loses_an_answer_is_found_out(ask):
    class Losing(Parrot):
        def generate(self, requests):
            return super().generate(requests)[1:]

    with pytest.raises(ValueError, match="zip"):
        ask(Losing(), 4)


def test_a_model_says_how_many_questions_it_likes_at_once(dataset, tmp_path):
    model = Parrot()
    model.batch_size = 9
    evaluate(dataset, model, tmp_path / "run")
    assert model.batches == [9, 3]
    other = Parrot()
    evaluate(dataset, other, tmp_path / "other", Settings(batch_size=3))
    assert other.batches == [3] * 4


def test_only_a_scorer_scores_letters():
    scorer, parrot = ScoringParrot(), Parrot()
    assert reply_of(scorer, "likelihood") == scorer.likelihood
    assert reply_of(scorer, "generate") == scorer.generate
    with pytest.raises(RunError, match="parrot does not tell how likely"):
        reply_of(parrot, "likelihood")
