# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Waiting for what is going to happen, instead of for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_for(condition: Callable[[], Value], what: str, within: float = 10.0) -> Value:
    """Asks until the answer is true, and answers it; fails when `within` seconds were not enough."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what} (last: {value!r})")
        time.sleep(0.01)


def holds(condition: Callable[[], bool], what: str, during: float) -> None:
    """Fails when the answer becomes false within `during` seconds."""
    deadline = time.monotonic() + during
    while time.monotonic() < deadline:
        assert condition(), f"no longer: {what}"
        time.sleep(0.01)


LATE = 3
"""Seconds within which even a busy machine does what is due in a few hundred milliseconds."""
