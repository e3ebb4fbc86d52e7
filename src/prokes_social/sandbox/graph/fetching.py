"""Fetch a picture from its public address, as Meta's servers do: a URL in, a checked JPEG out.

HTTPS from anywhere; plain HTTP only from this machine, because a sandbox has no public address to offer.
"""

import ipaddress
from urllib.parse import urlsplit

import requests

from prokes_social.sandbox.calls import Refused
from prokes_social.sandbox.graph.errors import error
from prokes_social.sandbox.pictures import NotAPicture, Picture, look_at

LARGEST = 8 * 1024 * 1024
TIMEOUT_S = 10
NARROWEST, WIDEST = 4 / 5, 1.91
#: A picture of 1080×1350 is exactly 4:5; encoders that round by a pixel are let through, as on Instagram.
TOLERANCE = 0.01


def fetched_picture(url: str) -> Picture:
    """Raises Refused with Instagram's own codes."""
    picture = _picture(_bytes(url))
    if picture.media_type != "image/jpeg":
        raise _refused(36001, 2207005, "The image format is not supported. The supported image formats are: JPEG.")
    if not NARROWEST - TOLERANCE <= picture.aspect <= WIDEST + TOLERANCE:
        people = f"The submitted image with aspect ratio ('{picture.aspect:.2f}',) cannot be published."
        raise _refused(36003, 2207009, f"{people} Please submit an image with a valid aspect ratio.")
    return picture


def _bytes(url: str) -> bytes:
    parts = urlsplit(url)
    is_here = _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise _unfetchable("The image_url must be a public https address.")
    with requests.Session() as session:
        session.trust_env = not is_here  # a proxy cannot reach our own loopback
        try:
            return _read(session, url)
        except requests.RequestException as problem:
            raise _unfetchable(f"The media could not be fetched from this URI: {type(problem).__name__}.") from problem


def _read(session: requests.Session, url: str) -> bytes:
    agent = {"User-Agent": "facebookexternalhit/1.1 (sandbox)"}
    with session.get(url, timeout=TIMEOUT_S, stream=True, headers=agent) as answer:
        if answer.status_code != 200:
            raise _unfetchable(f"The media could not be fetched from this URI: HTTP {answer.status_code}.")
        data = b""
        for piece in answer.iter_content(64 * 1024):
            data += piece
            if len(data) > LARGEST:
                raise _refused(36000, 2207004, "The image is too large to download. It should be less than 8 MiB.")
        return data


def _picture(data: bytes) -> Picture:
    try:
        return look_at(data)
    except NotAPicture:
        raise _unfetchable("Only photo or video can be accepted as media type.") from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unfetchable(people: str) -> Refused:
    return _refused(9004, 2207052, people)


def _refused(code: int, subcode: int, people: str) -> Refused:
    message = "Only photo or video can be accepted as media type." if code == 9004 else people
    return Refused(
        error(message, code=code, subcode=subcode, transient=False, title="Media download failed", people=people)
    )
