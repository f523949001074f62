"""Groups go into splits whole; strata are parted alike; nothing depends on the order."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.splits import Member, Shares, assign

members = st.lists(
    st.builds(Member, st.integers(0, 40).map("g{}".format), st.sampled_from(["a", "b", "c"])),
    max_size=120,
)


@given(members, st.randoms(use_true_random=False), st.integers(0, 3))
def test_every_group_is_in_one_split_in_any_order(everyone, random, seed):
    placed = assign(everyone, Shares(), seed)
    assert placed.keys() == {member.group for member in everyone}
    assert set(placed.values()) <= {"test", "validation", "train"}
    random.shuffle(everyone)
    assert assign(everyone, Shares(), seed) == placed


@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1))
def test_shares_are_kept_to_a_picture_or_two(count, test, validation):
    shares = Shares(test, validation)
    placed = Counter(assign([Member(str(n), "a") for n in range(count)], shares).values())
    assert abs(placed["test"] - test * count) <= 1.5
    assert abs(placed["validation"] - min(validation, 1 - test) * count) <= 1.5


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(20, 80), min_size=2), st.integers(0, 9)
)
def test_every_stratum_is_parted_alike(strata, seed):
    everyone = [Member(f"{name}{n}", name) for name, count in strata.items() for n in range(count)]
    counts = defaultdict(Counter)
    for group, split in assign(everyone, Shares(0.2, 0.1), seed).items():
        counts[group[0]][split] += 1
    for name, count in strata.items():
        assert abs(counts[name]["test"] - 0.2 * count) <= 2
        assert abs(counts[name]["validation"] - 0.1 * count) <= 2


def test_large_groups_are_made_up_for():
    everyone = [Member("large", "a")] * 30 + [Member(str(n), "a") for n in range(170)]
    placed = assign(everyone, Shares(0.2, 0.1))
    pictures = Counter(placed[member.group] for member in everyone)
    assert [pictures[name] for name in ("test", "validation", "train")] == [
        pytest.approx(40, abs=2),
        pytest.approx(20, abs=2),
        pytest.approx(140, abs=2),
    ]


def test_another_seed_gives_other_splits():
    everyone = [Member(str(n), "a") for n in range(50)]
    assert assign(everyone, Shares(), 1) != assign(everyone, Shares(), 2)


@pytest.mark.parametrize(("test", "expected"), [(1.0, {"test"}), (0.0, {"train", "validation"})])
def test_whole_shares(test, expected):
    assert set(assign([Member(str(n), "a") for n in range(50)], Shares(test)).values()) == expected


def test_one_picture_is_tested():
    assert assign([Member("a", "a")], Shares()) == {"a": "test"}


def test_nothing_to_part():
    assert assign([], Shares()) == {}
