"""Check: one thing looked at, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"  #: works, but look at it
    BAD = "bad"  #: something does not work, or will not


@dataclass(frozen=True, kw_only=True)
class Check:
    """`name` never changes with the language; `what` and `remedy` are sentences."""

    name: str
    what: str
    state: State = State.OK
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {"check": self.name, "state": self.state.value, "what": self.what, "remedy": self.remedy}


def fine(name: str, what: str) -> Check:
    return Check(name=name, what=what)


def warning(name: str, what: str, remedy: str) -> Check:
    return Check(name=name, what=what, state=State.WARNING, remedy=remedy)


def bad(name: str, what: str, remedy: str) -> Check:
    return Check(name=name, what=what, state=State.BAD, remedy=remedy)
