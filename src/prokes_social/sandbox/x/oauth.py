"""Who is calling X: a request in, the user out; OAuth 1.0a signatures are really verified, nonces remembered."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header, unescape

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Incoming, Refused
from prokes_social.sandbox.world import World
from prokes_social.sandbox.x import problems

FORM = "application/x-www-form-urlencoded"
#: tweepy signs the address it was written for; a session that sends the request here may rewrite it before or after.
SIGNED_FOR = (
    "https://api.twitter.com",
    "https://api.x.com",
    "https://upload.twitter.com",
    "https://upload.x.com",
)
#: X accepts clocks that are five minutes off.
LEEWAY_S = 300
REQUIRED = {
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
}


def caller(world: World, incoming: Incoming, scope: str) -> XUser:
    """Raises Refused (401) for a missing, wrong, stale or repeated proof; `scope` is what a bearer token must cover."""
    header = incoming.headers.get("authorization", "")
    scheme, _, rest = header.partition(" ")
    user = None
    if scheme.lower() == "bearer":
        user = _by_bearer(world, rest.strip(), scope)
    elif scheme.lower() == "oauth":
        user = _by_signature(world, incoming, header)
    if user is None:
        raise Refused(problems.unauthorized())
    return user


def _by_bearer(world: World, token: str, scope: str) -> XUser | None:
    """The tokens an account was made with never end; those it consented to do."""
    with world.lock:
        consented = world.grants.user_of(token, scope, world.now())
    users = world.directory.x_users()
    return next((user for user in users if token in user.bearer_tokens or user.id == consented), None)


def _by_signature(world: World, incoming: Incoming, header: str) -> XUser | None:
    given = _header_parameters(header)
    if not set(given) >= REQUIRED or given["oauth_signature_method"] != "HMAC-SHA1":
        return None
    user = _holder(world, given)
    if user is None or not any(_is_signed(request, user) for request in _candidates(world, incoming, given)):
        return None
    return user if _is_fresh(world, given) else None


def _header_parameters(header: str) -> dict[str, str]:
    try:
        return {name: unescape(value) for name, value in parse_authorization_header(header)}
    except ValueError:
        return {}


def _holder(world: World, given: dict[str, str]) -> XUser | None:
    for user in world.directory.x_users():
        if user.access_token and user.access_token == given["oauth_token"]:
            return user if user.consumer_key == given["oauth_consumer_key"] else None
    return None


def _candidates(world: World, incoming: Incoming, given: dict[str, str]) -> Iterator[Any]:
    """The same request as it would look at each origin that may have been signed."""
    own = urlsplit(incoming.url)
    form = incoming.body.decode("utf-8", "replace") if incoming.content_type == FORM else ""
    for origin in dict.fromkeys((f"{own.scheme}://{own.netloc}", world.origin, *SIGNED_FOR)):
        target = urlsplit(origin)
        url = urlunsplit((target.scheme, target.netloc, own.path, own.query, ""))
        request: Any = Request(url)
        request.http_method = incoming.method
        request.params = signature.collect_parameters(
            uri_query=own.query,
            body=form,
            headers={"Authorization": incoming.headers["authorization"]},
            exclude_oauth_signature=True,
        )
        request.signature = given["oauth_signature"]
        yield request


def _is_signed(request: Any, user: XUser) -> bool:
    return bool(signature.verify_hmac_sha1(request, user.consumer_secret, user.access_token_secret))


def _is_fresh(world: World, given: dict[str, str]) -> bool:
    """The client's library looks at the real clock, so a clock that a test sets must not count here."""
    stamp, nonce = given["oauth_timestamp"], given["oauth_nonce"]
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > LEEWAY_S:
        return False
    with world.lock:
        known = (given["oauth_token"], nonce)
        if known in world.nonces:
            return False
        world.nonces[known] = float(stamp)
    return True
