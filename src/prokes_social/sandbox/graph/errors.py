"""Meta's refusals, in the words and numbers of the real Graph API: a cause in, an Answer out."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from prokes_social.sandbox.calls import Answer, Refused, trace_id


def error(
    message: str,
    *,
    code: int,
    status: int = 400,
    kind: str = "OAuthException",
    subcode: int | None = None,
    transient: bool | None = None,
    title: str = "",
    people: str = "",
) -> Answer:
    """`title` and `people` are what Meta would show to a person."""
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    if transient is not None:
        body["is_transient"] = transient
    if title:
        body |= {"error_user_title": title, "error_user_msg": people}
    return Answer(status=status, body={"error": {**body, "fbtrace_id": trace_id()}})


def refuse(message: str, *, code: int = 100, **rest: Any) -> Refused:
    return Refused(error(f"(#{code}) {message}" if code == 100 else message, code=code, **rest))


def no_such_object(id: str, verb: str = "get") -> Refused:
    message = (
        f"Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return Refused(error(message, code=100, subcode=33, kind="GraphMethodException"))


def unknown_path(path: str) -> Refused:
    return Refused(error(f"Unknown path components: /{path}", code=2500))


def unknown_version(version: str) -> Refused:
    return Refused(error(f"Unknown or retired Graph API version {version}; please update to the latest.", code=2635))


def token_expired(now: float) -> Answer:
    moment = datetime.fromtimestamp(now, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
    message = f"Error validating access token: Session has expired on {moment}."
    return error(message, code=190, subcode=463, status=401)


def forbidden() -> Answer:
    message = (
        "(#200) If posting to a group, requires app being installed in the group, and either publish_to_groups "
        "permission with user token, or both pages_read_engagement and pages_manage_posts permission with page token"
    )
    return error(message, code=200, status=403)


def no_insights() -> Answer:
    """A token without the right to read them."""
    return error("(#10) Application does not have permission for this action", code=10, status=403)


def policy_block() -> Answer:
    return error(
        "The action attempted has been deemed abusive or is otherwise disallowed",
        code=368,
        subcode=1390008,
        transient=False,
        title="You can't post right now",
        people="We limit how often you can post to protect the community from spam.",
    )


def duplicate() -> Answer:
    return error(
        "Duplicate status message",
        code=506,
        subcode=1455006,
        transient=False,
        title="Duplicate Status Update",
        people="This status update is identical to the last one you posted. Try posting something different.",
    )


def service_error(*, code: int, status: int, subcode: int | None = None) -> Answer:
    words = {
        1: "An unknown error occurred",
        2: "An unexpected error has occurred. Please retry your request later.",
    }
    return error(
        words.get(code, "Please retry your request later."),
        code=code,
        subcode=subcode,
        status=status,
        transient=code == 2,
    )


def throttled(*, code: int, owner: str, minutes: float) -> Answer:
    """4 application, 17 user, 32 Page, 613 and 8000x a use case; how long to wait stands only in the header."""
    words = {
        4: "(#4) Application request limit reached",
        17: "(#17) User request limit reached",
        32: "(#32) Page request limit reached",
        613: "(#613) Calls to this api have exceeded the rate limit.",
    }
    message = words.get(code, f"(#{code}) There have been too many calls to this account. Wait a bit and try again.")
    answer = error(message, code=code, status=403 if code == 4 else 400, transient=code in (4, 17, 32, 613))
    return answer.with_headers(usage_headers(owner, percent=100, minutes=minutes))


def usage_headers(owner: str, *, percent: int, minutes: float = 0) -> dict[str, str]:
    """Shares of the limits in percent; the wait in whole minutes, as Meta tells it."""
    usage = {"call_count": percent, "total_cputime": percent // 3, "total_time": percent // 3}
    case = {"type": "pages", **usage, "estimated_time_to_regain_access": math.ceil(minutes)}
    return {
        "x-app-usage": json.dumps(usage),
        "x-page-usage": json.dumps(usage),
        "x-business-use-case-usage": json.dumps({owner: [case]}),
    }
