"""A campaign's text and a new hour for one occasion of a send in; out comes the text with that send changed alone.

Nothing is written anew: characters are put in place where the file's own positions say, so that comments and the
manner of writing stay. What comes out is read again and must be the same campaign but for that send, or is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from prokes_social.errors import ContentError
from prokes_social.i18n import _, format_date
from prokes_social.loading.document import read_text, sound
from prokes_social.loading.tree import Unreadable, read_tree
from prokes_social.model.campaign import Campaign, Loaded, Path, Send, WallTime
from prokes_social.problem import has_errors

#: Which characters are replaced, and by what; those that only add have the same first and last position.
Edit = tuple[int, int, str]
_LONGEST_ID = 64
_DASH = re.compile(r"[ ]*-[ ]+")
#: Stands without quotes between brackets, whatever follows.
_PLAIN = re.compile(r"[\w./][\w./%@+-]*( [\w./%@+-]+)*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Moved:
    text: str
    was: WallTime  #: what the text said before
    send: Send  #: as it was
    added: str = ""  #: the id of the send that stands for this one occasion from now on, beside the repeating one


def moved(
    text: str, *, send: str, message: str, occasion: date, to: WallTime, file: str = "",
    presets: Mapping[str, time] | None = None,
) -> Moved:  # fmt: skip
    """With `send` of `message` moved `to` another hour; of a repeating send the one of the day `occasion` alone.

    A send that happens once is moved whatever day the text gives it by now. Raises ContentError where the text can't
    be followed, no longer has that send or that day, or is written so that a person has to change it.
    """
    loaded = _read(text, file, presets)
    index = next((n for n, each in enumerate(loaded.value.sends) if (each.id, each.message) == (send, message)), None)
    if index is None:
        raise ContentError(_("The campaign's text no longer has the send “{send}” of the message “{message}”.",
                             send=send, message=message), hint=_in_the_text())  # fmt: skip
    found = loaded.value.sends[index]
    done = _once(loaded, index, found.at, to) if found.at else _apart(loaded, index, occasion, to)
    _prove(loaded.value, index, done, to, occasion, presets)
    return done


def _read(text: str, file: str, presets: Mapping[str, time] | None) -> Loaded[Campaign]:
    return sound(read_text(text, Campaign, file, context={"presets": presets or {}}), file)


# --- a send that happens once ---


def _once(file: Loaded[Campaign], index: int, was: WallTime, to: WallTime) -> Moved:
    span = file.spans["sends", index, "at"]
    written = file.text[span.start : span.end]
    said = _as_written(written, to)
    return Moved(
        text=_edited(file.text, [(span.start, span.end, said)]), was=was, send=file.value.sends[index]
    )  # fmt: skip


def _as_written(before: str, to: WallTime) -> str:
    """In the manner of what stood there: with its quotes, its sign between day and hour, and hour and minute."""
    quote = before[0] if before[:1] in ("'", '"') else ""
    day, _space, hour = str(to).partition(" ")
    between = "T" if re.match(r"\d{4}-\d\d-\d\dT", before.strip("'\"")) else " "
    colon = re.search(r"\d:\d\d", before)
    return f"{quote}{day}{between}{hour.replace('.', ':') if colon else hour}{quote}"


# --- one occasion of a send that repeats ---


def _apart(file: Loaded[Campaign], index: int, occasion: date, to: WallTime) -> Moved:
    """The rhythm leaves that day out, and a send of its own stands below it."""
    campaign, send = file.value, file.value.sends[index]
    was = next((w for w in send.occasions(campaign.starts_on, campaign.ends_on) if w.day == occasion), None)
    if was is None:
        what = _("The campaign's text no longer sends “{send}” on {day}.", send=send.id, day=format_date(occasion))
        raise ContentError(what, hint=_in_the_text())
    added = _free_id(campaign, f"{send.id[: _LONGEST_ID - 8]}-{occasion:%m%d}")
    line = _one_line(file, index, {"id": added, "at": str(to)})
    edits = [_left_out(file, ("sends", index), occasion), _below(file, index, line)]
    return Moved(text=_edited(file.text, edits), was=was, send=send, added=added)


def _free_id(campaign: Campaign, wanted: str) -> str:
    taken = {each.id for each in campaign.sends}
    tried = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(each for each in tried if each not in taken)


def _left_out(file: Loaded[Campaign], path: Path, day: date) -> Edit:
    days = file.spans.get((*path, "except"))
    if days is None:
        key, value = file.keys[*path, "every"], file.spans[*path, "every"]
        if _is_flow(file, path):
            return _added(value.end, f", except: [{day}]")
        return _added(_line_end(file, value.end), f"\n{' ' * _column(file, key.start)}except: [{day}]")
    last = len([each for each in file.spans if each[:-1] == (*path, "except")]) - 1
    if last < 0:
        return (days.start, days.end, f"[{day}]")
    item = file.spans[*path, "except", last]
    if _is_flow(file, (*path, "except")):
        return _added(item.end, f", {day}")
    return _added(_line_end(file, item.end), f"\n{_dash_of(file, item.start)}{day}")


def _below(file: Loaded[Campaign], index: int, line: str) -> Edit:
    item = file.spans["sends", index]
    if _is_flow(file, ("sends",)):
        return _added(item.end, f", {line}")
    return _added(_line_end(file, item.end), f"\n{_dash_of(file, item.start)}{line}")


def _one_line(file: Loaded[Campaign], index: int, own: Mapping[str, str]) -> str:
    """The send as it is written but for what is its `own`, and without its rhythm, between braces."""
    root, _problems = read_tree(file.text, file.file)
    sends = root.child("sends")
    node = sends.child(index) if sends else None
    written: Any = node.plain() if node else {}
    said = {"id": own["id"], "message": written["message"], "to": written["to"], "at": own["at"]}
    said |= {key: written[key] for key in ("window", "zone", "after") if written.get(key) is not None}
    return _flow(said)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _dash_of(file: Loaded[Campaign], start: int) -> str:
    """What stands before an item of a list, for another one below it."""
    before = file.text[start - _column(file, start) : start]
    if not _DASH.fullmatch(before):
        raise _by_hand()
    return before


def _is_flow(file: Loaded[Campaign], path: Path) -> bool:
    """Whether it is written with brackets."""
    return file.text[file.spans[path].start] in "[{"


def _column(file: Loaded[Campaign], index: int) -> int:
    return file.place_at(index).column - 1


def _line_end(file: Loaded[Campaign], index: int) -> int:
    found = file.text.find("\n", index)
    return found if found >= 0 else len(file.text)


def _added(index: int, words: str) -> Edit:
    return index, index, words


def _edited(text: str, edits: list[Edit]) -> str:
    """The edits at their places; those at the same place one behind the other."""
    return "".join(_pieces(text, edits))


def _pieces(text: str, edits: list[Edit]) -> Iterator[str]:
    at = 0
    for start, end, words in sorted(edits, key=lambda each: each[0]):
        yield text[at:start]
        yield words
        at = end
    yield text[at:]


# --- the proof ---


def _prove(
    before: Campaign, index: int, done: Moved, to: WallTime, occasion: date, presets: Mapping[str, time] | None
) -> None:
    """The new text reads as the old campaign with that send moved, and nothing else. Raises ContentError."""
    send = before.sends[index]
    sends: tuple[Send, ...]
    if done.added:
        left = send.model_copy(update={"except_": (*send.except_, occasion)})
        own = {"id": done.added, "at": to, "every": None, "between": None, "except_": ()}
        sends = (left, send.model_copy(update=own))
    else:
        sends = (send.model_copy(update={"at": to}),)
    wanted = before.model_copy(update={"sends": (*before.sends[:index], *sends, *before.sends[index + 1 :])})
    try:
        reading = read_text(done.text, Campaign, "", context={"presets": presets or {}})
    except Unreadable as stop:
        raise _by_hand() from stop
    if reading.loaded is None or has_errors(reading.problems) or reading.loaded.value != wanted:
        raise _by_hand()


def _by_hand() -> ContentError:
    return ContentError(_("The send is written in a way that can't be changed from here."), hint=_in_the_text())


def _in_the_text() -> str:
    return _("Change it in the campaign's text.")
