"""The code and the notes of a page in, the reference tables of the manual as Markdown out, in the language spoken.

Every public function is a table: `<!-- table: exit-codes -->` on a page calls `exit_codes`. To add one, write it here
and put its marker on a page of each language. The words that only people can write are the marker's notes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta
from inspect import isfunction
from typing import Any, cast

from pydantic import BaseModel, SecretStr

from prokes_social import checking, errors, platforms, settings
from prokes_social.clock import SystemClock
from prokes_social.help import Notes, Table
from prokes_social.i18n import _, format_age, format_dollars, format_number
from prokes_social.model import campaign
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import MOVES, DeliveryStatus
from prokes_social.model.reach import Known, Metric
from prokes_social.problem import Severity


def named(name: str) -> Table | None:
    """The table that a marker names; None where there is none here."""
    found = globals().get(name.replace("-", "_"))
    return cast("Table", found) if found in _all() else None


def names() -> list[str]:
    return [table.__name__.replace("_", "-") for table in _all()]


def _all() -> list[Any]:
    mine = [each for each in globals().values() if isfunction(each) and each.__module__ == __name__]
    return [each for each in mine if not each.__name__.startswith("_") and each not in (named, names)]


# --- campaign files ---


def campaign_keys(notes: Notes) -> str:
    return _keys(campaign.Campaign, notes)


def source_keys(notes: Notes) -> str:
    return _keys(campaign.Source, notes)


def message_keys(notes: Notes) -> str:
    return _keys(campaign.Message, notes)


def card_keys(notes: Notes) -> str:
    return _keys(campaign.CardSpec, notes)


def send_keys(notes: Notes) -> str:
    return _keys(campaign.Send, notes)


def silence_keys(notes: Notes) -> str:
    return _keys(campaign.Silence, notes)


def _keys(model: type[BaseModel], notes: Notes) -> str:
    rows = []
    shapes = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        must = _("required") if field.is_required() else ""
        # The model explains itself in Bahasa Indonesia, for editors; other languages have their notes.
        means = notes.get(key) or field.description or ""
        rows.append([_code(key), must, means, _code(_example(shapes[key]))])
    return _table([_("key"), "", _("means"), _("example")], rows)


def _example(shape: Mapping[str, Any]) -> str:
    """The first example or choice that the schema gives, also inside lists."""
    parts = [shape, *shape.get("anyOf", ()), shape.get("items", {}), shape.get("additionalProperties") or {}]
    given = [each for part in parts if isinstance(part, dict) for each in _given(part)]
    text = str(given[0]) if given else ""
    return f"[{text}]" if text and shape.get("type") == "array" else text


def _given(part: Mapping[str, Any]) -> Sequence[Any]:
    return [*part.get("examples", ()), *part.get("enum", ())[:1], *part.get("items", {}).get("examples", ())]


def templates(_notes: Notes) -> str:
    from prokes_social.app.workspace import bundled
    from prokes_social.loading.templates import load_templates

    rows = []
    for name, loaded in load_templates([bundled("assets")]).items():
        template = loaded.value
        rows.append([_code(name), str(template.label), "", " ".join(template.sizes)])
        for slot, filled in template.slots.items():
            must = _("required") if filled.required else ""
            rows.append(["", _code(slot), must, f"{filled.label} ({filled.kind})"])
    return _table([_("template"), _("slot"), "", _("means")], rows)


def icons(_notes: Notes) -> str:
    from prokes_social.rendering.icons import ours

    return ", ".join(_code(name) for name in sorted(ours()))


# --- checking ---


def rules(_notes: Notes) -> str:
    rows = []
    for rule in checking.all_rules():
        severity = {Severity.ERROR: _("error"), Severity.WARNING: _("warning")}[rule.severity]
        silent = _("yes") if rule.can_be_silenced else _("no")
        rows.append([_code(rule.code), severity, str(rule.why), silent])
    return _table([_("rule"), _("kind"), _("why"), _("can be silenced")], rows)


def rule_examples(_notes: Notes) -> str:
    found, missing = _("Found"), _("Not found")
    return "\n\n".join(
        f"### {rule.code}\n\n{found}:\n\n{_block(rule.bad)}\n\n{missing}:\n\n{_block(rule.good)}"
        for rule in checking.all_rules()
    )


# --- deliveries ---


def statuses(notes: Notes) -> str:
    rows = []
    for status in DeliveryStatus:
        to = ", ".join(str(each.label) for each in DeliveryStatus if each in MOVES[status])
        rows.append([str(status.label), _code(status.value), str(status.remark), to or "–", notes.get(status, "")])
    return _table([_("status"), _("word"), _("means"), _("may become"), _("you do")], rows)


def alarms(_notes: Notes) -> str:
    rows = [[_code(kind.value), str(kind.label), str(kind.remedy)] for kind in AlarmKind]
    return _table([_("word"), _("alarm"), _("next step")], rows)


def exit_codes(notes: Notes) -> str:
    kinds = list(_family(errors.ProkesError))
    rows = [[str(kind.exit_code), _code(kind.__name__), notes.get(kind.__name__, "")] for kind in kinds]
    return _table([_("exit code"), _("error"), _("means")], rows)


def _family(kind: type[errors.ProkesError]) -> Iterator[type[errors.ProkesError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _family(child)


# --- platforms ---


def platform_limits(_notes: Notes) -> str:
    kinds = [platforms.make_platform(name, {}, SystemClock()) for name in platforms.names()]
    limits = [kind.limits for kind in kinds]
    rows = [
        [_("in campaign files"), *(_code(kind.name) for kind in kinds)],
        [_("characters, as the platform counts them"), *(format_number(each.text_length) for each in limits)],
        [_("hashtags that we let pass"), *(str(each.hashtags) for each in limits)],
        [_("pictures in a post"), *(str(each.pictures) for each in limits)],
        [_("bytes of a picture"), *(format_number(each.picture_bytes) for each in limits)],
        [_("size of the card"), *(str(each.card_size) for each in limits)],
        [_("the link is added to the text"), *(_yes(each.appends_link) for each in limits)],
        [_("fetches the picture from PROKES_PUBLIC_URL"), *(_yes(kind.needs_public_picture_url) for kind in kinds)],
        [_("a post without a link costs"), *(_price(kind, "Salam") for kind in kinds)],
        [_("a post with a link in its text costs"), *(_price(kind, "https://www.kemkes.go.id") for kind in kinds)],
    ]
    return _table(["", *(kind.label for kind in kinds)], rows)


def _price(platform: platforms.Platform, text: str) -> str:
    cost = platform.cost(text)
    return format_dollars(cost) if cost else _("nothing")


def credentials(notes: Notes) -> str:
    rows = []
    for kind in platforms.all_classes():
        for field in kind.credential_fields:
            must = _("required") if field.required else ""
            secret = _("secret") if field.secret else ""
            remark = notes.get(f"{kind.name}.{field.name}", "")
            rows.append([kind.label, _code(field.name), str(field.label), must, secret, remark])
    return _table([_("platform"), _("field"), _("name there"), "", "", _("where to find it")], rows)


# --- settings ---


def setting_keys(notes: Notes) -> str:
    rows = [[_code(name), _code(_toml(default)), notes.get(name, "")] for name, default in _leaves(settings._Document)]
    return _table([_("setting"), _("otherwise"), _("means")], rows)


def platform_settings(notes: Notes) -> str:
    kinds = {kind.settings_prefix: kind.Settings for kind in platforms.all_classes()}
    rows = [
        [_code(f"platforms.{prefix.lower()}.{name}"), _code(f"PROKES_{prefix}_{name.upper()}"), _code(_toml(default)),
         notes.get(name, "")]
        for prefix, form in kinds.items()
        for name, default in _leaves(form)
    ]  # fmt: skip
    return _table([_("setting"), _("variable"), _("otherwise"), _("means")], rows)


def _leaves(form: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting of a section and its sections, with what holds where nobody says otherwise."""
    for name, field in form.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            yield from _leaves(type(default), f"{path}{name}.")
        elif name != "platforms":  # has a table of its own
            yield path + name, default


def _toml(value: Any) -> str:
    """As it may be written in prokes.toml."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case timedelta():
            return f'"{format_age(value)}"'
        case time():
            return f'"{value:%H.%M}"'
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case Mapping():
            return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
        case SecretStr():
            return '""'
    return f'"{value}"'


# --- reach ---


def metrics(_notes: Notes) -> str:
    from prokes_social.reporting.vendors import vendor_of

    vendors = [vendor_of(name) for name in platforms.names()]
    rows = [
        [str(metric.label), _yes(metric.adds_up), *(_code(vendor.names.get(metric, "")) for vendor in vendors)]
        for metric in Metric
    ]
    table = _table([_("figure"), _("adds up"), *(vendor.label for vendor in vendors)], rows)
    return "\n\n".join([table, *(f"{vendor.label}: {vendor.remark}" for vendor in vendors if vendor.remark)])


def known(_notes: Notes) -> str:
    from prokes_social.reporting.wording import SIGNS, meaning

    return _table([_("sign"), _("known how"), _("means")], [[SIGNS[k], str(k.label), meaning(k)] for k in Known])


def report_formats(_notes: Notes) -> str:
    from prokes_social.reporting import formats

    rows = [[_code(name), str(formats.get(name).label)] for name in formats.names()]
    return _table([_("format"), _("what it is for")], rows)


def places(_notes: Notes) -> str:
    from prokes_social.sharing.places import WAY_LABELS, WAYS, all_places

    shared = [[_code(place.tag), str(place.label), _code(place.name)] for place in all_places()]
    others = [[_code(tag), str(WAY_LABELS[name]), _code(name)] for tag, name in WAYS.items()]
    return _table([_("letter"), _("place"), "`utm_source`"], shared + others)


# --- Markdown ---


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _block(text: str) -> str:
    return f"```yaml\n{text.strip()}\n```"


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")
