"""What somebody tries out in the card studio in, the card and everything that stands in its way out; and the pictures
that cards may show, taken in from people and listed. Nothing here touches a campaign: `app.texts` saves their files."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import ZIP_STORED, ZipFile

import yaml

from prokes_social.checking import CheckContext, look_at_card
from prokes_social.checking.describing import describe
from prokes_social.errors import CardError
from prokes_social.i18n import language
from prokes_social.loading.photos import find_photo, read_photo
from prokes_social.model.campaign import CardSpec
from prokes_social.model.campaign import Path as Place
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.platform import Size
from prokes_social.problem import Problem, Severity

if TYPE_CHECKING:
    from prokes_social.app import App

K = TypeVar("K")
V = TypeVar("V")
PHOTOS = "photos"  #: below each folder of assets
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: Px of a picture in a list.
SMALL = 240
#: Cards that are kept a moment: the page draws one to look at it, and asks for its picture right after.
_KEPT = 24


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One draft as it would be drawn; without a card where something stands in the way."""

    request: CardRequest
    problems: tuple[tuple[Place, Problem], ...]
    elsewhere: Mapping[Size, tuple[Problem, ...]]  #: what stands in the way in the other sizes alone
    digest: str = ""
    bytes: int = 0

    @property
    def is_drawn(self) -> bool:
        return bool(self.digest)

    def at(self, *place: str | int) -> list[Problem]:
        """What concerns this place of the card, and nothing below it."""
        return [problem for where, problem in self.problems if where == place]


@dataclass(frozen=True, kw_only=True)
class KeptPicture:
    """A picture that a card may show, by the name that a campaign gives."""

    name: str
    kept_at: float = 0  #: Unix seconds
    version: str = ""  #: changes with the file


class Drafts:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._looked: OrderedDict[tuple[str, str], Looked] = OrderedDict()
        self._guard = RLock()

    # --- cards ---

    def look(self, request: CardRequest) -> Looked:
        """Everything to mend or to mind, in this size and in the others; the card is drawn where it can be."""
        faults = [(fault.path, fault.problem()) for fault in self._app.studio.faults(request)]
        if faults:
            return Looked(request=request, problems=tuple(faults), elsewhere={})
        key = self.digest(request), language()
        return self._once(self._looked, key, lambda: self._look(request))

    def _look(self, request: CardRequest) -> Looked:
        try:
            card = self.card(request)
            inspected = self._app.studio.inspect(card)
        except CardError as error:
            place: Place = ("slots", error.slot) if error.slot else ()
            problem = Problem(code="card", what=error.message, remedy=error.hint)
            return Looked(request=request, problems=((place, problem),), elsewhere={})
        found = look_at_card(inspected, self._context(), language())
        # Nothing goes out from here: what the gate would refuse is a warning still.
        minded = tuple((place, replace(each, severity=Severity.WARNING)) for place, each in found)
        return Looked(
            request=request, problems=minded, elsewhere=self._elsewhere(request), digest=card.content_digest,
            bytes=len(card.data),
        )  # fmt: skip

    def card(self, request: CardRequest) -> Card:
        """Drawn, or what was drawn a moment ago from the same. Raises CardError."""
        return self._once(self._cards, self.digest(request), lambda: self._app.studio.render(request))

    def _once(self, known: "OrderedDict[K, V]", key: K, make: Callable[[], V]) -> V:
        """What was made a moment ago, else made anew; the oldest goes where there are too many."""
        with self._guard:
            if key in known:
                known.move_to_end(key)
                return known[key]
        made = make()
        with self._guard:
            known[key] = made
            while len(known) > _KEPT:
                known.popitem(last=False)
        return made

    def digest(self, request: CardRequest) -> str:
        """Raises CardError."""
        return self._app.studio.digest(request)

    def file(self, request: CardRequest, kind: str) -> tuple[bytes, str]:
        """The card as `jpg` or `png`, with its media type. Raises CardError."""
        media_type = "image/png" if kind == "png" else "image/jpeg"
        card = self.card(request)
        if card.media_type == media_type:
            return card.data, media_type
        return self._app.studio.drawn_as(request, "png" if kind == "png" else "jpeg-444"), media_type

    def small(self, request: CardRequest, width: int) -> bytes:
        """A JPEG, `width` px wide. Raises CardError."""
        from prokes_social.rendering import at_phone_width

        return at_phone_width(self.card(request).data, width)

    def archive(self, request: CardRequest, kind: str) -> bytes:
        """The card in every size that it can be drawn in, and its alternative text. Raises CardError."""
        file, drawn = BytesIO(), 0
        first: CardError | None = None
        with ZipFile(file, "w", ZIP_STORED) as packed:
            for size in self._app.studio.templates[request.template].every_size():
                try:
                    data, _type = self.file(replace(request, size=size), kind)
                except CardError as error:
                    first = first or error
                    continue
                packed.writestr(f"{request.template}-{size}.{kind}", data)
                drawn += 1
            packed.writestr("alt.txt", request.alt_text + "\n")
        if first and not drawn:
            raise first
        return file.getvalue()

    def words(self, request: CardRequest) -> str:
        """A proposal for the alternative text, from what the slots say."""
        spec = CardSpec(template="x", slots=dict(request.slots))
        return describe(spec, self._app.studio.templates[request.template], language())

    def as_yaml(self, request: CardRequest) -> str:
        """The lines of a message's card for a campaign file; the brand is said once there, for all cards."""
        kit = self._app.studio.brands[request.brand]
        said: dict[str, Any] = {"template": request.template}
        if kit.variant_of:
            said["tone"] = request.brand.removeprefix(f"{kit.variant_of}-")
        said |= {"slots": dict(request.slots), "alt": request.alt_text}
        return yaml.safe_dump({"card": said}, allow_unicode=True, sort_keys=False, width=100)

    def _elsewhere(self, request: CardRequest) -> dict[Size, tuple[Problem, ...]]:
        sizes = self._app.studio.templates[request.template].every_size()
        others = {size: self._app.studio.check(replace(request, size=size)) for size in sizes if size != request.size}
        return {size: tuple(problems) for size, problems in others.items() if problems}

    def _context(self) -> CheckContext:
        return CheckContext(now=self._app.clock.now(), limits={})

    # --- pictures ---

    def keep_picture(self, data: bytes, name: str, *, who: str) -> str:
        """Taken in from somebody: looked at, turned upright, saved anew without what its file said besides. Its name.

        Raises CardError where it is no picture, or none that can be used.
        """
        from prokes_social.rendering.photos import PhotoStore

        kept = PhotoStore(self._folder).add(data, name)
        (self._folder / kept).chmod(0o644)
        self._app.audit.note(who=who, act="picture.keep", subject=f"picture:{Path(kept).stem}")
        return kept

    def pictures(self) -> list[KeptPicture]:
        """The workspace's own and those that are shipped, the newest first."""
        found: dict[str, KeptPicture] = {}
        for folder in self._folders:
            for each in _pictures_in(folder):
                found.setdefault(each.name, each)
        return sorted(found.values(), key=lambda each: (-each.kept_at, each.name))

    def picture(self, name: str) -> KeptPicture:
        """Raises AssetMissing."""
        return _kept(find_photo(self._folders, name))

    def small_picture(self, name: str) -> bytes:
        """A JPEG for a list. Raises CardError."""
        from prokes_social.rendering.photos import normalised

        return normalised(read_photo(self._folders, name), name, (SMALL, SMALL))

    @property
    def _folder(self) -> Path:
        return self._app.settings.home / "assets" / PHOTOS

    @property
    def _folders(self) -> Sequence[Path]:
        from prokes_social.app.cards import asset_folders

        return [folder / PHOTOS for folder in asset_folders(self._app.settings.home)]


def _pictures_in(folder: Path) -> Iterator[KeptPicture]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if Path(entry.name).suffix.lower() in _SUFFIXES and not entry.name.startswith(".") and entry.is_file():
                yield _kept(Path(entry.path))


def _kept(path: Path) -> KeptPicture:
    found = path.stat()
    said = f"{path.name} {found.st_size} {found.st_mtime_ns}"
    return KeptPicture(name=path.name, kept_at=found.st_mtime, version=hashlib.sha256(said.encode()).hexdigest()[:12])
