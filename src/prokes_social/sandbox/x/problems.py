"""X's refusals, in the words of the real API: a cause in, an Answer out."""

from collections.abc import Mapping
from typing import Any

from prokes_social.sandbox.calls import Answer, Refused

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
TYPES = "https://api.twitter.com/2/problems/"


def plain(status: int, title: str, detail: str, type: str = "about:blank") -> Answer:
    return Answer(status=status, body={"title": title, "detail": detail, "type": type, "status": status})


def invalid(*errors: tuple[Mapping[str, Any], str]) -> Refused:
    """Each error is the parameters it speaks of, and a message."""
    body = {
        "errors": [{"parameters": _as_lists(parameters), "message": message} for parameters, message in errors],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": TYPES + "invalid-request",
    }
    return Refused(Answer(status=400, body=body))


def _as_lists(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
        for name, value in parameters.items()
    }


def unauthorized() -> Answer:
    return plain(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str) -> Answer:
    return plain(403, "Forbidden", detail)


def duplicate() -> Answer:
    return forbidden(DUPLICATE)


def credits_depleted(account_id: str) -> Answer:
    detail = f"Your enrolled account [{account_id}] does not have any credits to fulfill this request."
    body = {"account_id": account_id, "title": "CreditsDepleted", "detail": detail, "type": TYPES + "credits"}
    return Answer(status=402, body=body)


def not_found() -> Answer:
    return plain(404, "Not Found", "Not Found")


def too_many_requests(*, reset: int, limit: int = 100) -> Answer:
    answer = plain(429, "Too Many Requests", "Too Many Requests")
    headers = {"x-rate-limit-limit": str(limit), "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
    return answer.with_headers(headers)


def server_error(status: int = 500) -> Answer:
    return plain(status, "Internal Server Error" if status == 500 else "Service Unavailable", "Something went wrong")


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """One entry of `errors` beside a 200: X does not answer 404 for a post or user that is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": TYPES + "resource-not-found",
    }


def hidden_field(field: str, post_id: str, parameter: str) -> dict[str, Any]:
    """Private numbers that this caller may not see."""
    return {
        "resource_id": post_id,
        "parameter": parameter,
        "resource_type": "tweet",
        "section": "data",
        "field": field,
        "title": "Field Authorization Error",
        "value": post_id,
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with {parameter} : [{post_id}].",
        "type": TYPES + "not-authorized-for-field",
    }
