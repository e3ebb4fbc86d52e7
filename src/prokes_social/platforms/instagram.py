"""Professional Instagram accounts through the Graph API: submissions in, posts and their numbers out."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from prokes_social.errors import PlatformError
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
from prokes_social.platforms._graph_consent import INSTAGRAM_SCOPES, Allowed, instagram_in
from prokes_social.platforms._graph_reading import count
from prokes_social.platforms._limits import hashtags_beyond
from prokes_social.problem import Problem

#: Width by height, by https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11).
NARROWEST, WIDEST = 4 / 5, 1.91
ROUNDING = 0.01
#: The daily quota rolls on; an hour later there may be room again.
QUOTA_WAIT = timedelta(hours=1)
#: What Meta says of a container whose picture it could not fetch in time.
_NOT_FETCHED = ("2207003", "2207052")

_SHOWN = "id,caption,permalink,timestamp"


class Instagram(GraphPlatform):
    name = "instagram"
    label = "Instagram"
    limits = Limits(text_length=2200, hashtags=5, pictures=1, picture_bytes=8_000_000)
    id_field = CredentialField(
        name="ig_user_id", label=Bilingual("Nomor akun Instagram", "Instagram account id"), secret=False
    )
    credential_fields = (
        id_field,
        CredentialField(name="access_token", label=TOKEN),
        CredentialField(name="app_secret", label=APP_SECRET, required=False),
    )
    granted_fields = credential_fields
    scopes = INSTAGRAM_SCOPES
    external_id_is = Bilingual("nomor akun profesional Instagram", "the professional Instagram account's id")
    needs_public_picture_url = True
    identity_fields = "id,username,name"
    insight_names = ("views", "reach", "likes", "comments", "saved", "shares", "total_interactions")
    counted_fields = ("like_count,comments_count,media_type", "like_count,comments_count")

    def check(self, submission: Submission) -> list[Problem]:
        hashtags = hashtags_beyond(self.limits.hashtags, self.label, submission.text)
        return [*super().check(submission), *hashtags, *_unfit(submission)]

    def allowed(self, page: Mapping[str, Any]) -> Allowed | None:
        return instagram_in(page)

    # --- prepare and publish ---

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        """Make a container, or look again at the one an earlier call has made; Meta fetches the picture meanwhile."""
        graph = self.graph(connection, Kind.REPEATABLE)
        if earlier and not earlier.ready and not self._is_over(earlier):
            looked_at = self._looked_at(graph, earlier)
            if looked_at:
                return looked_at
        looked_at = self._looked_at(graph, self._container(graph, submission, connection))
        if looked_at is None:
            raise graph.call.later(_("Instagram could not fetch the picture"))
        return looked_at

    def _container(self, graph: Graph, submission: Submission, connection: Connection) -> Prepared:
        own = self.own_id(graph, connection)
        picture = submission.pictures[0] if submission.pictures else None
        if picture is None or not picture.url:
            raise graph.call.later(_("Instagram fetches the picture itself; it has no public address yet"))
        self._check_quota(graph, own)
        answer = graph.post(
            f"{own}/media", image_url=picture.url, caption=submission.text, alt_text=picture.alt_text or None
        )
        container = told(graph.call, answer, "id")
        return Prepared(markers={"container": container}, expires_at=self.clock.now() + MEDIA_LIVES, ready=False)

    def _is_over(self, prepared: Prepared) -> bool:
        return prepared.expires_at is not None and prepared.expires_at <= self.clock.now()

    def _looked_at(self, graph: Graph, prepared: Prepared) -> Prepared | None:
        """One look; whoever holds the delivery comes back while it is not ready. None: a new one may do better."""
        shown = graph.get(prepared.markers["container"], fields="status_code,status")
        code, said = shown.get("status_code"), str(shown.get("status") or "")
        if code == "EXPIRED" or (code == "ERROR" and any(each in said for each in _NOT_FETCHED)):
            return None
        if code == "ERROR":
            raise graph.call.rejected(said)
        return Prepared(
            markers=prepared.markers, expires_at=prepared.expires_at, ready=code in ("FINISHED", "PUBLISHED")
        )

    def _check_quota(self, graph: Graph, own: str) -> None:
        """Asked before the container is made: a refusal at the public call would come too late to be planned around."""
        answer = graph.get(f"{own}/content_publishing_limit", fields="quota_usage,config")
        for each in dicts(answer.get("data")):
            used, total = count(each.get("quota_usage")), count(as_dict(each.get("config")).get("quota_total"))
            if used is not None and total is not None and used >= total:
                raise graph.call.too_many(f"quota_usage {used} of {total}", self.clock.now() + QUOTA_WAIT)

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        graph = self.graph(connection, Kind.PUBLIC)
        own = self.own_id(graph, connection)
        answer = graph.post(f"{own}/media_publish", creation_id=prepared.markers["container"])
        return self._shown(told(graph.call, answer, "id"), connection)

    def _shown(self, external_id: str, connection: Connection) -> Post:
        """The post exists; its address is told only now, and must not cost us the post if it is not."""
        try:
            shown = self.graph(connection, Kind.REPEATABLE).get(external_id, fields=_SHOWN)
        except PlatformError:
            shown = {}
        return self._as_post({**shown, "id": external_id})

    # --- find ---

    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        """The container is the proof: PUBLISHED means that the post exists, and then the media list says which it is.

        FINISHED means that nobody has published it, but only after a while: a call whose answer was lost may still be
        on its way, and Meta's servers learn of each other with a delay.
        """
        graph = self.graph(connection, Kind.LOOK_UP)
        if (container := prepared.markers.get("container")) is None:  # after a restore: nobody remembers it
            return self._find_listed(graph, submission, connection, since, is_ours)
        status = graph.get(container, fields="status_code").get("status_code")
        if status == "PUBLISHED":
            return self._find_listed(graph, submission, connection, since, is_ours)
        if status in ("FINISHED", "EXPIRED", "ERROR") and self.clock.now() - since >= PROOF_AFTER:
            raise proved_absent(self.label, connection.account, f"status_code: {status}")
        return None

    def _find_listed(
        self, graph: Graph, submission: Submission, connection: Connection, since: datetime, is_ours: IsOurs
    ) -> Post | None:
        own = self.own_id(graph, connection)
        listed = graph.listing(f"{own}/media", fields=_SHOWN, since=int(since.timestamp()), limit=100)
        wanted = _comparable(submission.text)
        same = (
            self._as_post(each)
            for each in listed
            if _comparable(str(each.get("caption") or "")) == wanted
            and (moment(each.get("timestamp")) or since) >= since
        )
        return earliest(same, is_ours)

    def _as_post(self, shown: Mapping[str, Any]) -> Post:
        return Post(
            external_id=str(shown["id"]),
            permalink=str(shown.get("permalink") or "https://www.instagram.com/"),
            published_at=moment(shown.get("timestamp")) or self.clock.now(),
        )

    # --- measure ---

    def numbers(self, fields: Mapping[str, Any], told_insights: Mapping[str, Any]) -> dict[Metric, int | None]:
        """Insights come up to 48 hours late: until then they are not told, which is not zero."""
        likes, comments = count(told_insights.get("likes")), count(told_insights.get("comments"))
        views = count(told_insights.get("views"))
        return {
            Metric.IMPRESSIONS: views,
            Metric.REACH: count(told_insights.get("reach")),
            Metric.LIKES: likes if likes is not None else count(fields.get("like_count")),
            Metric.COMMENTS: comments if comments is not None else count(fields.get("comments_count")),
            Metric.SHARES: count(told_insights.get("shares")),
            Metric.SAVES: count(told_insights.get("saved")),
            Metric.VIDEO_VIEWS: views if fields.get("media_type") == "VIDEO" else None,
        }


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _unfit(submission: Submission) -> list[Problem]:
    problems = []
    if not submission.pictures:
        problems.append(
            Problem(
                code="platform.picture-missing",
                what=_("Instagram posts need a picture."),
                remedy=_("Add a card to the message, or don't send it to Instagram."),
            )
        )
    for picture in submission.pictures:
        if picture.media_type == "image/png":
            problems.append(
                Problem(
                    code="platform.picture-type",
                    what=_("Instagram takes JPEG pictures only."),
                    remedy=_("Draw the card as JPEG."),
                )
            )
        aspect = picture.size.width / picture.size.height
        if not NARROWEST - ROUNDING <= aspect <= WIDEST + ROUNDING:
            problems.append(
                Problem(
                    code="platform.picture-shape",
                    what=_("A picture of {size} is too tall or too wide for Instagram.", size=picture.size),
                    remedy=_("Use a size between 4:5 and 1.91:1, such as 1080x1350."),
                )
            )
    return problems
