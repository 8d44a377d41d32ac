# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""The programs under test, started and stopped the way a person does it."""

import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from .waiting import wait_for

REPOSITORY = Path(__file__).resolve().parents[3]
URL = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)")


class Program:
    """A running server that has said where it listens."""

    def __init__(self, executable: Path, *arguments: str) -> None:
        self.lines: list[str] = []
        self._errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [executable, *arguments],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            wait_for(lambda: self._announced() or self.exited, "a line with its URL, or the end")
            assert self._announced(), f"ended with {self.process.returncode}:\n{self.errors}"
        except AssertionError:
            self.process.kill()
            raise
        self.port = int(self._announced()[1])
        self.address = ("127.0.0.1", self.port)
        self.url = f"http://127.0.0.1:{self.port}"

    def _read(self) -> None:
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def _announced(self) -> re.Match[str] | None:
        return next(filter(None, map(URL.search, self.lines)), None)

    @property
    def exited(self) -> bool:
        return self.process.poll() is not None

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def sockets(self) -> int:
        """How many sockets it has open; a process opens other files as it first needs them."""
        return sum(map(is_socket, Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def cpu_seconds(self) -> float:
        """The time that all its threads have run."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_bytes(self) -> int:
        """The memory it occupies."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    @property
    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    def kill(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, within: float = 10.0) -> int:
        """The exit code."""
        return self.process.wait(within)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Asks it to go, and insists that it goes in peace; a crash on the way shows here too."""
        if not self.exited:
            self.kill(number)
        try:
            code = self.wait()
        except subprocess.TimeoutExpired:
            code = "still running"
            self.process.kill()
        assert code == 0, f"{self.process.args[0]}: {code}\n{self.errors[-4000:]}"


def is_socket(descriptor: Path) -> bool:
    try:
        return os.readlink(descriptor).startswith("socket:")
    except FileNotFoundError:  # closed meanwhile
        return False
