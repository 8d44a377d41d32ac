# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Runs cases of the suite and says what came of them, in the suite's own words."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .peer import Peer
from .suite import number, section

#: Seconds that no case takes, however slow the machine.
DEADLINE = 900.0


@dataclass
class Verdict:
    case: type
    behavior: str
    close: str
    text: str
    seconds: float

    @property
    def number(self) -> str:
        return number(self.case)

    @property
    def section(self) -> str:
        return section(self.case)

    @property
    def failed(self) -> bool:
        """Whether the server did what the suite does not accept, where it closes too."""
        return self.behavior not in ("OK", "NON-STRICT", "INFORMATIONAL") or self.close not in ("OK", "INFORMATIONAL")

    def __str__(self) -> str:
        return f"{self.number:8} {self.behavior} (close: {self.close}) in {self.seconds:.1f} s: {self.text}"


async def judge(
    cases: Iterable[type],
    address: tuple[str, int],
    messages: int | None = None,
    at_once: int = 8,
    tell: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Runs cases against the echo at `/ws`, several at once.

    `messages` bounds the echoes of the cases that exist to repeat them: 9.7, 9.8, 12 and 13.
    """
    places = asyncio.Semaphore(at_once)

    async def one(case: type) -> Verdict:
        async with places:
            start = time.monotonic()
            try:
                peer = Peer(case, messages)
                await asyncio.wait_for(peer.run(*address), DEADLINE)
                words = peer.case.behavior, peer.case.behaviorClose, _text(peer.case)
            except Exception as error:  # the verdict on one case, and not the end of the others
                words = "FAILED", "FAILED", f"{type(error).__name__}: {error}"
            verdict = Verdict(case, *words, time.monotonic() - start)
            tell(verdict)
            return verdict

    return await asyncio.gather(*map(one, cases))


def _text(case) -> str:
    return case.result if case.behavior != "OK" else case.resultClose


def table(verdicts: list[Verdict]) -> str:
    """How many cases of each section got which verdict."""
    words = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"]
    lines = [" ".join(f"{word:>13}" for word in ["section", "cases", *words, "close failed"])]
    for name in [*dict.fromkeys(verdict.section for verdict in verdicts), "all"]:
        mine = [verdict for verdict in verdicts if name in (verdict.section, "all")]
        counts = Counter(verdict.behavior for verdict in mine)
        badly = sum(verdict.close not in ("OK", "INFORMATIONAL") for verdict in mine)
        lines.append(
            " ".join(f"{cell:>13}" for cell in [name, len(mine), *(counts[word] for word in words), badly])
        )
    return "\n".join(lines)
