"""Campaign in, rewards out that are promised for sharing, reposting or tagging."""

import re
from collections.abc import Iterator
from itertools import pairwise

from prokes_social.checking import wording
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import sentences, texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "reward-for-sharing"
why = Bilingual(
    "Meta melarang imbalan untuk membagikan di linimasa pribadi: "
    "https://www.facebook.com/policies/pages_groups_events/. Kepercayaan tidak dapat dibeli.",
    "Meta forbids rewards for sharing on personal timelines: "
    "https://www.facebook.com/policies/pages_groups_events/. Trust can't be bought.",
)
looks_at = Campaign
bad = "text: Bagikan kartu ini dan tag tiga teman. Tiga orang beruntung mendapat pulsa."
good = "text: Bagikan kartu ini bila menurut Anda berguna bagi keluarga."

_SHARING = re.compile(
    r"(?<!\w)(?:(?:di|mem)?bagi(?:kan|in)|(?:di|me|nge)?-?share|(?:di|me)?repost|retweet|unggah ulang|"
    r"(?:me|di)?sebarkan|(?:nge)?-?tag|tandai|colek|mention|ajak teman|sharing|tagging)(?!\w)",
    re.IGNORECASE,
)


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        found: dict[str, wording.Hit] = {}
        for words in _neighbours(text.words):
            if _SHARING.search(words):
                found |= {hit.found.lower(): hit for hit in wording.hits(words, "rewards")}
        yield from (wording.finding(text.path, hit, otherwise=_OTHERWISE) for hit in found.values())


def _neighbours(text: str) -> Iterator[str]:
    """Each sentence with the one after it: what is asked and what is promised often stand side by side."""
    parts = list(sentences(text))
    if len(parts) == 1:
        yield parts[0]
    yield from (f"{first}. {second}" for first, second in pairwise(parts))


_OTHERWISE = Bilingual(
    "Hapus imbalannya; katakan mengapa pesan ini berguna untuk dibagikan.",
    "Leave the reward out; say why the message is worth sharing.",
)
