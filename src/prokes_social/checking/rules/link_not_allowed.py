"""Campaign in, links out that lead outside the hosts an office trusts."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import addresses, texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path

code = "link-not-allowed"
why = Bilingual(
    "Tautan dari akun instansi dipercaya; tautan pendek dan domain asing mudah disalahgunakan.",
    "People trust an office's links; short links and unknown domains are easily abused.",
)
looks_at = Campaign
bad = """
messages:
  - {id: tautan, text: Ayo daftar vaksinasi., link: "https://bit.ly/vaksin", sources: [kemenkes]}
"""
good = """
messages:
  - {id: tautan, text: Ayo daftar vaksinasi., link: "https://satusehat.kemkes.go.id/", sources: [kemenkes]}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for path, address in links(campaign):
        host = host_of(address)
        if not any(host == allowed or host.endswith(f".{allowed}") for allowed in context.allowed_hosts):
            yield _finding(path, address, host, context)


def links(campaign: Campaign) -> Iterator[tuple[Path, str]]:
    """Every address people will see: the campaign's, the messages', and those inside texts."""
    if campaign.link:
        yield ("link",), campaign.link
    for position, message in enumerate(campaign.messages):
        if message.link:
            yield ("messages", position, "link"), message.link
    for text in texts(campaign):
        yield from ((text.path, address) for address in addresses(text.words))


def host_of(address: str) -> str:
    """The host alone, in small letters; `https://go.id@evil.com/` belongs to evil.com."""
    try:
        return (urlsplit(address if "://" in address else f"https://{address}").hostname or "").lower()
    except ValueError:  # a spoilt IPv6 address
        return ""


def _finding(path: Path, address: str, host: str, context: CheckContext) -> Finding:
    allowed = ", ".join(context.allowed_hosts)
    return Finding(
        path=path,
        near=address,
        what=Bilingual(
            f"Tautan ke “{host}” di luar daftar tepercaya.", f"The link to “{host}” is outside the allow-list."
        ),
        remedy=Bilingual(
            f"Pakai alamat berakhiran {allowed}, atau minta admin menambahkan domain ini.",
            f"Use an address ending in {allowed}, or ask an admin to add this domain.",
        ),
    )
