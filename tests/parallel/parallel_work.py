"""Work for the tests of processes: a process imports it without pytest."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Callable


class TooBigError(DcrError):
    """A number is too big."""

    consequence = "nothing was squared"

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} is too big", "use a smaller one")
        self.number = number


def prepare_square(limit: int) -> Callable[[int], tuple[int, int]]:
    """Return a function that squares a number up to a limit, and names its process."""

    def square(number: int) -> tuple[int, int]:
        if number > limit:
            raise TooBigError(number)
        return number * number, os.getpid()

    return square


def prepare_death(_: None) -> Callable[[int], int]:
    """Return a function that kills its process at number 3."""

    def end(number: int) -> int:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    return end


def prepare_interrupt(_: None) -> Callable[[int], int]:
    """Return a function that sends its own process what Ctrl-C sends."""

    def interrupt(number: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return number

    return interrupt


class Cycle:
    """An object that only a collection frees."""

    def __init__(self) -> None:
        self.itself = self


def prepare_cycles(_: None) -> Callable[[int], int]:
    """Return a function that leaves a reference cycle behind, and counts those of earlier portions."""

    def leave(_: int) -> int:
        found = sum(isinstance(each, Cycle) for each in gc.get_objects())
        Cycle()
        return found

    return leave


def prepare_bug(_: None) -> Callable[[int], float]:
    """Return a function that divides by a number."""
    return lambda number: 1 / number
