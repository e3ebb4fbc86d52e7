"""The end of a tracked address in, its code and tag out; a campaign's link in, the same with UTM parameters out."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from prokes_social.model.wave import CODE_LENGTH, WaveKey

#: UTM's word for the kind of way: shared by members of staff.
MEDIUM = "pegawai"
#: Codes typed by hand come in capitals, and chats take a full stop or bracket behind an address for a part of it.
_TRACKED = re.compile(rf"([0-9a-z]{{{CODE_LENGTH}}})(?:-([0-9a-z]))?[^0-9a-z-]*")


def read(text: str) -> tuple[str, str] | None:
    """Code and tag, which may be empty; None where it is no tracked address."""
    found = _TRACKED.fullmatch(text.lower()) if text.isascii() else None
    return (found[1], found[2] or "") if found else None


def with_utm(link: str, *, place: str, key: WaveKey) -> str:
    """The link as it is, with what the office's web statistics want to know behind its own parameters."""
    parts = urlsplit(link)
    said = {"utm_source": place, "utm_medium": MEDIUM, "utm_campaign": key.campaign, "utm_content": key.message}
    own = parse_qs(parts.query, keep_blank_values=True)
    more = urlencode({name: value for name, value in said.items() if name not in own})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, more)))))
