"""What our pages tell a browser besides their words: how long to keep them, what to allow, whose taps count."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from fastapi import Request

#: Whatever only reads.
READING = ["GET", "HEAD"]


def headers(caching: str) -> dict[str, str]:
    return {
        "Cache-Control": caching,
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }


@cache
def part(name: str) -> bytes:
    """A style or script that we ship."""
    return files("prokes_social.web").joinpath("static", name).read_bytes()


@cache
def inlined(*names: str, images: str, forms: str) -> tuple[str, str]:
    """Styles to stand within a page, one request less on a slow network; and the policy that allows them alone."""
    text = "".join(part(name).decode() for name in names)
    known = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, (
        f"default-src 'none'; img-src {images}; style-src 'sha256-{known}';"
        f" base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
    )


def root(request: Request) -> str:
    """The path that our pages are mounted under."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def is_ours(request: Request, public_url: str | None) -> bool:
    """Whether a tap comes from our own page.

    Older browsers say "null" there, because our pages name no referrer (Fetch standard, "append a request Origin
    header"). That proves nothing, and need not: only whoever knows the secret link can tap at all.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    own = {request.headers.get("host", ""), *([urlsplit(public_url).netloc] if public_url else [])}
    return origin == "null" or urlsplit(origin).netloc in own
