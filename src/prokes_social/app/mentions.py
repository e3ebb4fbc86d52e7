"""A workspace, a name and a contact in; files that still say them out. It looks, and changes nothing."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Pictures are large, many, and say nothing that could be read here; their own names are looked at.
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".ttf", ".otf", ".woff2")
_TITLE = re.compile(r"^(?:\S+\.\s*)+")
_LEAST = 5  #: characters; shorter words are in every file
_AT_ONCE = 1 << 24


@dataclass(frozen=True, kw_only=True)
class Needles:
    """What is searched for: the name without titles, and the contact in the ways people write it."""

    words: tuple[bytes, ...]
    slug: str

    @classmethod
    def of(cls, name: str, contact: str) -> "Needles":
        core = _core(name)
        digits = re.sub(r"\D", "", contact).removeprefix("62") if "@" not in contact else ""
        said = (core, core.replace("'", "&#39;"), core.replace("'", "&apos;"), contact, digits)
        words = {each.encode().lower() for each in said if len(each) >= _LEAST}
        return cls(words=tuple(sorted(words)), slug=re.sub(r"[^a-z0-9]+", "-", core.casefold()).strip("-"))

    def are_in(self, data: bytes) -> bool:
        lower = data.lower()
        return any(word in lower for word in self.words)

    def are_in_name(self, path: Path) -> bool:
        return len(self.slug) >= _LEAST and self.slug in re.sub(r"[^a-z0-9]+", "-", path.name.casefold())


def files_naming(folder: Path, needles: Needles) -> list[Path]:
    """In every file below the folder; spreadsheets are looked into."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _names(path, needles)]


def _names(path: Path, needles: Needles) -> bool:
    if needles.are_in_name(path):
        return True
    if path.suffix.lower() in _PICTURES:
        return False
    try:
        return any(needles.are_in(part) for part in _parts(path))
    except (OSError, zipfile.BadZipFile):
        return False


def _parts(path: Path) -> Iterator[bytes]:
    """The file piece by piece, each with the end of the one before."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".csv", ".html")) and member.file_size < 20 * _AT_ONCE:
                    yield archive.read(member)
        return
    with path.open("rb") as file:
        end = b""
        while data := file.read(_AT_ONCE):
            yield end + data
            end = data[-200:]


def _core(name: str) -> str:
    """`dr. Siti Rahma, M.Kes.` is Siti Rahma; a name that is all titles stays as it is."""
    plain = " ".join(name.split())
    return _TITLE.sub("", plain.partition(",")[0]) or plain
