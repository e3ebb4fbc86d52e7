"""Campaign in, texts with more hashtags than a platform recommends out."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import hashtags
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Message, Path

code = "hashtags"
why = Bilingual(
    "Tagar yang terlalu banyak mengurangi keterbacaan, dan Instagram membatasinya.",
    "Too many hashtags make a text hard to read, and Instagram limits them.",
)
looks_at = Campaign
bad = 'text: "Ayo cuci tangan. #Satu #Dua #Tiga #Empat #Lima #Enam"'
good = 'text: "Ayo cuci tangan. #AgenProkes #CuciTangan"'


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        allowed, count = _tightest(campaign, message, context)
        if count > allowed:
            yield _finding(_path(message, position), allowed, count)


def _tightest(campaign: Campaign, message: Message, context: CheckContext) -> tuple[int, int]:
    """What is allowed and what is used on the platform where the text exceeds most."""
    platforms = context.platforms_for(campaign, message) or list(context.limits)
    counted = [
        (context.limits[name].hashtags, len(hashtags(campaign.text_for(message, name, context.limits[name]))))
        for name in platforms
    ]
    return max(counted, key=lambda each: each[1] - each[0], default=(0, 0))


def _path(message: Message, position: int) -> Path:
    if message.hashtags is not None:
        return ("messages", position, "hashtags")
    return ("messages", position, "text")


def _finding(path: Path, allowed: int, count: int) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(
            f"Pesan ini memakai {count} tagar, termasuk tagar kampanye.",
            f"This message carries {count} hashtags, the campaign's included.",
        ),
        remedy=Bilingual(f"Sisakan paling banyak {allowed}.", f"Keep at most {allowed}."),
    )
