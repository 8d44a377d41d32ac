# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Whatever path and range is asked for, the answer is from a file that may be served."""

import subprocess
from pathlib import Path

from support.programs import REPOSITORY


def test_static_files_keep_their_promises(programs: Path) -> None:
    # A count and a seed, not a time: every run sees the same inputs. `make fuzz` sees others.
    corpus = REPOSITORY / "Fuzzing" / "corpus"
    options = ["--count", "5000", "--seconds", "60", "--seed", "1", "--corpus", str(corpus)]
    run = subprocess.run(
        [programs / "FileFuzzer", *options], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "mutations of" in run.stdout
