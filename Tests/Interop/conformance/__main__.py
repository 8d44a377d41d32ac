# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""`python -m conformance EXECUTABLE [CASE...]`: all cases against a server that is started for them.

A case is a number or a pattern: `6.4.1`, `12.*`.
"""

import argparse
import asyncio
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

from support.programs import Program

from .suite import Suite, number
from .verdicts import Verdict, judge, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executable", type=Path)
    parser.add_argument("cases", nargs="*", default=["*"])
    parser.add_argument("--messages", type=int, help="at most so many in cases of many")
    parser.add_argument("--at-once", type=int, default=8, help="cases under way at a time")
    parser.add_argument("--verbose", action="store_true", help="tell of every case, not only of those not OK")
    options = parser.parse_args()

    def tell(verdict: Verdict) -> None:
        if options.verbose or verdict.failed or verdict.behavior != "OK":
            print(verdict, flush=True)

    cases = [case for case in Suite().cases if any(fnmatch(number(case), wanted) for wanted in options.cases)]
    server = Program(options.executable.resolve(), "--port", "0", "--deflate")
    start = time.monotonic()
    verdicts = asyncio.run(judge(cases, server.address, options.messages, options.at_once, tell))
    server.stop()
    print(table(verdicts))
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if not verdicts or any(verdict.failed for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
