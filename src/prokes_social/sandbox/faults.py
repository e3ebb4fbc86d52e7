"""Faults on order: which call goes wrong, how, and how often; the sandbox asks before and after it accepts a call."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prokes_social.sandbox.accounts import is_named
from prokes_social.sandbox.calls import Call

PLATFORMS = ("x", "facebook", "instagram", "any")

#: publish makes something public; upload hands in a picture (on Instagram it makes the container); metadata is X's
#: alt text; timeline lists posts; insights reads numbers; container asks an Instagram container for its status; draft
#: makes an unpublished Facebook post; lookup reads single objects; account is users/me,
#: a Page or debug_token; token is debug_token and X's /2/oauth2/token.
CALLS = (
    "publish", "upload", "metadata", "timeline", "insights", "container",
    "draft", "lookup", "delete", "account", "token", "any",
)  # fmt: skip

#: When the deed is done, unless the fault says otherwise with `accept`: first (before the fault strikes), later (after
#: it) or never.
KINDS: Mapping[str, str] = {
    "rate_limit": "never",
    "error_500": "never",
    "error_503_html": "never",
    "token_expired": "never",
    "forbidden": "never",
    "policy_block": "never",
    "credits_depleted": "never",
    "duplicate_403": "never",
    "drop_before_accept": "never",
    "empty_object": "never",
    "hang": "first",
    "spoiled_json": "first",
    "error_after_accept": "first",
    "accept_then_drop": "first",
    "no_id": "first",
    "no_content_type": "first",
    "late_landing": "later",
    "container_error": "never",
}

#: Parameters a fault may carry beside the common ones.
#: seconds: how long a hang lasts or a landing takes; reset_in: seconds until a rate limit ends; code, subcode, status:
#: Meta's error numbers and the HTTP status; minutes: estimated_time_to_regain_access; accept: first, later or never;
#: reset: close with a TCP reset (default) or, when false, in order.
PARAMETERS = ("seconds", "reset_in", "code", "subcode", "status", "minutes", "accept", "reset")


@dataclass(kw_only=True)
class Fault:
    id: int
    platform: str
    call: str
    kind: str
    times: int = 1
    after: int = 0
    account: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0
    struck: int = 0

    @property
    def accept(self) -> str:
        return str(self.parameters.get("accept", KINDS[self.kind]))

    @property
    def spent(self) -> bool:
        return self.struck >= self.times

    def fits(self, call: Call) -> bool:
        return (
            self.platform in ("any", call.platform)
            and (self.call == "any" or self.call in call.names)
            and (self.account is None or (call.account is not None and is_named(call.account, self.account)))
        )

    def number(self, name: str, default: float) -> float:
        return float(self.parameters.get(name, default))

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "platform": self.platform,
            "call": self.call,
            "kind": self.kind,
            "times": self.times,
            "after": self.after,
            "account": self.account,
            "seen": self.seen,
            "struck": self.struck,
            **self.parameters,
        }


@dataclass
class Faults:
    """Asked in the order in which they were ordered; the first that fits and is not spent strikes."""

    ordered: list[Fault] = field(default_factory=list)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def order(self, row: Mapping[str, Any]) -> Fault:
        """Raises ValueError where a name or value is unknown."""
        common = {name: row[name] for name in ("platform", "call", "kind", "times", "after", "account") if name in row}
        parameters = {name: value for name, value in row.items() if name not in common}
        _check(common, parameters)
        fault = Fault(id=next(self.ids), parameters=parameters, **common)
        self.ordered.append(fault)
        return fault

    def strike(self, call: Call, *, accepted: bool) -> Fault | None:
        """The fault for this call at this moment, if any.

        Faults that let the deed happen first are asked only once it was accepted: a refused post cannot get lost.
        """
        for fault in self.ordered:
            if fault.spent or (fault.accept == "first") != accepted or not fault.fits(call):
                continue
            fault.seen += 1
            if fault.seen > fault.after:
                fault.struck += 1
                return fault
        return None

    def clear(self) -> None:
        self.ordered.clear()


def _check(common: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    _check_word("platform", common.get("platform"), PLATFORMS)
    _check_word("call", common.get("call"), CALLS)
    _check_word("kind", common.get("kind"), tuple(KINDS))
    _check_word("accept", parameters.get("accept", "first"), ("first", "later", "never"))
    unknown = set(parameters) - set(PARAMETERS)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    for name in ("times", "after"):
        if type(common.get(name, 0)) is not int:
            raise ValueError(f"{name} must be a whole number")


def _check_word(name: str, word: Any, known: tuple[str, ...]) -> None:
    if word not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}; not {word!r}")
