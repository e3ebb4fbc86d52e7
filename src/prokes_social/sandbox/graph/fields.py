"""Pick what `fields=` asks for: an expression such as `id,attachments{media,target}` and a node in, plain JSON out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prokes_social.sandbox.graph.errors import refuse

#: Fields by node type, from Meta's specs. A field that is known but has no value here is left out, as Graph does.
KNOWN: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "Page": (
            "id name username about access_token category category_list connected_instagram_account cover description "
            "emails fan_count followers_count instagram_business_account is_published link phone rating_count "
            "single_line_address talking_about_count verification_status website"
        ),
        "PagePost": (
            "id actions admin_creator application attachments backdated_time call_to_action child_attachments comments "
            "created_time expanded_height expanded_width from full_picture icon insights instagram_eligibility "
            "is_expired is_hidden is_popular is_published likes message message_tags parent_id permalink_url picture "
            "place privacy promotable_id properties reactions scheduled_publish_time shares status_type story "
            "story_tags subscribed target targeting to updated_time via"
        ),
        "StoryAttachment": (
            "description description_tags media media_type subattachments target title type unshimmed_url url"
        ),
        "StoryAttachmentMedia": "image source",
        "StoryAttachmentTarget": "id unshimmed_url url",
        "ImageSource": "height src width",
        "Photo": (
            "id album alt_text alt_text_custom backdated_time can_delete can_tag created_time from height icon images "
            "link name page_story_id picture place position source target updated_time webp_images width"
        ),
        "IGUser": (
            "id biography followers_count follows_count ig_id media_count name profile_picture_url username website"
        ),
        "IGMedia": (
            "id alt_text caption comments_count ig_id insights is_comment_enabled is_shared_to_feed like_count "
            "media_product_type media_type media_url owner permalink shortcode thumbnail_url timestamp username"
        ),
        "IGContainer": "id copyright_check_status status status_code video_status",
        "ContentPublishingLimit": "config quota_usage",
        "Profile": "id name",
    }.items()
}
_TOKEN = re.compile(r"\w+|[{},().]")


@dataclass(frozen=True, kw_only=True)
class Node:
    """`default` is what comes without `fields`; values may be plain, Nodes, Edges, or made of what is wanted."""

    kind: str
    values: Mapping[str, Any]
    default: tuple[str, ...] = ("id",)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What a node is connected with; `total` may be more than the nodes that are known one by one."""

    nodes: Sequence[Node] = ()
    total: int | str | None = 0


@dataclass(kw_only=True)
class Wanted:
    """A parsed expression: names, each with what is wanted inside it, how many of an edge, and whether its total."""

    names: dict[str, "Wanted"] = field(default_factory=dict)
    limit: int | None = None
    summary: bool = False
    metric: tuple[str, ...] = ()


Made = Callable[[Wanted], dict[str, Any]]


def pick(node: Node, expression: str | None) -> dict[str, Any]:
    """Raises Refused (#100) for fields the node type does not have, and for an expression that cannot be read."""
    return _picked(node, parse(expression) if expression else Wanted())


def parse(expression: str) -> Wanted:
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != re.sub(r"\s+", "", expression):
        raise refuse(f"Syntax error in field expression: {expression}")
    wanted = _names(tokens)
    if tokens:
        raise refuse(f"Syntax error in field expression: unexpected '{tokens[0]}'")
    return wanted


def _names(tokens: list[str]) -> Wanted:
    """Reads `a,b{c},d.limit(2)` and leaves what follows it in `tokens`."""
    wanted = Wanted()
    while tokens and tokens[0] != "}":
        name = tokens.pop(0)
        if not name[0].isalpha():
            raise refuse(f"Syntax error in field expression: expected a field name, found '{name}'")
        wanted.names[name] = _inside(tokens)
        if not tokens or tokens[0] != ",":
            break
        tokens.pop(0)
    return wanted


def _inside(tokens: list[str]) -> Wanted:
    modifiers = _modifiers(tokens)
    inner = Wanted()
    if tokens and tokens[0] == "{":
        tokens.pop(0)
        inner = _names(tokens)
        if not tokens or tokens.pop(0) != "}":
            raise refuse("Syntax error in field expression: '}' is missing")
    inner.limit = int(modifiers["limit"]) if "limit" in modifiers else None
    inner.summary = modifiers.get("summary", "false") in ("true", "1", "total_count")
    inner.metric = tuple(modifiers["metric"].split(",")) if "metric" in modifiers else ()
    return inner


def _modifiers(tokens: list[str]) -> dict[str, str]:
    """`.limit(0).summary(total_count)`, `.metric(views,reach)`."""
    found: dict[str, str] = {}
    while tokens and tokens[0] == ".":
        name, opening = (*tokens[1:3], "", "")[:2]
        if name not in ("limit", "summary", "metric") or opening != "(" or ")" not in tokens:
            raise refuse(f"Syntax error in field expression: '.{name}' is unknown or not served by this sandbox")
        end = tokens.index(")")
        found[name] = "".join(tokens[3:end])
        if name == "limit" and not found[name].isdecimal():
            raise refuse("Param limit must be an integer")
        del tokens[: end + 1]
    return found


def _picked(node: Node, wanted: Wanted) -> dict[str, Any]:
    unknown = set(wanted.names) - KNOWN[node.kind]
    if unknown:
        raise refuse(f"Tried accessing nonexisting field ({min(unknown)}) on node type ({node.kind})")
    names = wanted.names or {name: Wanted() for name in node.default}
    found = {name: _value(node.values[name], inner) for name, inner in names.items() if _has(node, name)}
    return {**found, "id": node.values["id"]} if "id" in node.values else found


def _has(node: Node, name: str) -> bool:
    return node.values.get(name) not in (None, "")


def _value(value: Any, wanted: Wanted) -> Any:
    if isinstance(value, Node):
        return _picked(value, wanted)
    if isinstance(value, Edge):
        return _edge(value, wanted)
    return value(wanted) if callable(value) else value


def _edge(edge: Edge, wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = {"data": [_picked(node, wanted) for node in edge.nodes[: wanted.limit]]}
    return {**found, "summary": {"total_count": edge.total}} if wanted.summary and edge.total is not None else found
