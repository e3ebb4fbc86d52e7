"""Folders with `brands/<name>/brand.yaml` in; complete brand kits by name out, or every Problem at once.

A kit that `extends` another takes from it whatever it does not name itself. The files that a kit names are read here
and travel in it as bytes, so that drawing needs no folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from prokes_social.errors import ContentError
from prokes_social.i18n import _
from prokes_social.loading.document import content_error, load_document
from prokes_social.model.brand import BrandKit, BrandSheet
from prokes_social.model.campaign import Loaded
from prokes_social.model.campaign import Path as Place
from prokes_social.problem import Problem

_MOST_BYTES = 5_000_000
#: An SVG that reaches for something outside itself is refused.
_REACHES = (
    b"<!doctype",
    b"<!entity",
    b"<image",
    b"<script",
    b"<foreignobject",
    b'href="http',
    b'href="file',
    b"url(http",
)


@dataclass(frozen=True)
class _Sheet:
    """One brand.yaml and the folder it confines its files to."""

    loaded: Loaded[BrandSheet]
    folder: Path


def load_brands(folders: Sequence[Path]) -> dict[str, Loaded[BrandKit]]:
    """By folder name. A kit of an earlier folder hides its namesakes. Raises ContentError with all Problems."""
    sheets, problems = _sheets(folders)
    kits: dict[str, Loaded[BrandKit]] = {}
    for name in sheets:
        try:
            kits[name] = _kit(_lineage(name, sheets))
        except ContentError as error:
            problems += [each for each in error.problems if each not in problems]
    if problems:
        raise content_error(problems, _("The brand kits"))
    return kits


def brand_files(folders: Sequence[Path]) -> dict[str, Path]:
    files = (path for folder in reversed(folders) for path in sorted((folder / "brands").glob("*/brand.yaml")))
    return {path.parent.name: path for path in files}


def _sheets(folders: Sequence[Path]) -> tuple[dict[str, _Sheet], list[Problem]]:
    sheets: dict[str, _Sheet] = {}
    problems: list[Problem] = []
    for name, path in sorted(brand_files(folders).items()):
        try:
            sheets[name] = _Sheet(load_document(path, BrandSheet), path.parent)
        except ContentError as error:
            problems += error.problems
    return sheets, problems


def _lineage(name: str, sheets: Mapping[str, _Sheet]) -> list[_Sheet]:
    """The sheet and those it builds on, nearest first. Raises ContentError."""
    line = [sheets[name]]
    while parent := line[-1].loaded.value.extends:
        if parent not in sheets or sheets[parent] in line:
            what = _("There is no brand kit “{name}” to build on.", name=parent)
            raise _refused(line[-1], ("extends",), "brand-extends", what, _known(sheets, line))
        line.append(sheets[parent])
    return line


def _known(sheets: Mapping[str, _Sheet], line: Sequence[_Sheet]) -> str:
    names = [name for name, sheet in sheets.items() if sheet not in line]
    return _("Known here: {words}.", words=", ".join(names))


def _refused(sheet: _Sheet, path: Place, code: str, what: str, remedy: str) -> ContentError:
    problem = Problem(code=code, what=what, remedy=remedy, place=sheet.loaded.place(path))
    return content_error([problem], sheet.loaded.file)


def _kit(line: Sequence[_Sheet]) -> Loaded[BrandKit]:
    words: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for sheet in reversed(line):
        words = _over(words, sheet.loaded.value.model_dump(exclude_unset=True, exclude={"extends"}))
        files |= dict(_files(sheet))
    own = line[0].loaded
    kit = _complete(words, files, line[0])
    if problems := list(_illegible(kit, own)):
        raise content_error(problems, own.file)
    return replace(own, value=kit)  # type: ignore[arg-type, return-value]


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins, key by key and inside mappings too."""
    merged = dict(below)
    for key, value in above.items():
        mappings = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if mappings else value
    return merged


def _complete(words: Mapping[str, Any], files: Mapping[str, bytes], sheet: _Sheet) -> BrandKit:
    try:
        return BrandKit.model_validate({**words, "files": files})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = _("The brand kit is not complete: {reason}.", reason=first["msg"])
        raise _refused(sheet, tuple(first["loc"]), "brand-incomplete", what, _("Add what is missing.")) from None


def _files(sheet: _Sheet) -> Iterator[tuple[str, bytes]]:
    """The pictures and font files a sheet names, and its own icons. Raises ContentError."""
    value = sheet.loaded.value
    for name, file in value.images.items():
        yield file, _read(sheet, file, ("images", name))
    for style, typeface in value.typefaces.items():
        if typeface.is_file:
            yield typeface.family, _read(sheet, typeface.family, ("typefaces", style, "family"))
    for path in sorted((sheet.folder / "icons").glob("*.svg")):
        yield f"icons/{path.name}", _read(sheet, f"icons/{path.name}", ())


def _read(sheet: _Sheet, file: str, at: Place) -> bytes:
    folder = sheet.folder.resolve()
    path = (folder / file).resolve()
    if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        what = _("There is no file {file} of at most 5 MB in the brand kit's folder.", file=file)
        raise _refused(sheet, at, "brand-file", what, _("Put it there, or mend its name."))
    data = path.read_bytes()
    if path.suffix == ".svg" and any(reach in data.lower() for reach in _REACHES):
        what = _("{file} refers to something outside itself.", file=file)
        raise _refused(sheet, at, "brand-file", what, _("Save it as plain SVG: paths only, no links, no pictures."))
    return data


def _illegible(kit: BrandKit, own: Loaded[BrandSheet]) -> Iterator[Problem]:
    for text, ground, measured, least in kit.illegible():
        yield Problem(
            code="brand-contrast",
            what=_("{text} on {ground} has a contrast of {measured}:1; people need {least}:1.",
                   text=text, ground=ground, measured=f"{measured:.1f}", least=f"{least:g}"),
            remedy=_("Make {text} or {ground} lighter or darker.", text=text, ground=ground),
            place=own.place(("colors", text if text in own.value.colors else ground)),
        )  # fmt: skip
