"""What pydantic says about a tree in, Problems a person can act on out: each with its place and a remedy."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from prokes_social.i18n import _, n_
from prokes_social.loading import shape
from prokes_social.loading.tree import Node
from prokes_social.model.campaign import HASHTAG_FORM, ID_FORM, PIXELS_FORM, URL_FORM, Path, place_in
from prokes_social.problem import Problem

Said = tuple[str, str, str]  #: code, what, remedy
_PYDANTICS = frozenset(get_args(ErrorType))


class Refusal(ValueError):
    """Raised by a model's own validator that knows how to say what is wrong and how to mend it."""

    def __init__(self, what: str, remedy: str, *, code: str = "value") -> None:
        super().__init__(what)
        self.code, self.what, self.remedy = code, what, remedy


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One of pydantic's errors, tied to the tree as it was when the error arose."""

    type: str
    path: Path  #: as far as it exists in the file, and one missing key
    about: str  #: the text in question; empty where it is no text
    index: int  #: position in the file's text
    is_missing: bool
    is_echo: bool  #: of something reported already
    empty: bool  #: the file has the key, but no value
    opening: str  #: `{` or `[` where a text was meant and YAML saw brackets
    words: str  #: our own model's sentence, where it has one
    context: Mapping[str, Any]

    @classmethod
    def of(cls, error: ErrorDetails, root: Node) -> "Complaint":
        nodes, path = _follow(root, error["loc"])
        node = nodes[-1]
        missing = error["type"] in ("missing", "missing_argument")
        at_key = error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",) or node.value is None
        key = nodes[-2].keys.get(str(path[-1])) if at_key and path else None
        return cls(
            type=error["type"],
            path=(*path, error["loc"][-1]) if missing else path,
            about=node.value if isinstance(node.value, str) else "",
            index=(key or node.span).start,
            is_missing=missing,
            is_echo=any(each.spoilt for each in nodes) or _is_of_a_part(node, len(error["loc"]) - len(path)),
            empty=node.value is None and error["type"] != "extra_forbidden",
            opening=_bracket(node),
            # Pydantic's own sentences are English and speak of Python.
            words="" if error["type"] in _PYDANTICS else error["msg"],
            context=error.get("ctx", {}),
        )

    @property
    def name(self) -> str:
        """The key in question, or which item of which list."""
        key = next((str(step) for step in reversed(self.path) if isinstance(step, str)), "")
        if self.path and isinstance(self.path[-1], int):
            return _("item {number} of “{key}”", number=self.path[-1] + 1, key=key)
        return f"“{key}”"


def original(complaints: Sequence[Complaint]) -> list[Complaint]:
    """Without those that follow from others: pydantic calls a list too short when its items were refused."""
    return [each for each in complaints if each.type != "too_short" or not _any_below(each.path, complaints)]


def _any_below(path: Path, complaints: Sequence[Complaint]) -> bool:
    return any(len(each.path) > len(path) and each.path[: len(path)] == path for each in complaints)


def translate(complaint: Complaint, model: type[BaseModel], text: str, file: str) -> Problem:
    code, what, remedy = _say(complaint, model)
    return Problem(code=code, what=what, remedy=remedy, place=place_in(text, file, complaint.index))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or nothing where none is near."""
    folded = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def one_of(word: str, known: Sequence[str]) -> str:
    """A remedy: the nearest known word first, then all of them."""
    near = did_you_mean(word, known)
    listed = _("Known here: {words}.", words=", ".join(dict.fromkeys(known))) if known else ""
    return " ".join(part for part in (near and _("Did you mean “{word}”?", word=near), listed) if part)


def _follow(root: Node, loc: Sequence[str | int]) -> tuple[list[Node], Path]:
    """The nodes on the way; steps that only name pydantic's own alternatives are left out."""
    nodes, path = [root], []
    for step in loc:
        if (child := nodes[-1].child(step)) is not None:
            nodes.append(child)
            path.append(step)
    return nodes, tuple(path)


def _is_of_a_part(node: Node, steps_left: int) -> bool:
    """Whether the mistake stands in a template's part and not here, where the part is used: it is told there."""
    return steps_left > 0 and isinstance(node.value, dict) and "use" in node.value


def _bracket(node: Node) -> str:
    if isinstance(node.value, dict) and node.flow:
        return "{"
    return "[" if isinstance(node.value, list) and node.flow else ""


def _say(complaint: Complaint, model: type[BaseModel]) -> Said:
    if complaint.empty and not complaint.is_missing:
        return _no_value(complaint, model)
    if complaint.type == "value_error":
        return _refused_by_model(complaint, model)
    for types, say in _SENTENCES:
        if complaint.type in types:
            return say(complaint, model)
    return _not_understood(complaint, model, complaint.words)


def _missing(complaint: Complaint, model: type[BaseModel]) -> Said:
    key = complaint.path[-1]
    if isinstance(key, int):
        what = _("{name} is missing.", name=complaint.name)
        return "item-missing", what, _like(model, complaint.path) or _("Compare with a sample file.")
    example = shape.example(model, complaint.path)
    what = _("The key “{key}” is missing.", key=key)
    return "key-missing", what, _("Add “{line}”.", line=f"{key}: {example or '…'}")


def _unknown(complaint: Complaint, model: type[BaseModel]) -> Said:
    key = str(complaint.path[-1])
    known = shape.known_keys(model, complaint.path[:-1])
    return "key-unknown", _("The key “{key}” is not known here.", key=key), one_of(key, known)


def _no_value(complaint: Complaint, model: type[BaseModel]) -> Said:
    what = _("{name} has no value.", name=complaint.name)
    return "no-value", what, _like(model, complaint.path) or _("Write the value after the colon, or delete the line.")


def _wants_text(complaint: Complaint, model: type[BaseModel]) -> Said:
    if complaint.opening:
        remedy = _("A text that begins with {sign} must stand in quotes.", sign=complaint.opening)
    else:
        remedy = _like(model, complaint.path) or _("Write it as one text, without dashes or keys below.")
    return "wants-text", _("{name} must be a text, not a list or keys.", name=complaint.name), remedy


def _wants_list(complaint: Complaint, model: type[BaseModel]) -> Said:
    what = _("{name} must be a list.", name=complaint.name)
    return "wants-list", what, _("Put each item on a line of its own that begins with “- ”, or write [one, two].")


def _wants_keys(complaint: Complaint, model: type[BaseModel]) -> Said:
    known = shape.known_keys(model, complaint.path)
    what = _("{name} must consist of keys with values.", name=complaint.name)
    if not known:
        return "wants-keys", what, _("Write “key: value” on lines of their own, indented by two spaces.")
    remedy = _(
        "Write “{key}: …” and further keys on lines of their own. Known here: {words}.",
        key=known[0],
        words=", ".join(known),
    )
    return "wants-keys", what, remedy


def _form(complaint: Complaint, model: type[BaseModel]) -> Said:
    say = _FORMS.get(str(complaint.context.get("pattern", "")))
    return say(complaint.about) if say else _not_understood(complaint, model)


def _id_form(about: str) -> Said:
    slug = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")[:64] or "cuci-tangan"
    what = _("“{value}” cannot serve as an id: only small letters, digits and dashes.", value=about)
    return "id", what, _("Write for example “{example}”.", example=slug)


def _url_form(about: str) -> Said:
    what = _("“{value}” is no web address.", value=about)
    return "url", what, _("Write the whole address, beginning with https://.")


def _hashtag_form(about: str) -> Said:
    what = _("“{value}” is no hashtag: only letters, digits and underscores, without spaces.", value=about)
    tag = "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", about)) or "AgenProkes"
    return "hashtag", what, _("Write for example “{example}”.", example=tag)


def _pixels_form(about: str) -> Said:
    what = _("“{value}” is no size in pixels.", value=about)
    return "pixels", what, _("Write for example “{example}”.", example="1080x1350")


_FORMS: Mapping[str, Callable[[str], Said]] = {
    ID_FORM: _id_form,
    URL_FORM: _url_form,
    HASHTAG_FORM: _hashtag_form,
    PIXELS_FORM: _pixels_form,
}


def _choice(complaint: Complaint, model: type[BaseModel]) -> Said:
    known = [str(word) for schema in shape.schemas_at(model, complaint.path) for word in _choices(schema)]
    what = _("{name} cannot be “{value}”.", name=complaint.name, value=complaint.about)
    return "choice", what, one_of(complaint.about, known or _quoted(complaint))


def _quoted(complaint: Complaint) -> list[str]:
    """The choices that pydantic lists in its own sentence, where the schema has several kinds at this place."""
    return re.findall(r"'([^']*)'", str(complaint.context.get("expected", "")))


def _choices(schema: shape.Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _number(complaint: Complaint, model: type[BaseModel]) -> Said:
    what = _("“{value}” is no number as {name} needs it.", value=complaint.about, name=complaint.name)
    whole = complaint.type.startswith("int")
    remedy = (
        _("Write a whole number in digits.") if whole else _("Write a number in digits, with a point before decimals.")
    )
    return "number", what, remedy


def _yes_no(complaint: Complaint, model: type[BaseModel]) -> Said:
    what = _("“{value}” is neither true nor false.", value=complaint.about)
    return "yes-no", what, _("Write true or false.")


def _bounds(complaint: Complaint, model: type[BaseModel]) -> Said:
    bound = next((complaint.context[key] for key in ("ge", "gt", "le", "lt") if key in complaint.context), "")
    small = complaint.type.startswith("greater")
    what = (
        _("{name} is too small: {value}.", name=complaint.name, value=complaint.about)
        if small
        else _("{name} is too large: {value}.", name=complaint.name, value=complaint.about)
    )
    closed = complaint.type.endswith("equal")
    if small:
        remedy = _("At least {bound}.", bound=bound) if closed else _("More than {bound}.", bound=bound)
    else:
        remedy = _("At most {bound}.", bound=bound) if closed else _("Less than {bound}.", bound=bound)
    return "bounds", what, remedy


def _text_length(complaint: Complaint, model: type[BaseModel]) -> Said:
    least, most = complaint.context.get("min_length"), complaint.context.get("max_length")
    if most is not None:
        what = _("{name} is too long.", name=complaint.name)
        return "too-long", what, n_("At most {count} character.", "At most {count} characters.", int(most))
    if not complaint.about.strip():
        return _no_value(complaint, model)
    what = _("{name} is too short.", name=complaint.name)
    return "too-short", what, n_("At least {count} character.", "At least {count} characters.", int(least or 1))


def _list_length(complaint: Complaint, model: type[BaseModel]) -> Said:
    least, most = complaint.context.get("min_length"), complaint.context.get("max_length")
    if complaint.type == "too_long":
        what = _("{name} has too many items.", name=complaint.name)
        return "too-many", what, n_("At most {count} item.", "At most {count} items.", int(most or 0))
    what = _("{name} has too few items.", name=complaint.name)
    return "too-few", what, n_("At least {count} item.", "At least {count} items.", int(least or 1))


def _refused_by_model(complaint: Complaint, model: type[BaseModel]) -> Said:
    error = complaint.context.get("error")
    if isinstance(error, Refusal):
        return error.code, error.what, error.remedy
    say = _MOMENTS.get(str(error))
    if say:
        return say(complaint.about, shape.example(model, complaint.path) or "")
    return _not_understood(complaint, model, str(error or ""))


def _date(about: str, example: str) -> Said:
    what = _("“{value}” is no date.", value=about)
    remedy = _("Write year, month and day of a day that exists, like “{example}”.", example=example or "2026-11-23")
    return "date", what, remedy


def _clock(about: str, example: str) -> Said:
    what = _("“{value}” has no time of day that can be understood.", value=about)
    remedy = _("Write hours from 00 to 23 and minutes from 00 to 59, like “{example}”.", example=example or "07.30")
    return "clock", what, remedy


def _weekday(about: str, example: str) -> Said:
    what = _("“{value}” names no day of the week.", value=about)
    days = "senin, selasa, rabu, kamis, jumat, sabtu, minggu"
    remedy = _(
        "Write days and a time, like “{example}”. Days: {days}; or “setiap hari”.",
        example=example or "senin 07.30",
        days=days,
    )
    return "weekday", what, remedy


def _zone(about: str, example: str) -> Said:
    what = _("“{value}” is no time zone of Indonesia.", value=about)
    return "zone", what, _("Write WIB, WITA or WIT.")


def _window(about: str, example: str) -> Said:
    what = _("“{value}” is no length of time.", value=about)
    return "window", what, _("Write a number and a unit, like “30 menit” or “2 jam”.")


def _share(about: str, example: str) -> Said:
    what = _("“{value}” is no share of a group.", value=about)
    return "share", what, _("Write per cent, like “{example}”.", example=example or "60 %")


#: The words with which the model's own readers refuse a text.
_MOMENTS: Mapping[str, Callable[[str, str], Said]] = {
    "date": _date,
    "clock": _clock,
    "weekday": _weekday,
    "zone": _zone,
    "window": _window,
    "share": _share,
}


def _not_understood(complaint: Complaint, model: type[BaseModel], words: str = "") -> Said:
    what = _("{name} is not understood: “{value}”.", name=complaint.name, value=complaint.about)
    return "value", f"{what} {words}".strip(), _like(model, complaint.path) or _("Compare with a sample file.")


def _like(model: type[BaseModel], path: Path) -> str:
    example = shape.example(model, path)
    return _("Write for example “{example}”.", example=example) if example else ""


_SENTENCES: tuple[tuple[frozenset[str], Callable[[Complaint, type[BaseModel]], Said]], ...] = (
    (frozenset({"missing", "missing_argument"}), _missing),
    (frozenset({"extra_forbidden", "unexpected_keyword_argument"}), _unknown),
    (frozenset({"string_type", "string_sub_type"}), _wants_text),
    (frozenset({"list_type", "tuple_type", "set_type", "frozen_set_type", "named_tuple_type"}), _wants_list),
    (frozenset({"dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"}), _wants_keys),
    (frozenset({"string_pattern_mismatch"}), _form),
    (frozenset({"literal_error", "enum", "union_tag_invalid"}), _choice),
    (
        frozenset({"int_parsing", "int_parsing_size", "int_type", "int_from_float"})
        | frozenset({"float_parsing", "float_type", "finite_number", "decimal_parsing"}),
        _number,
    ),
    (frozenset({"bool_parsing", "bool_type"}), _yes_no),
    (frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"}), _bounds),
    (frozenset({"string_too_short", "string_too_long"}), _text_length),
    (frozenset({"too_short", "too_long"}), _list_length),
)
