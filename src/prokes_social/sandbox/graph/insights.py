"""Numbers of one post as Meta tells them: metric names in, `data` with a lifetime value for each out."""

from collections.abc import Sequence
from typing import Any

from prokes_social.sandbox.calls import Answer, Incoming
from prokes_social.sandbox.graph.errors import refuse
from prokes_social.sandbox.graph.parameters import IG_INSIGHTS, POST_INSIGHTS, checked, required
from prokes_social.sandbox.oddities import Oddities, as_told, is_known
from prokes_social.sandbox.world import Post, World

FACEBOOK_TITLES = {
    "post_media_view": "Lifetime Post Media Views",
    "post_total_media_view_unique": "Lifetime Post Total Media Viewers",
    "post_clicks": "Lifetime Post Clicks",
    "post_reactions_by_type_total": "Lifetime Total Post Reactions by Type",
    "post_reactions_like_total": "Lifetime Total Like Reactions",
}
INSTAGRAM_TITLES = {
    "views": "Views",
    "reach": "Accounts reached",
    "likes": "Likes",
    "comments": "Comments",
    "saved": "Saved",
    "shares": "Shares",
    "total_interactions": "Post interactions",
}
#: Every *_impressions* metric of Pages and of Instagram is gone since November 2025.
DEAD_ON_INSTAGRAM = ("impressions", "plays", "video_views", "clips_replays_count")


def of_page_post(world: World, post: Post, incoming: Incoming) -> Answer:
    """GET /{post}/insights; one unknown name fails the whole call."""
    values = checked(incoming, POST_INSIGHTS)
    metrics = required(values, "metric")
    rows = page_rows(world, post, metrics)
    return _answer(rows if values.get("period", "lifetime") == "lifetime" else [], incoming)


def page_rows(world: World, post: Post, metrics: Sequence[str]) -> list[dict[str, Any]]:
    """Raises Refused."""
    odd = world.settings.metrics
    if not metrics or any(each not in FACEBOOK_TITLES or not is_known(odd, "facebook", each) for each in metrics):
        raise refuse("The value must be a valid insights metric")
    numbers = world.numbers(post)
    told = as_told(odd, "facebook", {name: _facebook(name, numbers) for name in metrics})
    return [_row(post, name, FACEBOOK_TITLES[name], value) for name, value in told.items()]


def of_instagram_media(world: World, post: Post, incoming: Incoming) -> Answer:
    """GET /{media}/insights."""
    values = checked(incoming, IG_INSIGHTS)
    return Answer(body={"data": instagram_rows(world, post, required(values, "metric"))})


def instagram_rows(world: World, post: Post, metrics: Sequence[str]) -> list[dict[str, Any]]:
    """Numbers may be late, and then there is no data rather than zeros. Raises Refused."""
    odd = world.settings.metrics
    for number, metric in enumerate(metrics):
        _check_instagram(number, metric, odd)
    delay = world.settings.instagram_insights_delay_s
    if delay and world.age_s(post) < delay:
        return []
    numbers = world.numbers(post, delay_s=delay)
    told = as_told(odd, "instagram", {name: _instagram(name, numbers) for name in metrics})
    return [_row(post, name, INSTAGRAM_TITLES[name], value) for name, value in told.items()]


def _check_instagram(number: int, metric: str, odd: Oddities) -> None:
    if metric in DEAD_ON_INSTAGRAM:
        raise refuse(
            f"Starting from version v22.0 and above, the {metric} metric is no longer supported for the queried media."
        )
    if metric not in INSTAGRAM_TITLES or not is_known(odd, "instagram", metric):
        raise refuse(f"metric[{number}] must be one of the following values: {', '.join(INSTAGRAM_TITLES)}")


def _facebook(name: str, numbers: dict[str, int]) -> Any:
    reactions = {"like": numbers["likes"], "love": numbers["loves"], "wow": numbers["wows"]}
    return {
        "post_media_view": numbers["views"],
        "post_total_media_view_unique": numbers["reach"],
        "post_clicks": numbers["clicks"],
        "post_reactions_like_total": numbers["likes"],
        "post_reactions_by_type_total": {kind: count for kind, count in reactions.items() if count},
    }[name]


def _instagram(name: str, numbers: dict[str, int]) -> int:
    if name == "total_interactions":
        return sum(numbers[part] for part in ("likes", "comments", "saved", "shares"))
    return numbers[name]


def _row(post: Post, name: str, title: str, value: Any) -> dict[str, Any]:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": title,
        "description": f"{title}.",
        "id": f"{post.id}/insights/{name}/lifetime",
    }


def _answer(rows: Sequence[dict[str, Any]], incoming: Incoming) -> Answer:
    address = incoming.url.partition("?")[0]
    paging = {"previous": f"{address}?since=0", "next": f"{address}?until=0"}
    return Answer(body={"data": list(rows), "paging": paging})
