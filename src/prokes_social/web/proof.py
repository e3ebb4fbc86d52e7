"""What a person typed as the address of their post in, the address as it is kept out; None for what is no address."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MOST = 500
#: What apps add to an address to follow people around.
_FOLLOWERS = re.compile(r"utm_.*|fbclid|gclid|igsh|igshid|mibextid|xmt|slof", re.IGNORECASE)


def address_of_post(typed: str, own_host: str = "") -> str | None:
    """Our own pages are no posts: whoever pastes their personal link there would hand it on."""
    text = typed.strip()
    if not text or len(text) > MOST or re.search(r"\s|[\x00-\x1f\x7f<>\"\\]", text):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or not _is_public(host) or host == own_host:
        return None
    query = urlencode(
        [each for each in parse_qsl(parts.query, keep_blank_values=True) if not _FOLLOWERS.fullmatch(each[0])]
    )
    address = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))
    return address if len(address) <= MOST else None


def _is_public(host: str) -> bool:
    """A name with a top level; numbers are nobody's post."""
    return re.fullmatch(r"(?:[\w-]+\.)+[^\W\d_][\w-]+", host) is not None
