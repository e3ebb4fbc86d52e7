"""X's refusal in, one of our four errors out; only what an allow-list names is a proof."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import requests

from prokes_social.errors import PlatformError
from prokes_social.i18n import _
from prokes_social.platforms._failures import Call
from prokes_social.platforms._x_answers import body_of, words_of

#: Where a 429 does not say when it ends: the longest of the usual windows.
USUAL_WINDOW = timedelta(minutes=15)

#: `type` of a 403 that is about the app or the account, not about the content.
_ACCOUNT_PROBLEMS = ("client-forbidden", "oauth1-permissions", "unsupported-authentication")
_LIMITS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


def refusal(call: Call, answer: requests.Response, now: datetime) -> PlatformError:
    """An allow-list: 400, 401, 403 and 429 prove that nothing was made; everything else is uncertain."""
    said, problem = words_of(answer), body_of(answer)
    match answer.status_code:
        case 429:
            return call.too_many(said, _retry_at(answer.headers, now))
        case 401:
            return call.unauthorized(said)
        case 402:
            # Credits are gone. Every further call would fail alike, and only a person can pay: stop and alarm.
            return call.unauthorized(said, _("Top up the X app's credits, then run `prokes account check`."))
        case 403 if problem:
            return _forbidden(call, said, str(problem.get("type") or ""))
        case 400 if "media ids are invalid" in said.lower():
            return call.unknown(said)  # a picture in use: perhaps by our own call whose answer was lost
        case 400 | 413 | 415 | 422 if problem:
            return call.rejected(said)
    return call.unknown(said)


def _forbidden(call: Call, said: str, kind: str) -> PlatformError:
    if "duplicate content" in said.lower():
        return call.unknown(said)  # it is probably there: look it up
    if kind.rstrip("/").endswith(_ACCOUNT_PROBLEMS) or "suspended" in said.lower() or "locked" in said.lower():
        return call.unauthorized(said)
    return call.rejected(said)


def _retry_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """The latest reset among the limits that are used up: 15 minutes, and 24 hours by app and by user."""
    used_up = [each for each in _LIMITS if headers.get(f"{each}-remaining") == "0"] or _LIMITS[:1]
    resets = [text for each in used_up if re.fullmatch(r"\d{9,10}", text := headers.get(f"{each}-reset", ""))]
    if not resets:
        return now + USUAL_WINDOW
    return datetime.fromtimestamp(max(map(int, resets)), UTC)
