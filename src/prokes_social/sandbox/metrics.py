"""How often a post was seen and answered: post id, age and followers in, whole numbers out, always the same.

The curve is the sum of two saturating ones: most of what a post will ever reach comes in its first hours, the rest
over about a week. Every number is a share of that one curve, rounded down, so none of them ever shrinks.
"""

import hashlib
import math
import random
from collections.abc import Mapping

HOUR = 3600.0
DAY = 86_400.0

#: Share of the views; drawn between the two bounds for each post.
SHARES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "x": {
        "likes": (0.008, 0.022),
        "shares": (0.002, 0.007),
        "replies": (0.0006, 0.002),
        "quotes": (0.0002, 0.0009),
        "bookmarks": (0.0004, 0.0015),
        "link_clicks": (0.004, 0.012),
        "profile_clicks": (0.001, 0.004),
    },
    "facebook": {
        "reach": (0.62, 0.82),
        "clicks": (0.012, 0.04),
        "likes": (0.012, 0.03),
        "loves": (0.001, 0.006),
        "wows": (0.0, 0.0008),
        "shares": (0.002, 0.008),
        "comments": (0.001, 0.005),
    },
    "instagram": {
        "reach": (0.58, 0.8),
        "likes": (0.03, 0.07),
        "comments": (0.001, 0.005),
        "saved": (0.003, 0.012),
        "shares": (0.003, 0.011),
    },
}


def numbers(platform: str, post_id: str, age_s: float, followers: int) -> dict[str, int]:
    """`views` and everything that follows from them, for a post of this age."""
    chance = random.Random(hashlib.sha256(f"{platform}:{post_id}".encode()).digest())  # noqa: S311  (not a secret)
    ever = followers * min(chance.lognormvariate(-0.55, 0.45), 3.0)
    views = ever * _grown(max(age_s, 0.0), fast=chance.uniform(2.5, 6) * HOUR, slow=chance.uniform(3, 6) * DAY)
    drawn = {name: chance.uniform(low, high) for name, (low, high) in SHARES[platform].items()}
    return {"views": int(views), **{name: int(views * share) for name, share in drawn.items()}}


def _grown(age_s: float, *, fast: float, slow: float) -> float:
    """0 at the start, 1 in the end; never falls."""
    return 0.68 * (1 - math.exp(-age_s / fast)) + 0.32 * (1 - math.exp(-age_s / slow))
