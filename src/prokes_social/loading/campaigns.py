"""A campaign file in; out comes the Campaign with the place of each part, or every Problem: form and cross-references.

What belongs together is checked here (ids, dates, pictures); what is said is checked by the rules in `checking`.
"""

import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from prokes_social.i18n import _, format_date
from prokes_social.loading.complaints import one_of
from prokes_social.loading.document import Reading, digest, read_document, read_text, sound
from prokes_social.model.campaign import Between, Campaign, Loaded, Path, Send
from prokes_social.problem import Problem, in_reading_order

__all__ = ["campaign_files", "digest", "load_campaign", "parse_campaign", "read_campaign", "read_campaign_text"]

#: Longer than any campaign; a year typed wrong (20226) would ask for millions of deliveries.
LONGEST = timedelta(days=3 * 366)
#: Longer texts in a slot are no file names, even where they end in ".png".
LONGEST_NAME = 200

_PICTURE = re.compile(r".+\.(png|jpe?g|webp|gif|svg|bmp|tiff?|heic|avif)", re.IGNORECASE)
_PICTURES_READ = (".png", ".jpg", ".jpeg", ".webp")


def campaign_files(root: pathlib.Path) -> list[pathlib.Path]:
    """The campaign files of a workspace by name; links that lead out of it are left out."""
    folder = root / "campaigns"
    found = (path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml") and path.is_file())
    return sorted(path for path in found if path.resolve().is_relative_to(root.resolve()))


def load_campaign(path: pathlib.Path, *, root: pathlib.Path) -> Loaded[Campaign]:
    """Read a campaign file of the workspace `root`. Raises ContentError with all Problems."""
    return sound(read_campaign(path, root=root), _shown(path, root))


def parse_campaign(text: str, file: str, *, root: pathlib.Path) -> Loaded[Campaign]:
    """Like `load_campaign`, for a text that is not saved yet. Raises ContentError."""
    return sound(read_campaign_text(text, file, root=root), file)


def read_campaign(
    path: pathlib.Path, *, root: pathlib.Path, presets: Mapping[str, time] | None = None
) -> Reading[Campaign]:
    """Read on past mistakes; what could not be read has a stand-in, so that rules can check the rest.

    `presets` are the hours that may be written as a word.
    """
    context = {"presets": presets or {}}
    return _with_references(read_document(path, Campaign, shown_as=_shown(path, root), context=context), root)


def read_campaign_text(
    text: str, file: str, *, root: pathlib.Path, presets: Mapping[str, time] | None = None
) -> Reading[Campaign]:
    """The same for a text that is not saved yet; `file` names it in messages."""
    return _with_references(read_text(text, Campaign, file, context={"presets": presets or {}}), root)


def _shown(path: pathlib.Path, root: pathlib.Path) -> str:
    """`campaigns/x.yaml` inside the workspace, the path as given elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _with_references(reading: Reading[Campaign], root: pathlib.Path) -> Reading[Campaign]:
    if reading.loaded is None:
        return reading
    found = [*_references(reading.loaded), *_pictures(reading.loaded, root)]
    return replace(reading, problems=tuple(in_reading_order([*reading.problems, *found])))


def _references(file: Loaded[Campaign]) -> Iterator[Problem]:
    yield from _repeated_ids(file)
    yield from _unknown_sources(file)
    yield from _unknown_messages(file)
    yield from _campaign_dates(file)
    for position, send in enumerate(file.value.sends):
        yield from _send_times(file, send, ("sends", position))


def _repeated_ids(file: Loaded[Campaign]) -> Iterator[Problem]:
    for part in ("sources", "messages", "sends"):
        first: dict[str, Path] = {}
        for path, name in _ids_with_paths(file, part):
            if first.setdefault(name, path) != path:
                what = _("The id “{id}” is already used on line {line}.", id=name, line=file.place(first[name]).line)
                yield _problem(file, path, "id-twice", what, _("Give each one an id of its own."))


def _unknown_sources(file: Loaded[Campaign]) -> Iterator[Problem]:
    known = _ids(file, "sources")
    for position, message in enumerate(file.value.messages):
        for index, source in enumerate(message.sources):
            path: Path = ("messages", position, "sources", index)
            if source not in known and not file.is_guess(path):
                what = _("There is no source “{id}” in this campaign.", id=source)
                remedy = one_of(source, known) or _("Add it below “sources:”.")
                yield _problem(file, path, "source-unknown", what, remedy)


def _unknown_messages(file: Loaded[Campaign]) -> Iterator[Problem]:
    known = _ids(file, "messages")
    named = [(("sends", n, "message"), send.message) for n, send in enumerate(file.value.sends)]
    named += [(("silence", n, "message"), each.message) for n, each in enumerate(file.value.silence) if each.message]
    for path, message in named:
        if message not in known and not file.is_guess(path):
            what = _("There is no message “{id}” in this campaign.", id=message)
            yield _problem(file, path, "message-unknown", what, one_of(message, known))


def _ids(file: Loaded[Campaign], part: str) -> list[str]:
    return [name for _path, name in _ids_with_paths(file, part)]


def _ids_with_paths(file: Loaded[Campaign], part: str) -> list[tuple[Path, str]]:
    items: Iterable[Any] = getattr(file.value, part)
    found: list[tuple[Path, str]] = [((part, position, "id"), item.id) for position, item in enumerate(items)]
    return [(path, name) for path, name in found if not file.is_guess(path)]


def _campaign_dates(file: Loaded[Campaign]) -> Iterator[Problem]:
    campaign = file.value
    if not _dates_known(file):
        return
    if campaign.ends_on < campaign.starts_on:
        what = _("The campaign ends before it starts, on {day}.", day=format_date(campaign.starts_on))
        remedy = _("Write a day on or after “starts_on”.")
        yield _problem(file, ("ends_on",), "dates-reversed", what, remedy)
    elif campaign.ends_on - campaign.starts_on > LONGEST:
        what = _("The campaign would last longer than three years.")
        yield _problem(
            file, ("ends_on",), "dates-long", what, _("Check the year; start a new campaign for a new year.")
        )


def _dates_known(file: Loaded[Campaign]) -> bool:
    return not file.is_guess(("starts_on",)) and not file.is_guess(("ends_on",))


def _send_times(file: Loaded[Campaign], send: Send, path: Path) -> Iterator[Problem]:
    yield from _once_or_rhythm(file, send, path)
    if send.at and _dates_known(file) and not _during(file.value, send.at.day):
        what = _("{day} is outside the dates of the campaign.", day=format_date(send.at.day))
        yield _problem(file, (*path, "at"), "at-outside", what, _dates_of(file.value))
    if send.between:
        yield from _between(file, send.between, (*path, "between"))


def _once_or_rhythm(file: Loaded[Campaign], send: Send, path: Path) -> Iterator[Problem]:
    if file.is_guess((*path, "at")) or file.is_guess((*path, "every")):
        return
    if send.at and send.every:
        what = _("A send has either “at” or “every”, not both.")
        yield _problem(
            file, (*path, "every"), "time-twice", what, _("Keep one of the two, or make two sends of it."), at_key=True
        )
    elif not send.at and not send.every:
        what = _("The send “{id}” does not say when.", id=send.id)
        remedy = _("Add “at: 2026-11-23 07.30” for once, or “every: senin 07.30” for every week.")
        yield _problem(file, path, "time-missing", what, remedy)
    for key, used in (("between", send.between), ("except", send.except_)):
        if used and not send.every:
            what = _("“{key}” only has a meaning together with “every”.", key=key)
            remedy = _("Add “every: senin 07.30”, or delete this line.")
            yield _problem(file, (*path, key), "every-missing", what, remedy, at_key=True)


def _between(file: Loaded[Campaign], between: Between, path: Path) -> Iterator[Problem]:
    if any(file.is_guess((*path, position)) for position in (0, 1)):
        return
    if between.last < between.first:
        what = _("The last day lies before the first one.")
        yield _problem(file, path, "dates-reversed", what, _("Write the earlier day first: [first, last]."))
    elif _dates_known(file) and not (_during(file.value, between.first) and _during(file.value, between.last)):
        what = _("These days reach beyond the dates of the campaign.")
        yield _problem(file, path, "at-outside", what, _dates_of(file.value))


def _during(campaign: Campaign, day: Any) -> bool:
    # With reversed dates nothing would be inside; that mistake has its own problem.
    return campaign.ends_on < campaign.starts_on or campaign.starts_on <= day <= campaign.ends_on


def _dates_of(campaign: Campaign) -> str:
    first, last = format_date(campaign.starts_on), format_date(campaign.ends_on)
    return _("Choose a day from {first} to {last}, or change the campaign's dates.", first=first, last=last)


def _pictures(file: Loaded[Campaign], root: pathlib.Path) -> Iterator[Problem]:
    for position, message in enumerate(file.value.messages):
        slots = message.card.slots if message.card else {}
        for path, name in _texts(slots, ("messages", position, "card", "slots")):
            if len(name) <= LONGEST_NAME and _PICTURE.fullmatch(name) and (said := _wrong_picture(name, root)):
                yield _problem(file, path, *said)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _wrong_picture(name: str, root: pathlib.Path) -> tuple[str, str, str] | None:
    """Code, what and remedy; None where the picture may be used."""
    picture = root / name
    if not _stays_inside(name, root):
        what = _("The picture “{name}” lies outside this workspace.", name=name)
        return "image-outside", what, _("Copy it into the workspace and name it from there, like “images/posko.jpg”.")
    if picture.suffix.lower() not in _PICTURES_READ:
        what = _("The picture “{name}” is of a kind that cards do not take.", name=name)
        return "image-kind", what, _("Save it as PNG, JPEG or WEBP.")
    if not picture.is_file() and not (root / "assets" / "photos" / name).is_file():
        what = _("There is no picture “{name}”.", name=name)
        remedy = _("Check the name; it is looked for in assets/photos, then from the folder of the workspace.")
        return "image-missing", what, remedy
    return None


def _stays_inside(name: str, root: pathlib.Path) -> bool:
    """No absolute path (of Windows neither), no address, no `..`, no link out."""
    absolute = pathlib.PurePosixPath(name).is_absolute() or pathlib.PureWindowsPath(name).drive or "\\" in name
    if absolute or name.startswith("~") or "://" in name or ".." in pathlib.PurePosixPath(name).parts:
        return False
    return (root / name).resolve().is_relative_to(root.resolve())


def _problem(file: Loaded[Campaign], path: Path, code: str, what: str, remedy: str, *, at_key: bool = False) -> Problem:
    place = file.place_of_key(path) if at_key else file.place(path)
    return Problem(code=code, what=what, remedy=remedy, place=place)
