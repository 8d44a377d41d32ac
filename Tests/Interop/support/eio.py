# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Our command-line client, as a process that speaks JSON."""

import base64
import json
import subprocess
import tempfile
import threading
from pathlib import Path

from .waiting import wait_for

Message = str | bytes


class Eio:
    """A running `eio --json --json-input`, and what it has told."""

    def __init__(self, programs: Path, url: str, *arguments: str) -> None:
        self.events: list[dict] = []
        self._errors = tempfile.TemporaryFile("w+")
        self._taken = 0
        self.process = subprocess.Popen(
            [programs / "eio", url, "--json", "--json-input", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def find(self, name: str, **members: object) -> dict | None:
        """The first event of this name with these members."""
        for event in list(self.events):
            if event["event"] == name and members.items() <= event.items():
                return event
        return None

    def wait_for(self, name: str, within: float = 10, **members: object) -> dict:
        return wait_for(
            lambda: self.find(name, **members), f"{name} {members} among {self.events[-20:]}", within
        )

    @property
    def messages(self) -> list[Message]:
        return [content(event) for event in list(self.events) if event["event"] == "received"]

    def next(self) -> Message:
        """The next message that was not taken yet."""
        wait_for(lambda: len(self.messages) > self._taken, f"a message; {self.events[-20:]}")
        self._taken += 1
        return self.messages[self._taken - 1]

    def write(self, line: dict) -> None:
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def send(self, message: Message) -> None:
        self.write(line(message))

    def close(self) -> None:
        self.write({"close": True})

    def end(self, within: float = 10) -> int:
        """The exit code."""
        code = self.process.wait(within)
        self._reader.join(within)
        assert self.errors == ""
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()

    @property
    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read()


def line(message: Message) -> dict:
    """A message as a line of input."""
    if isinstance(message, str):
        return {"text": message}
    return {"binary": base64.b64encode(message).decode()}


def content(event: dict) -> Message:
    """The message of an event."""
    return event["text"] if "text" in event else base64.b64decode(event["binary"], validate=True)
