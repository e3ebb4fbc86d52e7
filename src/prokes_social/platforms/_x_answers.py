"""X's JSON in, our nouns out: its words in an answer, posts that are ours, and their numbers; asks nobody."""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests

from prokes_social.model.reach import Metric, counted

_PROTOCOL = re.compile(r"\bhttps?://", re.IGNORECASE)


def body_of(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return _dict(body)


def words_of(answer: requests.Response) -> str:
    """X's own words: `HTTP 403: Forbidden: You are not allowed …`, and what its errors name."""
    body = body_of(answer)
    errors = _dicts(body.get("errors"))
    parts = [body.get(name) for name in ("title", "detail", "error", "error_description", "message")]
    parts += [each.get("message") or each.get("detail") for each in errors]
    parts += [",".join(each["parameters"]) for each in errors if isinstance(each.get("parameters"), dict)]
    return ": ".join([f"HTTP {answer.status_code}", *dict.fromkeys(str(part) for part in parts if part)])


def listed(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """X leaves `data` out where there is nothing."""
    return [each for each in _dicts(answer.get(name)) if each.get("id")]


def not_found(answer: Mapping[str, Any]) -> Iterator[str]:
    for each in _dicts(answer.get("errors")):
        if str(each.get("type")).endswith("/resource-not-found"):
            yield str(each.get("resource_id") or each.get("value") or "")


def with_our_picture(posts: Sequence[Mapping[str, Any]], ours: Sequence[str]) -> Mapping[str, Any] | None:
    return next((each for each in posts if set(_media_keys(each)) & set(ours)), None)


def with_our_text(posts: Sequence[Mapping[str, Any]], text: str, *, pictured: bool) -> Iterator[Mapping[str, Any]]:
    """By text alone; where ours has a picture of its own, never a post that carries another."""
    candidates = (each for each in posts if not (pictured and _media_keys(each)))
    return (each for each in candidates if same_text(text_as_written(each), text))


def _media_keys(post: Mapping[str, Any]) -> Sequence[str]:
    keys = _dict(post.get("attachments")).get("media_keys")
    return keys if isinstance(keys, list) else []


def numbers_of(post: Mapping[str, Any]) -> dict[Metric, int | None]:
    """X counts impressions; it has no reach. Both vocabularies: retweet_count and repost_count."""
    public, private = _dict(post.get("public_metrics")), _dict(post.get("non_public_metrics"))
    shared = kinds_of(post).get(Metric.SHARES, {})
    return {
        Metric.IMPRESSIONS: counted(public.get("impression_count")),
        Metric.REACH: None,
        Metric.LIKES: counted(public.get("like_count")),
        Metric.COMMENTS: counted(public.get("reply_count")),
        # Without either half the sum would say less than is true.
        Metric.SHARES: sum(shared.values()) if len(shared) == len(_SHARES) else None,
        Metric.SAVES: counted(public.get("bookmark_count")),
        Metric.CLICKS: counted(private.get("url_link_clicks")),
    }


#: What sharing is made of, by the names each has had.
_SHARES: Mapping[str, Sequence[str]] = {"repost": ("retweet_count", "repost_count"), "quote": ("quote_count",)}


def kinds_of(post: Mapping[str, Any]) -> dict[Metric, Mapping[str, int]]:
    """Reposts and quotes apart."""
    public = _dict(post.get("public_metrics"))
    told = {
        kind: counted(next((public[name] for name in names if name in public), None)) for kind, names in _SHARES.items()
    }
    shared = {kind: value for kind, value in told.items() if value is not None}
    return {Metric.SHARES: shared} if shared else {}


def withheld(answer: Mapping[str, Any]) -> dict[str, str]:
    """Post id to X's words, of posts whose private numbers this token may not read."""
    errors = [each for each in _dicts(answer.get("errors")) if str(each.get("type")).endswith(_NOT_ALLOWED)]
    return {str(each.get("resource_id") or each.get("value")): str(each.get("detail") or "") for each in errors}


_NOT_ALLOWED = "/not-authorized-for-field"


def moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(UTC) if text else None
    except ValueError:
        return None


def text_as_written(post: Mapping[str, Any]) -> str:
    """X escapes & < >, replaces every link by a t.co one, and ends the text with the link of its pictures."""
    text = str(post.get("text") or "")
    for link in _dicts(_dict(post.get("entities")).get("urls")):
        written = "" if link.get("media_key") else str(link.get("expanded_url") or "")
        text = text.replace(str(link.get("url") or "\0"), written)
    return html.unescape(text)


def same_text(one: str, other: str) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(text: str) -> str:
    """Without what X adds or evens out: spaces, a protocol before a bare link, the slash at a link's end."""
    words = _PROTOCOL.sub("", unicodedata.normalize("NFC", text)).split()
    return " ".join(word.rstrip("/") for word in words)


def next_page(answer: Mapping[str, Any]) -> str:
    return str(_dict(answer.get("meta")).get("next_token") or "")


def _dict(value: Any) -> Mapping[str, Any]:
    """An answer may hold anything; what is no object tells nothing."""
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
