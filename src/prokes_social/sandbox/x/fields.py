"""Query parameters of X's reading calls: a query in, checked choices out; both vocabularies, by hand from openapi.

2.159 says tweet.fields, retweet_count, edit_history_tweet_ids; 2.167 says post.fields, repost_count,
edit_history_post_ids. Which one is spoken is a setting of the sandbox.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from prokes_social.sandbox.calls import Incoming
from prokes_social.sandbox.x.problems import invalid


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON = (
    "article attachments card_uri community_id context_annotations conversation_id created_at display_text_range "
    "edit_controls entities geo id lang media_metadata non_public_metrics organic_metrics possibly_sensitive "
    "promoted_metrics public_metrics reply_settings scopes source suggested_source_links "
    "suggested_source_links_with_counts text withheld"
)
POST_FIELDS: Mapping[str, frozenset[str]] = {
    "tweet": _words(f"{_COMMON} author_id edit_history_tweet_ids in_reply_to_user_id note_tweet referenced_tweets"),
    "post": _words(f"{_COMMON} article_title matched_media_notes note_post note_request_suggestions paid_partnership"),
}
EXPANSIONS: Mapping[str, frozenset[str]] = {
    "tweet": _words(
        "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
        "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
        "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id "
        "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id"
    ),
    "post": _words(
        "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
        "attachments.poll_ids author_id edit_history_post_ids entities.mentions.username geo.place_id "
        "in_reply_to_user_id referenced_posts username"
    ),
}
USER_EXPANSIONS: Mapping[str, frozenset[str]] = {
    "tweet": frozenset({"affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"}),
    "post": frozenset({"affiliation", "most_recent_post_id", "pinned_post_id"}),
}
USER_FIELDS = _words(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics "
    "receives_your_dm subscribes_to_you subscription subscription_type url username verified verified_followers_count "
    "verified_type withheld"
)
MEDIA_FIELDS = _words(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics "
    "public_metrics type url variants width"
)
POLL_FIELDS = _words("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS = _words("contained_within country country_code full_name geo id name place_type")
TIMELINE = _words("max_results pagination_token start_time end_time since_id until_id exclude")


@dataclass(frozen=True, kw_only=True)
class Query:
    """Each parameter once, as text; lists are read with `choices`."""

    values: Mapping[str, str]
    vocabulary: str
    dropped: frozenset[str] = frozenset()  #: fields that X no longer has

    @property
    def fields_name(self) -> str:
        return f"{self.vocabulary}.fields"

    def post_fields(self) -> set[str]:
        return self.choices(self.fields_name, POST_FIELDS[self.vocabulary] - self.dropped)

    def expansions(self) -> set[str]:
        return self.choices("expansions", EXPANSIONS[self.vocabulary])

    def choices(self, name: str, known: frozenset[str]) -> set[str]:
        """The comma-separated words of a parameter. Raises Refused for a word X does not know."""
        words = self.values[name].split(",") if name in self.values else []
        unknown = [word for word in words if word not in known]
        if unknown:
            message = f"The `{name}` query parameter value [{unknown[0]}] is not one of [{','.join(sorted(known))}]"
            raise invalid(({name: words}, message))
        return set(words)

    def whole_number(self, name: str, *, default: int, low: int, high: int) -> int:
        text = self.values.get(name, str(default))
        if not text.isdigit() or not low <= int(text) <= high:
            message = f"The `{name}` query parameter value [{text}] is not between {low} and {high}"
            raise invalid(({name: text}, message))
        return int(text)

    def moment(self, name: str) -> float | None:
        """Unix time; X takes RFC 3339 in UTC only."""
        text = self.values.get(name)
        if text is None:
            return None
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", text):
            raise invalid(({name: text}, f"The `{name}` query parameter value [{text}] is not a valid RFC3339 date"))
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).timestamp()


def read_query(incoming: Incoming, vocabulary: str, own: Iterable[str]) -> Query:
    """Raises Refused for names that are unknown, repeated, or of the other vocabulary."""
    known = {f"{vocabulary}.fields", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields", *own}
    values: dict[str, str] = {}
    for name, value in incoming.query:
        if name not in known:
            message = f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]"
            raise invalid(({name: value}, message))
        if name in values:
            raise invalid(({name: value}, f"The query parameter [{name}] was given more than once"))
        values[name] = value
    query = Query(values=values, vocabulary=vocabulary)
    for name, words in (("user.fields", USER_FIELDS), ("poll.fields", POLL_FIELDS), ("place.fields", PLACE_FIELDS)):
        query.choices(name, words)
    return query
