"""A platform's name in, what it calls its numbers out: so that anyone can check a figure where it came from."""

from prokes_social.i18n import _
from prokes_social.model.reach import Metric
from prokes_social.model.report import Vendor

_M = Metric


def vendor_of(platform: str) -> Vendor:
    """A platform that is not listed is shown under its own name, without the vendor's words."""
    make = _VENDORS.get(platform)
    return make() if make else Vendor(platform=platform, label=platform.replace("_", " ").capitalize(), names={})


def _x() -> Vendor:
    # X API v2, `public_metrics`; https://docs.x.com/x-api/fundamentals/metrics, November 2026
    return Vendor(
        platform="x",
        label="X",
        names={
            _M.IMPRESSIONS: "impression_count",
            _M.LIKES: "like_count",
            _M.COMMENTS: "reply_count",
            _M.SHARES: "retweet_count + quote_count",
            _M.SAVES: "bookmark_count",
            _M.CLICKS: "url_link_clicks",
        },
        remark=_("X counts impressions and has no reach."),
        page="https://docs.x.com/x-api/fundamentals/metrics",
    )


def _facebook() -> Vendor:
    # Every *_impressions* metric of Pages is dead; Graph API v26.0, November 2026
    return Vendor(
        platform="facebook",
        label="Facebook",
        names={
            _M.IMPRESSIONS: "post_media_view",
            _M.REACH: "post_total_media_view_unique",
            _M.LIKES: "post_reactions_by_type_total",
            _M.COMMENTS: "comments",
            _M.SHARES: "shares",
            _M.CLICKS: "post_clicks",
        },
        remark=_("Likes are all reactions together."),
        page="https://developers.facebook.com/docs/graph-api/reference/insights/",
    )


def _instagram() -> Vendor:
    # Instagram media insights, Graph API v26.0, November 2026
    return Vendor(
        platform="instagram",
        label="Instagram",
        names={
            _M.IMPRESSIONS: "views",
            _M.REACH: "reach",
            _M.LIKES: "likes",
            _M.COMMENTS: "comments",
            _M.SHARES: "shares",
            _M.SAVES: "saved",
            _M.VIDEO_VIEWS: "views",
        },
        remark=_("Instagram tells its numbers up to 48 hours late."),
        page="https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights",
    )


_VENDORS = {"x": _x, "facebook": _facebook, "instagram": _instagram}
