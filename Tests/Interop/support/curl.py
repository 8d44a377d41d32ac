# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""curl, as a peer that has seen many servers."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    connects: int
    """How many connections curl opened."""
    interim: list[int]
    """The 1xx statuses that came first."""

    @property
    def text(self) -> str:
        return self.body.decode()


def curl(url: str, *arguments: str, data: bytes | None = None, times: int = 1) -> Answer:
    """The last answer of one run of curl; `data` goes to its standard input."""
    with tempfile.TemporaryDirectory() as folder:
        head, body = Path(folder, "head"), Path(folder, "body")
        body.touch()
        command = ["curl", "--silent", "--show-error", "--http1.1", "--path-as-is", "--max-time", "20"]
        command += ["--dump-header", str(head), "--write-out", "%{num_connects}\n"]
        for _ in range(times):
            command += ["--output", str(body), url]
        run = subprocess.run([*command, *arguments], input=data, capture_output=True)
        assert run.returncode == 0, run.stderr.decode()
        heads = [part for part in head.read_bytes().decode("latin-1").split("\r\n\r\n") if part]
        connects = sum(map(int, run.stdout.split()))
        status, *lines = heads[-1].split("\r\n")
        fields = (line.split(":", 1) for line in lines)
        return Answer(
            status=int(status.split()[1]),
            headers={name.lower(): value.strip() for name, value in fields},
            body=body.read_bytes(),
            connects=connects,
            interim=[code for code in (int(head.split()[1]) for head in heads) if code < 200],
        )
