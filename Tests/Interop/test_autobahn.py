# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The Autobahn test suite, with permessage-deflate where its cases want that.

All its cases run; those that repeat an echo a thousand times (sections 9.7, 9.8, 12 and 13) do it
less often here. `make autobahn` runs them in full.
"""

import asyncio

import pytest

from conformance.suite import Suite, section
from conformance.verdicts import judge
from support.programs import Program

SUITE = Suite()
SECTIONS = list(dict.fromkeys(map(section, SUITE.cases)))
MESSAGES = 50

#: Where the RFC leaves a choice, so that the suite does not judge, and what ours is.
INFORMATIONAL = {
    "7.1.6": "a close that follows messages the peer was too slow to take back is answered before them",
    "7.13.1": "close code 5000 is refused",
    "7.13.2": "close code 65535 is refused",
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SECTIONS)
def test_section(deflating_echo: Program, name: str) -> None:
    cases = [case for case in SUITE.cases if section(case) == name]
    verdicts = asyncio.run(judge(cases, deflating_echo.address, MESSAGES))
    assert len(verdicts) == len(cases) > 0
    worse = [verdict for verdict in verdicts if verdict.failed or verdict.behavior == "NON-STRICT"]
    assert not worse, "\n".join(map(str, worse))
    assert {v.number for v in verdicts if v.behavior == "INFORMATIONAL"} <= INFORMATIONAL.keys()


def test_the_suite_is_whole() -> None:
    assert len(SUITE.cases) == 517
