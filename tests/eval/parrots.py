"""Models that say what the test wants, and keep what they were told."""

from eval import Answer, Request


class Parrot:
    """Always says the same; fails where a list of errors says so.

    Attributes:
        requests: all it was asked, in order.
        batches: how many it was asked at once, each time.
    """

    name = "parrot"

    def __init__(self, text="B", fails=()):
        self.text, self.fails = text, list(fails)
        self.requests: list[Request] = []
        self.batches: list[int] = []

    def describe(self):
        return {"name": self.name, "says": self.text}

    def generate(self, requests):
        self.requests += requests
        self.batches.append(len(requests))
        errors = [self.fails.pop(0) if self.fails else None for _ in requests]
        return [Answer("" if error else self.text, error, tokens=2) for error in errors]


class ScoringParrot(Parrot):
    """Finds the last letter the likeliest."""

    def likelihood(self, requests):
        self.requests += requests
        return [Answer(r.letters[-1], probabilities=self.shares(r.letters)) for r in requests]

    @staticmethod
    def shares(letters):
        rest = 0.5 / (len(letters) - 1)
        return dict.fromkeys(letters[:-1], rest) | {letters[-1]: 0.5}
