# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Loads the cases of `autobahntestsuite`, which are Python 2, into Python 3.

They run in modules of their own with a few names replaced; nothing outside is changed. Their byte
strings become strings of the same characters (Latin-1), except in sections 12 and 13, which read
their payloads from files, as bytes.
"""

import binascii
import builtins
import codecs
import importlib.util
import re
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

from .peer import Offer, Protocol

#: What does not mean the same in both languages, and its translation.
TRANSLATIONS = (
    (r"^(\s*)print\s*$", r"\1print()"),
    (r"^(\s*)print ([^(\n].*)$", r"\1print(\2)"),
    (r"\(object, Case, \)", "(Case,)"),
    (r"len\(self\.payload\) / ", "len(self.payload) // "),
    # Needs Twisted, and the suite does not run it either.
    (r"^from case9_9_1 import \*$", ""),
)


class Suite:
    """The case classes, in the suite's order."""

    def __init__(self) -> None:
        package = importlib.util.find_spec("autobahntestsuite")
        assert package and package.submodule_search_locations, "autobahntestsuite is not installed"
        self._folder = Path(package.submodule_search_locations[0])
        self._modules: dict[str, object] = {
            "autobahn.websocket.protocol": _module(WebSocketProtocol=Protocol),
            "autobahn.websocket.utf8validator": _module(Utf8Validator=Utf8Validator),
            "autobahn.websocket.compress": _module(
                PerMessageDeflateOffer=Offer,
                PerMessageDeflateOfferAccept=object,
                PerMessageDeflateResponse=object,
                PerMessageDeflateResponseAccept=object,
            ),
            "binascii": _module(hexlify=_hexlify, b2a_hex=_hexlify),
            "pkg_resources": _module(resource_filename=lambda _, name: str(self._folder / name)),
        }
        self._builtins = {**vars(builtins), "__import__": self._import, "xrange": range, "unichr": chr}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            self._modules["case"] = case = self._load("case")
            # Pickles of equal values need not be equal.
            case.Case.compare = lambda self, left, right: left == right
            contents = self._load("__init__")
        self.cases: list[type] = contents.Cases
        self.titles: dict[str, str] = contents.CaseCategories

    def _load(self, name: str) -> ModuleType:
        path = self._folder / "case" / f"{name}.py"
        source = path.read_text(encoding="latin-1")
        # A declared encoding would turn the Latin-1 back into text.
        source = re.sub(r"^#.*coding[=:].*$", "#", source, count=1, flags=re.MULTILINE)
        for pattern, replacement in TRANSLATIONS:
            source = re.sub(pattern, replacement, source, flags=re.MULTILINE)
        module = ModuleType(name)
        vars(module)["__builtins__"] = self._builtins
        exec(compile(source, str(path), "exec", dont_inherit=True), vars(module))
        return module

    def _import(self, name: str, scope=None, local=None, names=(), level: int = 0) -> object:
        if name not in self._modules and (self._folder / "case" / f"{name}.py").exists():
            self._modules[name] = self._load(name)
        if name in self._modules:
            return self._modules[name]
        return builtins.__import__(name, scope, local, names, level)


def number(case: type) -> str:
    """The number of a case in the suite's reports, such as `6.4.1`."""
    return case.__name__.removeprefix("Case").replace("_", ".")


def section(case: type) -> str:
    """What comes before the first point of its number."""
    return number(case).split(".")[0]


def _module(**members: object) -> SimpleNamespace:
    return SimpleNamespace(__all__=list(members), **members)


def _hexlify(data: str | bytes) -> str:
    return binascii.hexlify(data.encode("latin-1") if isinstance(data, str) else data).decode()


class Utf8Validator:
    """Says of a byte string whether it is valid as far as it goes, and whether it ends a character."""

    def reset(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    __init__ = reset

    def validate(self, data: str) -> tuple[bool, bool, int, int]:
        try:
            self._decoder.decode(data.encode("latin-1"))
        except UnicodeDecodeError:
            return False, False, 0, 0
        return True, not self._decoder.getstate()[0], len(data), len(data)
