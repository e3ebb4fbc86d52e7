"""Pages of a Graph listing: posts and checked parameters in; data, cursors and the next address out."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from prokes_social.sandbox.calls import Incoming
from prokes_social.sandbox.graph.errors import refuse
from prokes_social.sandbox.graph.fields import Node, pick
from prokes_social.sandbox.graph.parameters import Values
from prokes_social.sandbox.graph.tokens import token_of
from prokes_social.sandbox.world import Post

USUAL, MOST = 25, 100


def as_graph_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def listing(
    posts: Sequence[Post], values: Values, incoming: Incoming, as_node: Callable[[Post], Node]
) -> dict[str, Any]:
    """`posts` newest first; `since` and `until` are inclusive and count whole seconds, as created_time does."""
    if "before" in values:
        raise refuse("The parameter before is not served by this sandbox.")
    size = min(values.get("limit", USUAL), MOST)
    fitting = [post for post in posts if _fits(post, values)]
    page = fitting[:size]
    body: dict[str, Any] = {"data": [pick(as_node(post), values.get("fields")) for post in page]}
    if page:
        cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        body["paging"] = {"cursors": cursors}
        if len(fitting) > size:
            body["paging"]["next"] = _next(incoming, cursors["after"])
    return body


def _fits(post: Post, values: Values) -> bool:
    moment = int(post.published_at or post.created_at)
    after = _order(values["after"]) if "after" in values else None
    return (
        moment >= int(values.get("since", 0))
        and moment <= values.get("until", moment)
        and (after is None or (post.order or 0) < after)
    )


def _cursor(post: Post) -> str:
    return base64.urlsafe_b64encode(str(post.order).encode()).decode()


def _order(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        raise refuse("Invalid cursors values") from None


def _next(incoming: Incoming, after: str) -> str:
    """Meta puts the token into this address; facebook-sdk counts on it."""
    kept = [(name, value) for name, value in incoming.query if name not in ("after", "access_token")]
    query = urlencode([*kept, ("access_token", token_of(incoming)), ("after", after)])
    return urlunsplit((*urlsplit(incoming.url)[:3], query, ""))
