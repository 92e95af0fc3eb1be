from __future__ import annotations

import itertools
import os
import subprocess
import sys
from multiprocessing import active_children
from typing import TYPE_CHECKING

import pytest
from parallel_work import TooBigError, prepare_bug, prepare_cycles, prepare_death, prepare_interrupt, prepare_square

from dcr.parallel import Work, WorkerEndedError, WorkerFailedError, Workers, choose_jobs, count_cores

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_in_the_order_of_the_portions_and_few_portions_are_read_ahead(jobs):
    read: list[int] = []

    def read_portions() -> Iterator[int]:
        for number in range(40):
            read.append(number)
            yield number

    with Workers(Work(prepare_square, 100), jobs) as workers:
        results = []
        for result, pid in workers.map(read_portions()):
            results.append(result)
            assert len(read) - len(results) <= 8
            assert (pid == os.getpid()) is (jobs == 1)
        assert list(workers.map([])) == []
        assert next(workers.map([7]))[0] == 49, "the processes take more than one round of portions"
    assert results == [number * number for number in range(40)]
    assert not active_children()


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_a_portion_keeps_all_its_attributes(jobs):
    with pytest.raises(TooBigError) as raised, Workers(Work(prepare_square, 5), jobs) as workers:
        list(workers.map(range(100)))
    error = raised.value
    assert (error.message, error.hint, error.number) == ("6 is too big", "use a smaller one", 6)
    assert error.consequence == "nothing was squared"
    assert str(error) == "6 is too big"
    assert not active_children()


def test_the_error_of_the_first_portion_is_raised_whichever_process_is_faster():
    with pytest.raises(TooBigError) as raised, Workers(Work(prepare_square, -1), 2) as workers:
        list(workers.map(range(8)))
    assert raised.value.number == 0


def test_a_bug_keeps_its_traceback():
    with pytest.raises(WorkerFailedError) as raised, Workers(Work(prepare_bug, None), 2) as workers:
        list(workers.map([1, 2, 0]))
    assert "in <lambda>" in str(raised.value)
    assert "ZeroDivisionError: division by zero" in str(raised.value)
    assert not active_children()


def test_a_killed_process_is_an_error_that_names_the_option():
    with pytest.raises(WorkerEndedError) as raised, Workers(Work(prepare_death, None), 2) as workers:
        list(workers.map(range(100)))
    assert "--jobs 1" in raised.value.hint
    assert not active_children()


def test_an_interrupt_ends_no_process_by_itself():
    with Workers(Work(prepare_interrupt, None), 2) as workers:
        assert list(workers.map(range(4))) == [0, 1, 2, 3]


def interrupt_after_one(results: Iterator[object]) -> None:
    """Take one result, then act as Ctrl-C does."""
    next(results)
    raise KeyboardInterrupt


def test_an_error_between_two_results_ends_the_processes_at_once():
    with Workers(Work(prepare_square, 10**9), 2) as workers, pytest.raises(KeyboardInterrupt):
        interrupt_after_one(workers.map(itertools.count()))
    assert not active_children()


def test_a_process_frees_the_cycles_of_each_portion():
    with Workers(Work(prepare_cycles, None), 2) as workers:
        assert list(workers.map(range(6))) == [0] * 6


END_SCRIPT = """
import gc, os, sys
sys.path.insert(0, sys.argv[1])
from parallel_work import prepare_square
from dcr.parallel import Work, Workers
gc.disable()
if __name__ == "__main__":
    workers = Workers(Work(prepare_square, 9), 2)
    with workers:
        results = [result for result, _ in workers.map([1, 2, 3])]
    if sys.argv[2] == "unfinished":
        unfinished = Workers(Work(prepare_square, 9), 2).map(range(9))
        results.append(next(unfinished)[0])
    print(results, flush=True)
    os._exit(0)
"""


def run_to_the_end(case: str) -> subprocess.CompletedProcess[str]:
    """Run a script of two processes, and wait until all processes that hold its stdout have ended."""
    command = (sys.executable, "-c", END_SCRIPT, os.path.dirname(__file__), case)
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def test_processes_end_and_print_nothing():
    ended = run_to_the_end("finished")
    assert (ended.stdout, ended.stderr) == ("[1, 4, 9]\n", "")


def test_processes_end_with_a_parent_that_does_not_end_them():
    assert run_to_the_end("unfinished").stdout == "[1, 4, 9, 0]\n"


def test_processes_are_started_only_for_enough_work():
    assert choose_jobs(None, 0.4, 100) == 1
    assert choose_jobs(None, 10, 100) == min(count_cores(), 100)
    assert choose_jobs(3, 0.1, 100) == 3
    assert choose_jobs(8, 10, 2) == 2
    assert choose_jobs(1, 10, 100) == 1
    assert choose_jobs(None, 10, 0) == 1
