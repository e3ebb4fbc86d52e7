"""Campaign in, links out to hosts that were official once and are dangerous now."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.link_not_allowed import host_of, links
from prokes_social.checking.wording import Entry, word_list
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path

code = "link-refused"
why = Bilingual(
    "Domain lama yang dilepas pemerintah dapat dibeli siapa pun; PeduliLindungi pernah mengarah ke judi.",
    "Domains the government gave up can be bought by anyone; PeduliLindungi's has led to gambling.",
)
looks_at = Campaign
can_be_silenced = False
bad = "text: Ayo cek sertifikat di pedulilindungi.id sekarang."
good = "text: Ayo cek sertifikat di satusehat.kemkes.go.id sekarang."


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for path, address in [*links(campaign), *_sources(campaign)]:
        entry = _refused(host_of(address))
        if entry:
            yield _finding(path, address, entry)


def _sources(campaign: Campaign) -> Iterator[tuple[Path, str]]:
    return ((("sources", n, "url"), source.url) for n, source in enumerate(campaign.sources))


def _refused(host: str) -> Entry | None:
    entries = word_list("hosts").entries
    return next((e for e in entries for name in e.find if host == name or host.endswith(f".{name}")), None)


def _finding(path: Path, address: str, entry: Entry) -> Finding:
    reason = entry.reason or word_list("hosts").reason
    return Finding(
        path=path,
        near=address,
        what=Bilingual(f"“{address}” tidak boleh dibagikan. {reason.id}", f"“{address}” is refused. {reason.en}"),
        remedy=Bilingual(f"Ganti dengan {entry.use}", f"Replace it by {entry.use}"),
    )
