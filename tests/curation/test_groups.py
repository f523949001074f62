import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.groups import close, contradict, links_of

COUNT = 12
numbers = st.integers(0, COUNT - 1)


def reachable(start: int, links: list[tuple[int, int]]) -> set[int]:
    seen, pending = {start}, [start]
    while pending:
        here = pending.pop()
        steps = {b for a, b in links if a == here} | {a for a, b in links if b == here}
        pending += steps - seen
        seen |= steps
    return seen


@given(st.lists(st.tuples(numbers, numbers), max_size=20))
def test_a_group_is_all_that_can_be_reached(links):
    assert close(COUNT, links) == [min(reachable(number, links)) for number in range(COUNT)]


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "p", "q", "r"]), st.sampled_from([None, 1, 2, 3, 4])),
        max_size=15,
    )
)
def test_groups_are_closed_under_both_keys(things):
    patients, pixels = ([thing[key] for thing in things] for key in (0, 1))
    groups = close(len(things), [*links_of(patients), *links_of(pixels)])
    for keys in (patients, pixels):
        for key in set(keys) - {None}:
            assert len({g for g, k in zip(groups, keys, strict=True) if k == key}) == 1
    alone = [n for n, thing in enumerate(things) if thing == (None, None)]
    assert [groups[n] for n in alone] == alone


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["glioma", "glioma"], False),
        (["glioma", "meningioma"], True),
        (["glioma", "tumor"], False),
        (["tumor", "healthy"], True),
        (["healthy", "pituitary"], True),
        (["healthy", "healthy", ""], False),
        (["glioma", "tumor", "meningioma"], True),
        (["", ""], False),
    ],
)
def test_contradiction(labels, expected):
    assert contradict(labels) is expected
