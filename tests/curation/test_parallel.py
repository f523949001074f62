"""The same comes out of one process and of several, in the order of the items."""

import os
import signal
from functools import partial

import pytest

from neuroonco.curation.parallel import count_cores, map_all
from neuroonco.errors import CurationError


def place(number, start):
    return start + number, os.getpid()


@pytest.mark.parametrize(("count", "workers"), [(0, 2), (5, 2), (200, 1), (200, 2)])
def test_results_in_order(count, workers):
    found = list(map_all(partial(place, start=10), range(count), "places", workers))
    assert [number for number, _ in found] == list(range(10, 10 + count))
    elsewhere = {process for _, process in found} - {os.getpid()}
    assert bool(elsewhere) == (count == 200 and workers == 2)


def test_it_can_be_left_before_its_end():
    results = map_all(partial(place, start=0), range(2000), "places", 2)
    assert next(results)[0] == 0
    results.close()


def test_silent_where_nobody_looks(capfd):
    list(map_all(partial(place, start=0), range(100), "places", 2))
    assert capfd.readouterr() == ("", "")


def test_cores():
    assert 1 <= count_cores() <= (os.cpu_count() or 1)


def die(number):
    os.kill(os.getpid(), signal.SIGKILL) if number == 150 else None


def test_a_killed_process_is_an_error_of_one_line():
    with pytest.raises(CurationError, match="places: a process was killed"):
        list(map_all(die, range(200), "places", 2))
