"""What a fault makes of a call: the platform's own refusal, a spoiled answer, or no answer at all (None)."""

import json
from collections.abc import Callable
from typing import Any

from prokes_social.sandbox.calls import Answer, Call
from prokes_social.sandbox.faults import Fault
from prokes_social.sandbox.graph import errors as graph
from prokes_social.sandbox.world import World
from prokes_social.sandbox.x import problems as x

HTML = b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"


def answer_of(fault: Fault, call: Call, world: World, done: Answer | None) -> Answer | None:
    """`done` is what the platform would have answered, where the deed was done first."""
    return _ANSWERS[fault.kind](fault, call, world, done)


def _rate_limit(fault: Fault, call: Call, world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.too_many_requests(reset=int(world.now() + fault.number("reset_in", 900)))
    minutes = fault.number("minutes", fault.number("reset_in", 900) / 60)
    owner = call.account.id if call.account else "0"
    return graph.throttled(code=int(fault.number("code", 4)), owner=owner, minutes=minutes)


def _error_500(fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.server_error(int(fault.number("status", 500)))
    return graph.service_error(code=int(fault.number("code", 1)), status=int(fault.number("status", 500)))


def _error_after_accept(fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.server_error(int(fault.number("status", 500)))
    # Seen live: code 2, HTTP 500 and "please retry" on calls that had published.
    return graph.service_error(
        code=int(fault.number("code", 2)),
        status=int(fault.number("status", 500)),
        subcode=int(fault.parameters["subcode"]) if "subcode" in fault.parameters else None,
    )


def _token_expired(_fault: Fault, call: Call, world: World, _done: Answer | None) -> Answer:
    return x.unauthorized() if call.platform == "x" else graph.token_expired(world.now())


def _forbidden(_fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.forbidden("You are not permitted to perform this action.")
    return graph.forbidden()


def _policy_block(_fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.forbidden("Your account is temporarily locked. Please log in to https://x.com to unlock your account.")
    return graph.policy_block()


def _credits_depleted(_fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    if call.platform == "x":
        return x.credits_depleted(call.account.id if call.account else "0")
    return graph.forbidden()


def _duplicate(_fault: Fault, call: Call, _world: World, _done: Answer | None) -> Answer:
    return x.duplicate() if call.platform == "x" else graph.duplicate()


def _spoiled(_fault: Fault, _call: Call, _world: World, done: Answer | None) -> Answer:
    whole = done.encoded() if done else b'{"data":{"id":"1'
    return Answer(status=done.status if done else 200, raw=whole[: len(whole) // 2])


def _without_id(_fault: Fault, _call: Call, _world: World, done: Answer | None) -> Answer:
    body = json.loads(done.encoded()) if done else {}
    return Answer(status=done.status if done else 200, body=_strip_id(body))


def _strip_id(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _strip_id(value) for name, value in body.items() if name not in ("id", "post_id", "media_key")}
    return body


def _without_type(_fault: Fault, _call: Call, _world: World, done: Answer | None) -> Answer:
    raw = done.encoded() if done else b"{}"
    return Answer(status=done.status if done else 200, raw=raw, media_type=None)


def _html(_fault: Fault, _call: Call, _world: World, _done: Answer | None) -> Answer:
    return Answer(status=503, raw=HTML, media_type="text/html; charset=utf-8")


def _empty(fault: Fault, _call: Call, _world: World, _done: Answer | None) -> Answer:
    return Answer(status=int(fault.number("status", 500)), body={})


def _container_error(_fault: Fault, _call: Call, _world: World, _done: Answer | None) -> Answer:
    status = "Error: Media upload has failed with error code 2207052"
    return Answer(body={"status_code": "ERROR", "status": status})


def _as_done(_fault: Fault, _call: Call, _world: World, done: Answer | None) -> Answer | None:
    return done


def _nothing(_fault: Fault, _call: Call, _world: World, _done: Answer | None) -> None:
    return None


_ANSWERS: dict[str, Callable[[Fault, Call, World, Answer | None], Answer | None]] = {
    "rate_limit": _rate_limit,
    "error_500": _error_500,
    "error_503_html": _html,
    "token_expired": _token_expired,
    "forbidden": _forbidden,
    "policy_block": _policy_block,
    "credits_depleted": _credits_depleted,
    "duplicate_403": _duplicate,
    "drop_before_accept": _nothing,
    "empty_object": _empty,
    "hang": _as_done,
    "spoiled_json": _spoiled,
    "error_after_accept": _error_after_accept,
    "accept_then_drop": _nothing,
    "no_id": _without_id,
    "no_content_type": _without_type,
    "late_landing": _nothing,
    "container_error": _container_error,
}
