"""A template and what somebody types in, the card beside it out, with what to mend at its place; and their pictures.

What is typed travels in the address: a card that is tried out can be kept as a bookmark, and nothing is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from prokes_social.app.drafts import SMALL, Looked
from prokes_social.errors import CardError
from prokes_social.i18n import _, format_number
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.template import Slot, Template
from prokes_social.model.user import Right
from prokes_social.problem import Problem
from prokes_social.rendering.icons import ours
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/draw-cards-at-the-desk")
#: Px of a card on the sheet of all templates.
ON_SHEET = 320
#: Pictures on one page of them, and beside a slot.
MOST, NEAR = 48, 11
#: Characters of one field.
LONGEST = 2000
_FOREVER = "private, max-age=31536000, immutable"
_PLAIN = "plain"  #: the tone of a kit itself


#: What a template's samples show, by the names that ours have.
_SAMPLES: Mapping[str, Callable[[], str]] = {
    "short": lambda: _("short words"),
    "long": lambda: _("long words"),
    "extreme": lambda: _("as much as fits"),
    "personal": lambda: _("somebody's own card"),
    "bare": lambda: _("only what is needed"),
    "regional": lambda: _("in regional scripts"),
    "no-photo": lambda: _("without a picture"),
    "icons": lambda: _("with icons"),
}


# --- all templates ---


@area.get("/studio", Right.EDIT)
def sheet(visit: Visit) -> Response:
    """Every template with its first sample, in the brand and size that are asked for."""
    studio = visit.app.studio
    sizes = sorted({size for template in studio.templates.values() for size in template.every_size()}, key=_tallness)
    size = _one_of(visit.asked("size"), {str(each): each for each in sizes}, sizes[0])
    brand = _brand(visit, visit.asked("brand"), visit.asked("tone"))
    shown = [_on_sheet(visit, name, brand, size) for name in studio.templates]
    return visit.show("studio.html.j2", shown=shown, sizes=sizes, size=size, **_kits(visit, brand))


@area.get("/studio/samples/{digest}/{template}/{sample}", Right.EDIT)
def sample_picture(visit: Visit) -> Response:
    found = visit.app.studio.templates.get(visit.path["template"])
    size = _size(visit.asked("size"), found)
    if found is None or visit.path["sample"] not in found.samples or size is None:
        return visit.missing()
    request = _of_sample(visit, visit.path["template"], visit.path["sample"], visit.asked("brand"), size)
    data = visit.app.drafts.small(request, ON_SHEET)
    fits = visit.app.drafts.digest(request).startswith(visit.path["digest"])
    return visit.send(data, "image/jpeg", caching=_FOREVER if fits else "no-store")


# --- pictures that cards may show ---


@area.get("/studio/pictures", Right.EDIT)
def pictures(visit: Visit) -> Response:
    return _pictures(visit)


@area.post("/studio/pictures", Right.EDIT)
def keep_picture(visit: Visit) -> Response:
    """From the page of pictures, or from beside a slot: then back there, with everything that was typed."""
    template, slot = visit.form.get("template", ""), visit.asked("slot")
    chosen = visit.files.get(f"file.{slot}" if slot else "file")
    try:
        if chosen is None or not chosen.size:
            raise CardError(_("no picture was chosen"), hint=_("choose a file first"))
        name = (chosen.filename or "")[-60:]
        kept = visit.app.drafts.keep_picture(chosen.file.read(20_000_001), name, who=visit.who)
    except CardError as error:
        said = f"{_sentence(error.message)} {_sentence(error.hint)}"
        if template in visit.app.studio.templates:
            return _draft(visit, _Draft.of(visit, template, visit.form), 422, wrong={slot: said})
        return _pictures(visit, 422, wrong=said)
    done = _("The picture is kept: upright, as JPEG, without what the file said about place and camera.")
    if template in visit.app.studio.templates:
        draft = _Draft.of(visit, template, {**visit.form, f"s.{slot}": kept})
        return visit.go(draft.address(), ok=done)
    return visit.go("/studio/pictures", ok=done)


@area.get("/studio/pictures/{version}/{name}", Right.EDIT)
def small_picture(visit: Visit) -> Response:
    found = visit.app.drafts.picture(visit.path["name"])
    data = visit.app.drafts.small_picture(found.name)
    return visit.send(data, "image/jpeg", caching=_FOREVER if found.version == visit.path["version"] else "no-store")


# --- one card ---


@area.get("/studio/{template}", Right.EDIT)
def card(visit: Visit) -> Response:
    name = visit.path["template"]
    if name not in visit.app.studio.templates:
        return visit.missing()
    return _draft(visit, _Draft.of(visit, name, dict(visit.request.query_params)))


@area.get("/studio/{template}/card.{kind}", Right.EDIT)
def picture(visit: Visit) -> Response:
    """The card as the address describes it; with `save` it is downloaded."""
    name, kind = visit.path["template"], visit.path["kind"]
    if name not in visit.app.studio.templates or kind not in ("jpg", "png"):
        return visit.missing()
    request = _Draft.of(visit, name, dict(visit.request.query_params)).request
    data, media_type = visit.app.drafts.file(request, kind)
    asked = visit.asked("at")
    fits = len(asked) >= 16 and visit.app.drafts.digest(request).startswith(asked)
    saved = f"{name}-{request.size}.{kind}" if visit.asked("save") else ""
    return visit.send(data, media_type, name=saved, caching=_FOREVER if fits else "no-store")


@area.get("/studio/{template}/cards.zip", Right.EDIT)
def archive(visit: Visit) -> Response:
    name = visit.path["template"]
    if name not in visit.app.studio.templates:
        return visit.missing()
    request = _Draft.of(visit, name, dict(visit.request.query_params)).request
    kind = "png" if visit.asked("kind") == "png" else "jpg"
    return visit.send(
        visit.app.drafts.archive(request, kind), "application/zip", name=f"{name}.zip", caching="no-store"
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row of a slot as the form shows it; `at` is its place in the card, None while nothing stands in it."""

    number: int
    at: int | None
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """What the address or the form says about one card."""

    name: str
    template: Template
    request: CardRequest
    rows: Mapping[str, list[_Row]]
    suggested: str  #: an alternative text, from what stands in the slots
    alt: str  #: as typed
    tone: str
    kit: str  #: the brand without its tone
    used: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, visit: Visit, name: str, said: Mapping[str, str]) -> "_Draft":
        """Where nothing is said yet, a sample's words stand in the slots."""
        template = visit.app.studio.templates[name]
        said = {key: value[:LONGEST] for key, value in said.items()}
        if not any(key.startswith("s.") for key in said):
            said = {**_sample_fields(template, said.get("sample", "")), **said}
        brand = _brand(visit, said.get("brand", ""), said.get("tone", ""))
        rows = {slot: _rows(slot, each, said) for slot, each in template.slots.items() if each.kind == "rows"}
        slots = dict(_slots(template, rows, said))
        size = _size(said.get("size", ""), template) or template.every_size()[0]
        bare = CardRequest(
            template=name, brand=brand, size=size, slots=slots, alt_text="", link=said.get("link", "").strip() or None
        )
        alt, suggested = said.get("alt", "").strip(), visit.app.drafts.words(bare)
        request = CardRequest(
            template=name, brand=brand, size=size, slots=slots, link=bare.link, alt_text=alt or suggested
        )
        kit = visit.app.studio.brands[brand]
        parent = kit.variant_of or brand
        return cls(
            name=name, template=template, request=request, rows=rows, suggested=suggested, alt=alt, kit=parent,
            tone=brand.removeprefix(f"{parent}-") if kit.variant_of else _PLAIN, used=said,
        )  # fmt: skip

    def query(self, **more: str) -> str:
        """Everything that the card is made of, as an address carries it."""
        kept = {"brand": self.kit, "tone": self.tone, "size": str(self.request.size)}
        kept |= {"link": self.request.link or "", "alt": self.alt}
        kept |= {f"s.{name}": str(value) for name, value in self.request.slots.items() if isinstance(value, str)}
        for name, rows in self.rows.items():
            for row in (each for each in rows if each.at is not None):
                kept |= {f"s.{name}.{row.at}.{key}": value for key, value in row.values.items()}
        # An empty card is one too: without any field a sample's words would come back.
        fields = {key: value for key, value in {**kept, **more}.items() if value} | {"s.": "1"}
        return urlencode(fields)

    def address(self) -> str:
        return f"/studio/{self.name}?{self.query()}"

    def file(self, kind: str, **more: str) -> str:
        return f"/studio/{self.name}/card.{kind}?{self.query(**more)}"


def _draft(visit: Visit, draft: _Draft, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    looked = visit.app.drafts.look(draft.request)
    problems = _with_link(draft, looked)
    groups = _groups(draft.template)
    return visit.show(
        "studio_card.html.j2", status, draft=draft, looked=looked, groups=groups, wrong=wrong or {},
        icons=sorted(ours()), samples=_samples(draft.template),
        at=lambda *place: [problem for where, problem in problems if where == place],
        general=[problem for where, problem in problems if not where or where[0] not in ("slots", "link")],
        pictures=_near(visit, draft), longest=LONGEST, value=_values(draft), is_long=_is_long(draft.template),
        yaml=visit.app.drafts.as_yaml(draft.request), count=format_number, **_kits(visit, draft.request.brand),
    )  # fmt: skip


def _samples(template: Template) -> Mapping[str, str]:
    """By name, what each shows."""
    return {name: _SAMPLES[name]() if name in _SAMPLES else name for name in template.samples}


def _with_link(draft: _Draft, looked: Looked) -> list[tuple[tuple[str | int, ...], Problem]]:
    """A link that phones would not open is said here; campaigns refuse it when they are read."""
    problems = list(looked.problems)
    if draft.request.link and not draft.request.link.startswith(("https://", "http://")):
        what = _("The link is no address of a page.")
        problems.append((("link",), Problem(code="card-link", what=what, remedy=_("Begin it with https://."))))
    return problems


def _near(visit: Visit, draft: _Draft) -> Mapping[str, list[Any]]:
    """By slot, the newest pictures, and the chosen one in front where it is none of them."""
    slots = [name for name, slot in draft.template.slots.items() if slot.kind == "photo"]
    if not slots:
        return {}
    everything = visit.app.drafts.pictures()
    found = {}
    for slot in slots:
        chosen = draft.request.slots.get(slot, "")
        first = [each for each in everything if each.name == chosen]
        found[slot] = [*first, *(each for each in everything if each.name != chosen)][:NEAR]
    return found


def _groups(template: Template) -> Mapping[str, list[str]]:
    """Slots to write, small words that are there already, and what only somebody's own card has."""
    own = [name for name in template.slots if name in template.personal and not template.slots[name].required]
    small = [name for name, slot in template.slots.items() if slot.default and name not in own]
    return {"main": [name for name in template.slots if name not in {*own, *small}], "small": small, "own": own}


def _values(draft: _Draft) -> Any:
    def value(slot: str) -> str:
        return str(draft.request.slots.get(slot, ""))

    return value


def _is_long(template: Template) -> Any:
    """Whether a slot wants a field of several lines: a sample of it is long."""
    longest = {
        name: max((len(str(sample.slots.get(name, ""))) for sample in template.samples.values()), default=0)
        for name in template.slots
    }
    return lambda name: longest.get(name, 0) > 48


def _slots(template: Template, rows: Mapping[str, list[_Row]], said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, slot in template.slots.items():
        if slot.kind == "rows":
            filled = [dict(_filled(row.values)) for row in rows[name] if row.at is not None]
            if filled:
                yield name, filled
        elif text := said.get(f"s.{name}", "").strip():
            yield name, text


def _filled(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in values.items() if value)


def _rows(name: str, slot: Slot, said: Mapping[str, str]) -> list[_Row]:
    """Those with words in them, and an empty one to write in where there is room."""
    rows: list[_Row] = []
    for number in range(slot.max + 1):
        values = {each: said.get(f"s.{name}.{number}.{each}", "").strip() for each in slot.fields}
        if any(values.values()):
            rows.append(_Row(number=len(rows), at=len(rows), values=values))
    if len(rows) < slot.max:
        rows.append(_Row(number=len(rows), at=None, values=dict.fromkeys(slot.fields, "")))
    return rows


def _sample_fields(template: Template, name: str) -> dict[str, str]:
    """A sample's words as the form's fields."""
    sample = template.samples.get(name) or next(iter(template.samples.values()), None)
    fields: dict[str, str] = {}
    for slot, value in (sample.slots if sample else {}).items():
        if not isinstance(value, list | tuple):
            fields[f"s.{slot}"] = str(value)
            continue
        main = next((each for each, one in template.slots[slot].fields.items() if one.required), "")
        for number, row in enumerate(value):
            said = row if isinstance(row, Mapping) else {main: row}
            fields |= {f"s.{slot}.{number}.{key}": str(word) for key, word in said.items()}
    return fields | ({"link": sample.link} if sample and sample.link else {})


def _on_sheet(visit: Visit, name: str, brand: str, size: Size) -> dict[str, Any]:
    template = visit.app.studio.templates[name]
    fits = size if template.artboard(size) else template.every_size()[0]
    sample = next(iter(template.samples), "")
    shown = {"name": name, "label": template.label, "size": fits, "picture": "", "sizes": len(template.sizes)}
    if not sample:
        return shown
    try:
        digest = visit.app.drafts.digest(_of_sample(visit, name, sample, brand, fits))
    except CardError:
        return shown
    query = urlencode({"brand": brand, "size": str(fits)})
    return {**shown, "picture": f"/studio/samples/{digest[:20]}/{name}/{sample}?{query}"}


def _of_sample(visit: Visit, template: str, sample: str, brand: str, size: Size) -> CardRequest:
    found = visit.app.studio.templates[template].samples[sample]
    known = brand if brand in visit.app.studio.brands else _brand(visit, "", "")
    return CardRequest(template=template, brand=known, size=size, slots=found.slots, link=found.link, alt_text="")


def _pictures(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    everything = visit.app.drafts.pictures()
    page = int(asked) if (asked := visit.asked("page")).isascii() and asked.isdecimal() and len(asked) < 6 else 1
    first = (max(page, 1) - 1) * MOST
    return visit.show(
        "studio_pictures.html.j2", status, pictures=everything[first : first + MOST], total=len(everything),
        page=max(page, 1), pages=-(-len(everything) // MOST), wrong=wrong, side=SMALL,
    )  # fmt: skip


# --- brands, tones and sizes ---


def _brand(visit: Visit, brand: str, tone: str) -> str:
    """The kit that is asked for, in its tone; else the workspace's own, else the first."""
    kits = visit.app.studio.brands
    chosen = brand if brand in kits else visit.app.settings.coverage.brand
    chosen = chosen if chosen in kits else next(iter(kits))
    parent = kits[chosen].variant_of or chosen
    toned = f"{parent}-{tone}"
    if tone == _PLAIN:
        return parent
    return toned if toned in kits and kits[toned].variant_of == parent else chosen


def _kits(visit: Visit, brand: str) -> dict[str, Any]:
    """What the choices of brand and tone show, and which of them are chosen."""
    kits = visit.app.studio.brands
    parent = kits[brand].variant_of or brand
    tones = sorted({name.removeprefix(f"{kit.variant_of}-") for name, kit in kits.items() if kit.variant_of})
    return {
        "brands": {name: kit.name for name, kit in kits.items() if not kit.variant_of}, "brand": parent,
        "tones": tones, "tone": brand.removeprefix(f"{parent}-") if kits[brand].variant_of else _PLAIN, "kit": brand,
    }  # fmt: skip


def _size(text: str, template: Template | None) -> Size | None:
    sizes = {str(size): size for size in template.every_size()} if template else {}
    return sizes.get(text)


def _one_of(text: str, known: Mapping[str, Size], other: Size) -> Size:
    return known.get(text, other)


def _tallness(size: Size) -> tuple[float, int]:
    """The upright size of feeds first."""
    return abs(size.width / size.height - 0.8), size.width


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
