"""Facebook Pages through the Graph API: submissions in, posts and their numbers out."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from prokes_social.i18n import Bilingual, _
from prokes_social.model.platform import Connection, Limits, Post, Prepared, Submission
from prokes_social.model.reach import Metric
from prokes_social.platforms import CredentialField, IsOurs, anybodys, earliest
from prokes_social.platforms._failures import Kind, proved_absent
from prokes_social.platforms._graph import (
    APP_SECRET,
    MEDIA_LIVES,
    PROOF_AFTER,
    TOKEN,
    Graph,
    GraphPlatform,
    told,
)
from prokes_social.platforms._graph_answers import as_dict, dicts, moment
from prokes_social.platforms._graph_consent import PAGE_SCOPES, Allowed, page_in
from prokes_social.platforms._graph_reading import by_kind, count
from prokes_social.problem import Problem, Severity

#: Facebook makes larger PNGs blurred (developers.facebook.com/docs/graph-api/reference/page/photos, read 2026-11).
PNG_BYTES = 1_000_000

_SHOWN = "id,message,created_time,permalink_url,attachments{target{id},subattachments{target{id}}}"


class Facebook(GraphPlatform):
    name = "facebook"
    label = "Facebook"
    limits = Limits(text_length=63_206, hashtags=5, pictures=10, picture_bytes=4_000_000, appends_link=True)
    id_field = CredentialField(name="page_id", label=Bilingual("Nomor Halaman", "Page id"), secret=False)
    credential_fields = (
        id_field,
        CredentialField(name="access_token", label=TOKEN),
        CredentialField(name="app_secret", label=APP_SECRET, required=False),
    )
    granted_fields = credential_fields
    scopes = PAGE_SCOPES
    external_id_is = Bilingual("nomor Halaman Facebook", "the Facebook Page's id")
    identity_fields = "id,name,link,username"
    #: Every *_impressions* metric is dead since 2025-11; views and viewers took their place.
    insight_names = (
        "post_media_view",
        "post_total_media_view_unique",
        "post_clicks",
        "post_reactions_by_type_total",
    )
    counted_fields = ("shares,comments.summary(total_count).limit(0)", "shares")

    def check(self, submission: Submission) -> list[Problem]:
        return [*super().check(submission), *_blurred(submission)]

    def allowed(self, page: Mapping[str, Any]) -> Allowed | None:
        return page_in(page)

    # --- prepare and publish ---

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        graph = self.graph(connection, Kind.REPEATABLE)
        page = self.own_id(graph, connection)
        photos = [
            told(
                graph.call,
                graph.upload(f"{page}/photos", picture, published=False, alt_text_custom=picture.alt_text or None),
                "id",
            )
            for picture in submission.pictures
        ]
        markers: dict[str, Any] = {"photos": photos}
        if self.settings.two_phase:
            draft = graph.post(f"{page}/feed", **_content(submission, photos), published=False)
            markers["draft"] = told(graph.call, draft, "id")
        return Prepared(markers=markers, expires_at=self.clock.now() + MEDIA_LIVES if any(markers.values()) else None)

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        graph = self.graph(connection, Kind.PUBLIC)
        draft = prepared.markers.get("draft")
        external_id = (
            _publish_draft(graph, draft) if draft else self._publish_at_once(graph, submission, prepared, connection)
        )
        return Post(
            external_id=external_id,
            permalink=f"https://www.facebook.com/{external_id}",
            published_at=self.clock.now(),
        )

    def _publish_at_once(self, graph: Graph, submission: Submission, prepared: Prepared, connection: Connection) -> str:
        page = self.own_id(graph, connection)
        content = _content(submission, prepared.markers.get("photos") or ())
        return told(graph.call, graph.post(f"{page}/feed", **content), "id")

    # --- find ---

    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        """With a draft its own state is the proof; otherwise the feed shows the post or, for a while, not yet."""
        graph = self.graph(connection, Kind.LOOK_UP)
        if draft := prepared.markers.get("draft"):
            return self._find_draft(graph, draft, connection, since)
        page = self.own_id(graph, connection)
        photos = set(prepared.markers.get("photos") or ())
        shown = list(graph.listing(f"{page}/published_posts", fields=_SHOWN, since=int(since.timestamp()), limit=100))
        if pictured := next((each for each in shown if photos & set(_attached(each))), None):
            return self._as_post(pictured)
        same = _with_our_text(shown, submission.text, pictured=bool(photos))
        return earliest((self._as_post(each) for each in same), is_ours)

    def _find_draft(self, graph: Graph, draft: str, connection: Connection, since: datetime) -> Post | None:
        shown = graph.get(draft, fields="id,is_published,created_time,permalink_url")
        if shown.get("is_published") is True:
            return self._as_post(shown)
        if shown.get("is_published") is False and self.clock.now() - since >= PROOF_AFTER:
            raise proved_absent(self.label, connection.account, "is_published: false")
        return None

    def _as_post(self, shown: Mapping[str, Any]) -> Post:
        return Post(
            external_id=str(shown["id"]),
            permalink=str(shown.get("permalink_url") or f"https://www.facebook.com/{shown['id']}"),
            published_at=moment(shown.get("created_time")) or self.clock.now(),
        )

    # --- measure ---

    def numbers(self, fields: Mapping[str, Any], told_insights: Mapping[str, Any]) -> dict[Metric, int | None]:
        comments = as_dict(as_dict(fields.get("comments")).get("summary"))
        return {
            Metric.IMPRESSIONS: count(told_insights.get("post_media_view")),
            Metric.REACH: count(told_insights.get("post_total_media_view_unique")),
            Metric.LIKES: count(told_insights.get("post_reactions_by_type_total")),
            Metric.COMMENTS: count(comments.get("total_count")),
            Metric.SHARES: count(as_dict(fields.get("shares")).get("count")),  # left out by Graph: not told
            Metric.CLICKS: count(told_insights.get("post_clicks")),
        }

    def kinds(self, told_insights: Mapping[str, Any]) -> dict[Metric, Mapping[str, int]]:
        """Likes are all reactions together; here each kind stands alone."""
        reactions = by_kind(told_insights.get("post_reactions_by_type_total"))
        return {Metric.LIKES: reactions} if reactions else {}


def _content(submission: Submission, photos: Sequence[str]) -> dict[str, Any]:
    """A link is previewed only without pictures: Facebook shows one or the other."""
    content: dict[str, Any] = {"message": submission.text or None}
    if photos:
        content["attached_media"] = [{"media_fbid": photo} for photo in photos]
    elif submission.link:
        content["link"] = submission.link
    return content


def _publish_draft(graph: Graph, draft: str) -> str:
    """May be repeated: publishing a published post changes nothing."""
    if graph.post(draft, is_published=True).get("success") is not True:
        raise graph.call.unknown("the answer does not say success")
    return draft


def _with_our_text(shown: Sequence[Mapping[str, Any]], text: str, *, pictured: bool) -> Iterator[Mapping[str, Any]]:
    """By text alone; where ours has a picture of its own, never a post that carries another."""
    candidates = (each for each in shown if not (pictured and set(_attached(each))))
    return (each for each in candidates if _comparable(str(each.get("message") or "")) == _comparable(text))


def _attached(shown: Mapping[str, Any]) -> Iterator[str]:
    """The ids of a post's photos; several stand below an album."""
    for attachment in dicts(as_dict(shown.get("attachments")).get("data")):
        for each in (attachment, *dicts(as_dict(attachment.get("subattachments")).get("data"))):
            yield str(as_dict(each.get("target")).get("id") or "")


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _blurred(submission: Submission) -> list[Problem]:
    large = [each for each in submission.pictures if each.media_type == "image/png" and len(each.data) > PNG_BYTES]
    return [
        Problem(
            code="platform.png-blurred",
            what=_("Facebook blurs PNG pictures over 1 MB."),
            remedy=_("Draw the card as JPEG."),
            severity=Severity.WARNING,
        )
        for _each in large
    ]
