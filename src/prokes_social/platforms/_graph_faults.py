"""Meta's answer in, its fault and one of our four errors out; only what an allow-list names is a proof."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from prokes_social.errors import PlatformError
from prokes_social.i18n import _
from prokes_social.platforms._failures import Call, Kind

#: Where a limit does not say when it ends: Meta counts over a rolling hour.
USUAL_WAIT = timedelta(minutes=15)

#: https://developers.facebook.com/docs/graph-api/guides/error-handling and .../instagram-api/reference/error-codes
_TOKEN_CODES = frozenset({102, 104, 190})
#: Missing permissions belong to the account, not to the content: every delivery would fail alike until someone connects
#: it again, so its deliveries wait rather than fail one by one. 2635: the API version is retired.
ACCOUNT_CODES = frozenset({10, *range(200, 300), 2635})
#: What /oauth/access_token says of a wrong app secret (1), of a code that is spent, over or bound to another address
#: (100), of an app that is none (101, 191). At any other path they mean something else.
CONSENT_CODES = frozenset({1, 100, 101, 191})
#: "Deemed abusive": more calls make it worse, so the account stops and a person is called.
_POLICY_CODES = frozenset({368})
_LIMIT_CODES = frozenset({4, 9, 17, 32, 613, *range(80000, 80015)})
#: 1 and 2 came with "please retry" for calls that had published (seven duplicates, 2026); 506 says that the same text
#: is there already; 24 is said of Instagram containers that are gone or were published before.
_UNCERTAIN_CODES = frozenset({1, 2, 24, 506})
_UNCERTAIN_SUBCODES = frozenset({(4, 2207051)})
#: A photo that can't be attached: unreadable, or in use already, perhaps by our own call whose answer was lost.
_PHOTO_UNUSABLE = 1366046
#: Media not ready, expired, or not fetched in time: passes by itself, or with a new upload.
_PASSING_CODES = frozenset({-2, 9004, 9007})
#: The content itself: parameters, pictures, links.
_CONTENT_CODES = frozenset({100, 105, 324, 352, 1500, *range(36000, 36005), 1366046, 1609005, 2069019})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Meta's error, as far as its answer tells."""

    status: int
    code: int | None = None
    subcode: int | None = None
    transient: bool = False
    words: str = ""

    @property
    def says_gone(self) -> bool:
        return (self.code, self.subcode) == (100, 33)

    @classmethod
    def of(cls, answer: requests.Response) -> "Fault":
        error = _error_in(answer)
        if not error:
            return cls(status=answer.status_code, words=f"HTTP {answer.status_code}")
        code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        numbers = "/".join(str(each) for each in (code, subcode) if each is not None)
        said = [str(error[name]) for name in ("message", "error_user_msg") if error.get(name)]
        return cls(
            status=answer.status_code,
            code=code,
            subcode=subcode,
            transient=error.get("is_transient") is True,
            words=": ".join([f"HTTP {answer.status_code} (#{numbers})", *said]),
        )


def failure(call: Call, fault: Fault, headers: Mapping[str, str], now: datetime) -> PlatformError:
    """Only what stands in a list above is a proof; everything else is uncertain."""
    code, said = fault.code, fault.words
    if code is None or fault.status >= 500 or (code, fault.subcode) in _UNCERTAIN_SUBCODES or code in _UNCERTAIN_CODES:
        return call.unknown(said)
    if call.kind is Kind.PUBLIC and fault.subcode == _PHOTO_UNUSABLE:
        return call.unknown(said)
    if code in _LIMIT_CODES:
        return call.too_many(said, _regained_at(headers, now))
    if code in _POLICY_CODES:
        return call.unauthorized(said, _("Read what Meta objects to in the account's Support Inbox before going on."))
    if code in _TOKEN_CODES or code in ACCOUNT_CODES or "appsecret_proof" in said:
        return call.unauthorized(said)
    if code in _PASSING_CODES:
        return call.later(said)
    if code in _CONTENT_CODES or (call.kind is not Kind.PUBLIC and not fault.transient):
        return call.rejected(said)
    return call.unknown(said)


def _error_in(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _regained_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """From x-business-use-case-usage and its kin; `estimated_time_to_regain_access` is in minutes."""
    told = [headers.get(f"x-{kind}-usage", "") for kind in ("business-use-case", "app", "page")]
    waits = [minutes for text in told for minutes in _minutes_in(text)]
    return now + max((timedelta(minutes=each) for each in waits), default=USUAL_WAIT)


def _minutes_in(text: str) -> Iterator[int]:
    try:
        found = [json.loads(text)] if text else []
    except ValueError:
        return
    while found:
        each = found.pop()
        if isinstance(each, dict):
            minutes = each.get("estimated_time_to_regain_access")
            if isinstance(minutes, int) and 0 < minutes <= 7 * 24 * 60:
                yield minutes
            found += each.values()
        elif isinstance(each, list):
            found += each
