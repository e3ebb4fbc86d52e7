"""A template or a campaign file in; its cards in every size and brand, or what stands in their way, out; and again at
each change of a file."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from prokes_social import planning
from prokes_social.app.cards import photo_folders
from prokes_social.errors import CardError, ContentError, SettingsError
from prokes_social.i18n import _
from prokes_social.loading.brands import brand_files, read_brands
from prokes_social.loading.campaigns import read_campaign
from prokes_social.loading.photos import read_photo
from prokes_social.loading.templates import load_template, template_files
from prokes_social.model.campaign import Campaign, Loaded
from prokes_social.model.campaign import Path as Place
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.template import Template
from prokes_social.problem import Problem, has_errors, in_reading_order
from prokes_social.rendering import Studio, named_samples
from prokes_social.rendering.filling import suggestion

#: What is watched below each folder of assets.
_WATCHED = ("templates", "brands", "photos")
_IS_CAMPAIGN = re.compile(r"^messages\s*:", re.MULTILINE)
#: Px of the overlay's lines, which the page shows at a third of their size.
_OUTLINE = 3
#: Asked for where a template has no sizes that could be read.
_SOME_SIZE = Size(1080, 1350)


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One card to look at; `sample` is the sample's or the message's name."""

    request: CardRequest
    sample: str
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """The same after an edit, so that a page can tell which picture takes the place of which."""
        return f"{self.request.brand}/{self.sample}/{self.request.size}"


@dataclass(frozen=True, kw_only=True)
class View:
    """What the files say at one moment; `version` changes with them."""

    version: str
    title: str
    file: str
    problems: tuple[Problem, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    studio: Studio = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is shown, and where what it needs is looked for."""

    path: Path
    folders: tuple[Path, ...]
    root: Path
    is_campaign: bool = False
    brands: tuple[str, ...] = ()
    presets: Mapping[str, time] = field(default_factory=dict)


def find_target(
    name: str, folders: Sequence[Path], *, home: Path | None, brands: Sequence[str], presets: Mapping[str, time]
) -> Target:
    """`name` is that of a template or the path of a file. Raises SettingsError."""
    known = template_files(folders)
    path = Path(name).resolve() if Path(name).is_file() else known.get(name)
    if path is None:
        message = _("There is no template and no file “{name}”.", name=name)
        raise SettingsError(message, hint=suggestion(name, known))
    own = [path.parent.parent] if path.parent.name == "templates" and path.parent.parent not in folders else []
    _require_brands(brands, (*own, *folders))
    return Target(
        path=path, folders=(*own, *folders), root=home or path.parent, brands=tuple(brands), presets=presets,
        is_campaign=bool(_IS_CAMPAIGN.search(path.read_text("utf-8", errors="replace"))),
    )  # fmt: skip


def _require_brands(names: Sequence[str], folders: Sequence[Path]) -> None:
    """A kit that is broken now may be mended while it is shown: its file is enough."""
    known = {**brand_files(folders), **read_brands(folders).kits}
    for name in names:
        if name not in known:
            raise SettingsError(_("There is no brand kit “{name}”.", name=name), hint=suggestion(name, known))


class Preview:
    """Holds the newest view and the cards drawn for it; for several threads."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._lock = RLock()
        self._view: View | None = None
        self._cards: dict[int, Card] = {}

    def version(self) -> str:
        """Changes whenever a watched file does; costs a look at each file's time."""
        seen = [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in sorted(_watched(self.target))]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]

    def view(self) -> View:
        """Read anew if anything has changed; raises nothing for what files say."""
        with self._lock:
            version = self.version()
            if self._view is None or self._view.version != version:
                self._view, self._cards = _read(self.target, version), {}
            return self._view

    def card(self, version: str, number: int) -> Card | None:
        """The card of an exhibit; None where the version is not the newest. Raises CardError."""
        with self._lock:
            view = self.view()
            if view.version != version or number >= len(view.exhibits):
                return None
            if number not in self._cards:
                self._cards[number] = view.studio.render(view.exhibits[number].request)
            return self._cards[number]

    def outlined(self, version: str, number: int) -> bytes | None:
        """The same as a PNG with the boxes, baselines and the safe zone over it. Raises CardError."""
        with self._lock:
            card = self.card(version, number)
            return self.view().studio.outlined(card, _OUTLINE) if card else None


def _watched(target: Target) -> Iterator[tuple[Path, os.stat_result]]:
    files = (path for folder in target.folders for part in _WATCHED for path in (folder / part).rglob("*"))
    for path in {target.path, *files}:
        try:
            yield path, path.stat()
        except OSError:
            continue  # editors save by renaming: gone for a moment


def _read(target: Target, version: str) -> View:
    return _read_campaign(target, version) if target.is_campaign else _read_template(target, version)


def _read_template(target: Target, version: str) -> View:
    name = target.path.stem
    templates, problems = _templates({name: target.path})
    studio, more = _studio(target, templates)
    problems += more
    loaded = templates.get(name)
    exhibits = [
        _exhibit(studio, sample, request, loaded, ("samples", sample))
        for sample, request in (named_samples(studio, brands=target.brands) if loaded else ())
    ]
    return View(
        version=version, title=str(loaded.value.label) if loaded else name, file=_shown(target, str(target.path)),
        problems=_placed(target, problems), exhibits=_all_placed(target, exhibits), studio=studio,
    )  # fmt: skip


def _read_campaign(target: Target, version: str) -> View:
    reading = read_campaign(target.path, root=target.root, presets=target.presets)
    problems, loaded = list(reading.problems), reading.loaded
    names = {each.card.template for each in loaded.value.messages if each.card} if loaded else set()
    templates, found = _templates({n: path for n, path in template_files(target.folders).items() if n in names})
    studio, more = _studio(target, templates)
    problems += [*found, *more]
    shown = loaded if not has_errors(reading.problems) else None
    exhibits = [
        _exhibit(studio, sample, request, shown, place) for sample, request, place in _requests(target, shown, studio)
    ]
    return View(
        version=version, title=loaded.value.title if loaded else target.path.stem,
        file=_shown(target, str(target.path)), problems=_placed(target, problems),
        exhibits=_all_placed(target, exhibits), studio=studio,
    )  # fmt: skip


def _templates(files: Mapping[str, Path]) -> tuple[dict[str, Loaded[Template]], list[Problem]]:
    """Only those that are shown: a mistake in another template is somebody else's."""
    loaded: dict[str, Loaded[Template]] = {}
    problems: list[Problem] = []
    for name, path in sorted(files.items()):
        try:
            loaded[name] = load_template(path)
        except ContentError as error:
            problems += error.problems
    return loaded, problems


def _studio(target: Target, templates: Mapping[str, Loaded[Template]]) -> tuple[Studio, list[Problem]]:
    reading = read_brands(target.folders)
    studio = Studio(
        templates={name: each.value for name, each in templates.items()},
        brands={name: each.value for name, each in reading.kits.items()},
        photos=partial(read_photo, photo_folders(target.folders)),
    )
    return studio, list(reading.problems)


def _requests(
    target: Target, loaded: Loaded[Campaign] | None, studio: Studio
) -> Iterator[tuple[str, CardRequest, Place]]:
    """Each message's card in every size of its template, in the campaign's brand or those that were asked for."""
    for number, message in enumerate(loaded.value.messages if loaded else ()):
        template = studio.templates.get(message.card.template) if message.card else None
        for size in template.every_size() if template else (_SOME_SIZE,):
            request = planning.card_request(loaded.value, message, size) if loaded else None
            for brand in target.brands or ("",):
                if request:
                    asked = replace(request, brand=brand or request.brand)
                    yield message.id, asked, ("messages", number, "card")


def _exhibit(studio: Studio, sample: str, request: CardRequest, file: Loaded[Any] | None, place: Place) -> Exhibit:
    return Exhibit(sample=sample, request=request, problems=tuple(_faults(studio, request, file, place)))


def _faults(studio: Studio, request: CardRequest, file: Loaded[Any] | None, place: Place) -> Iterator[Problem]:
    try:
        for fault in studio.faults(request):
            yield replace(fault.problem(), place=file.place((*place, *fault.path)) if file else None)
    except Exception as error:  # a half-written template may be wrong in ways that nobody foresaw
        said = error.message if isinstance(error, CardError) else f"{type(error).__name__}: {error}"
        yield Problem(code="card-not-drawn", what=_("The card can't be drawn: {reason}.", reason=said), remedy="")


def _all_placed(target: Target, exhibits: Sequence[Exhibit]) -> tuple[Exhibit, ...]:
    return tuple(replace(each, problems=_placed(target, each.problems)) for each in exhibits)


def _placed(target: Target, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """In reading order, with files named as a person in the workspace would name them."""
    named = (
        replace(each, place=replace(each.place, file=_shown(target, each.place.file))) if each.place else each
        for each in problems
    )
    return tuple(in_reading_order(dict.fromkeys(named)))


def _shown(target: Target, file: str) -> str:
    path = Path(file)
    near = next((root for root in (Path.cwd(), target.root) if path.is_relative_to(root)), None)
    return path.relative_to(near).as_posix() if near else file
