"""A text file and a pydantic model in; out comes the noun with the place of each part, or every Problem at once.

Text first: scalars reach the model as they are written (`19:30`, `no` and `0812` stay text); the model makes numbers
of them where it wants numbers. `read_document` goes on past mistakes, so that one run shows all of them.
"""

import hashlib
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from prokes_social.errors import ContentError
from prokes_social.i18n import _, n_
from prokes_social.loading.complaints import Complaint, original, translate
from prokes_social.loading.mending import mend
from prokes_social.loading.tree import Node, Unreadable, read_tree
from prokes_social.model.campaign import Loaded, place_in
from prokes_social.problem import Problem, has_errors, in_reading_order

MAX_BYTES = 1_000_000
#: Each round takes out what the model refused; a sound part can only be reached through so many refused ones.
_MENDING_ROUNDS = 12

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[M]):
    """What could be read: with errors, `loaded` is the rest with stand-ins, or None where nothing is left."""

    loaded: Loaded[M] | None
    problems: tuple[Problem, ...]


def load_document(path: pathlib.Path, model: type[M], *, shown_as: str | None = None) -> Loaded[M]:
    """Read a file as a `model`; `shown_as` names it in messages. Raises ContentError with all Problems."""
    return sound(read_document(path, model, shown_as=shown_as), shown_as or str(path))


def parse_document(text: str, model: type[M], file: str) -> Loaded[M]:
    """Like `load_document`, for a text that has no file, such as a web form's. Raises ContentError."""
    return sound(read_text(text, model, file), file)


def read_document(
    path: pathlib.Path, model: type[M], *, shown_as: str | None = None, context: Mapping[str, Any] | None = None
) -> Reading[M]:
    """Read as much as can be read; raises nothing, not even for a missing file. The model's parsers see `context`."""
    file = shown_as or str(path)
    try:
        text = _decode(_read_bytes(path, file), file)
    except Unreadable as stop:
        return Reading(loaded=None, problems=(stop.problem,))
    return read_text(text, model, file, context=context)


def read_plain(path: pathlib.Path, *, shown_as: str | None = None) -> str:
    """The text of a file, whatever it says. Raises ContentError where it can't be opened, or is no text."""
    file = shown_as or str(path)
    try:
        return _decode(_read_bytes(path, file), file)
    except Unreadable as stop:
        raise content_error([stop.problem], file) from stop


def read_text(text: str, model: type[M], file: str, *, context: Mapping[str, Any] | None = None) -> Reading[M]:
    """Read as much of `text` as can be read."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        _require_small(text.encode(errors="replace"), file)
        root, problems = read_tree(text, file)
    except Unreadable as stop:
        return Reading(loaded=None, problems=(stop.problem,))
    value, complaints = _validate(model, root, context)
    problems += [translate(complaint, model, text, file) for complaint in complaints]
    loaded = _loaded(value, root, text, file) if value is not None else None
    # What may be said in several ways is refused once for each of them, in the same words.
    return Reading(loaded=loaded, problems=tuple(dict.fromkeys(in_reading_order(problems))))


def sound(reading: Reading[M], file: str) -> Loaded[M]:
    """The noun of a reading without errors. Raises ContentError with all of its Problems."""
    if reading.loaded is None or has_errors(reading.problems):
        raise content_error(reading.problems, file)
    return reading.loaded


def content_error(problems: Sequence[Problem], file: str) -> ContentError:
    message = n_("{file} has {count} problem.", "{file} has {count} problems.", len(problems), file=file)
    return ContentError(message, hint=_("Mend what is listed, then check again."), problems=problems)


def digest(text: str) -> str:
    """SHA-256 of a file's text; the same whether lines end in LF or CRLF."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _validate(model: type[M], root: Node, context: Mapping[str, Any] | None) -> tuple[M | None, list[Complaint]]:
    """The value, and what the model said about the file as written; `root` is mended on the way."""
    first: list[Complaint] | None = None
    for _round in range(_MENDING_ROUNDS):
        try:
            return model.model_validate(root.plain(), context=context), first or []
        except ValidationError as error:
            complaints = original([Complaint.of(each, root) for each in error.errors(include_url=False)])
        if first is None:
            first = [complaint for complaint in complaints if not complaint.is_echo]
        if not mend(root, complaints, model):
            break
    return None, first or []


def _loaded(value: M, root: Node, text: str, file: str) -> Loaded[M]:
    nodes = dict(root.walk())
    keys = {(*path, key): span for path, node in nodes.items() for key, span in node.keys.items()}
    guesses = {path for path, node in nodes.items() if node.spoilt}
    guesses |= {(*path, key) for path, node in nodes.items() for key in node.lost}
    spans = {path: node.span for path, node in nodes.items()}
    return Loaded(value=value, file=file, text=text, spans=spans, keys=keys, stand_ins=frozenset(guesses))


def _read_bytes(path: pathlib.Path, file: str) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(_not_opened(error, file)) from error
    _require_small(data, file)
    return data


def _require_small(data: bytes, file: str) -> None:
    if len(data) > MAX_BYTES:
        what = _("The file is larger than 1 MB.")
        raise Unreadable(
            _whole_file("yaml-size", what, _("Split it into several files; pictures do not belong in it."), file)
        )


def _decode(data: bytes, file: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        what = _("The file is not plain UTF-8 text (it looks like UTF-16, or like no text at all).")
        raise Unreadable(_whole_file("encoding", what, _save_as_utf8(), file))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_wrong_byte(data, error.start, file)) from error


def _wrong_byte(data: bytes, position: int, file: str) -> Problem:
    # Positions in the replaced text hold up to the first wrong byte, which is all that is asked.
    before = data[:position].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    what = _("Byte {byte} is not UTF-8; the file was saved in another encoding.", byte=f"0x{data[position]:02X}")
    return Problem(code="encoding", what=what, remedy=_save_as_utf8(), place=place_in(text, file, len(before)))


def _save_as_utf8() -> str:
    return _("Save the file with the encoding UTF-8.")


def _not_opened(error: OSError, file: str) -> Problem:
    if isinstance(error, FileNotFoundError):
        return _whole_file("file-missing", _("There is no such file."), _("Check the name and the folder."), file)
    what = _("The file cannot be opened ({reason}).", reason=error.strerror or type(error).__name__)
    return _whole_file("file-unreadable", what, _("Check that it is a file and that you may read it."), file)


def _whole_file(code: str, what: str, remedy: str, file: str) -> Problem:
    return Problem(code=code, what=what, remedy=remedy, place=place_in("", file, 0))
