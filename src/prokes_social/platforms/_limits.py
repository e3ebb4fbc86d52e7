"""A platform's limits and a submission in, what the platform would refuse out; asks nobody."""

import re
from collections.abc import Iterator

from prokes_social.i18n import _, format_number
from prokes_social.model.platform import Limits, Picture, Submission
from prokes_social.problem import Problem

ALT_TEXT_LENGTH = 1000  # X's limit, the smallest of the three; a reader's patience ends earlier
MEDIA_TYPES = ("image/jpeg", "image/png")

_HASHTAG = re.compile(r"(?<!\w)#\w+")


def beyond(limits: Limits, label: str, submission: Submission) -> list[Problem]:
    return [*_text(limits, label, submission), *_pictures(limits, label, submission)]


def _text(limits: Limits, label: str, submission: Submission) -> Iterator[Problem]:
    length = limits.weigh(submission.text)
    if length > limits.text_length:
        yield Problem(
            code="platform.text-too-long",
            what=_(
                "The text has {length} characters as {platform} counts them; {limit} are allowed.",
                length=format_number(length),
                platform=label,
                limit=format_number(limits.text_length),
            ),
            remedy=_("Shorten it, or write a variant for {platform}.", platform=label),
        )
    if not submission.text.strip() and not submission.pictures:
        yield Problem(
            code="platform.empty",
            what=_("There is neither text nor picture for {platform}.", platform=label),
            remedy=_("Write a text or add a card."),
        )


def without_address(label: str, submission: Submission) -> list[Problem]:
    """For platforms that fetch pictures themselves: they need an address that the world can reach."""
    if all(picture.url for picture in submission.pictures):
        return []
    return [
        Problem(
            code="platform.picture-address",
            what=_("{platform} fetches pictures itself, and this workspace has no public address.", platform=label),
            remedy=_(
                "Set PROKES_PUBLIC_URL to the address of `prokes serve`, or leave {platform} out.", platform=label
            ),
        )
    ]


def hashtags_beyond(limit: int, label: str, text: str) -> list[Problem]:
    count = len(_HASHTAG.findall(text))
    if count <= limit:
        return []
    return [
        Problem(
            code="platform.too-many-hashtags",
            what=_(
                "The text has {count} hashtags; {platform} allows {limit}.", count=count, platform=label, limit=limit
            ),
            remedy=_("Keep the few that people follow."),
        )
    ]


def _pictures(limits: Limits, label: str, submission: Submission) -> Iterator[Problem]:
    if len(submission.pictures) > limits.pictures:
        yield Problem(
            code="platform.too-many-pictures",
            what=_(
                "There are {count} pictures; {platform} takes {limit} in a post.",
                count=len(submission.pictures),
                platform=label,
                limit=limits.pictures,
            ),
            remedy=_("Leave some out, or make two messages."),
        )
    for picture in submission.pictures:
        yield from _picture(limits, label, picture)


def _picture(limits: Limits, label: str, picture: Picture) -> Iterator[Problem]:
    if picture.media_type not in MEDIA_TYPES:
        yield Problem(
            code="platform.picture-type",
            what=_("{platform} does not take pictures of the type {type}.", platform=label, type=picture.media_type),
            remedy=_("Use JPEG or PNG."),
        )
    if len(picture.data) > limits.picture_bytes:
        yield Problem(
            code="platform.picture-too-big",
            what=_(
                "The picture has {size} bytes; {platform} takes {limit}.",
                size=format_number(len(picture.data)),
                platform=label,
                limit=format_number(limits.picture_bytes),
            ),
            remedy=_("Draw the card as JPEG, or in a smaller size."),
        )
    if len(picture.alt_text) > ALT_TEXT_LENGTH:
        yield Problem(
            code="platform.alt-text-too-long",
            what=_(
                "The picture's description has {length} characters; {limit} are allowed.",
                length=format_number(len(picture.alt_text)),
                limit=format_number(ALT_TEXT_LENGTH),
            ),
            remedy=_("Say in a sentence or two what the picture shows."),
        )
