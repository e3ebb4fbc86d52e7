"""Campaign: what a campaign file says, in the words of the file; positions in the file travel beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo, WithJsonSchema

from prokes_social.clock import ZONES, duration
from prokes_social.model.platform import Limits
from prokes_social.problem import Place

T = TypeVar("T")
Path = tuple[str | int, ...]  #: keys and list positions from the top of the file, e.g. ("messages", 0, "text")

#: Groups a send may name beside accounts, platforms and units.
OFFICIAL, LEADERS, STAFF = "official", "leaders", "staff"
GROUPS = (OFFICIAL, LEADERS, STAFF)

WEEKDAYS = {
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "minggu": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
EVERY_DAY = ("hari", "setiap hari", "day")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)(?:[.:]([0-5]\d))?")


class Strict(BaseModel):
    """The base of everything that is read from text: frozen, and no key goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, order=True)
class WallTime:
    """A date and a time on the wall, in a zone that the send, campaign or unit decides; never an instant by itself."""

    day: date
    at: time

    def instant(self, zone: ZoneInfo) -> datetime:
        """The aware UTC instant of this wall time in `zone`."""
        return datetime.combine(self.day, self.at, tzinfo=zone).astimezone(UTC)

    @classmethod
    def parse(cls, text: str) -> "WallTime":
        """What `str` makes of one. Raises ValueError."""
        day, _, at = text.partition(" ")
        return cls(date.fromisoformat(day), parse_clock(at))

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.at.strftime('%H.%M.%S' if self.at.second else '%H.%M')}"


@dataclass(frozen=True)
class Every:
    """A weekly rhythm: the days of the week (Monday is 0) and the time."""

    weekdays: frozenset[int]
    at: time


def parse_date(value: Any) -> Any:
    """`2026-11-22`, nothing else: 03/04/2026 means two days to two readers."""
    if not isinstance(value, str):
        return value
    try:
        # fromisoformat alone would also take 20261122 and 2026-W47-7.
        return date.fromisoformat(value.strip() if _DATE.fullmatch(value.strip()) else "")
    except ValueError as error:
        raise ValueError("date") from error


def parse_clock(text: str, presets: Mapping[str, time] | None = None) -> time:
    """`19.30`, `19:30`, `19.30.05`, or the name of one of the workspace's presets. Raises ValueError."""
    if presets and text.strip().lower() in presets:
        return presets[text.strip().lower()]
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError("clock")
    return time(int(match[1]), int(match[2]), int(match[3] or 0))


def _presets(info: ValidationInfo) -> Mapping[str, time]:
    """The hours with a name in the workspace's settings, handed in when a file is read."""
    presets: Mapping[str, time] = (info.context or {}).get("presets", {})
    return presets


def parse_wall_time(value: Any, info: ValidationInfo) -> Any:
    """`2026-11-23 19.30`, `2026-11-23 malam`."""
    if not isinstance(value, str):
        return value
    day, _, at = value.strip().replace("T", " ").partition(" ")
    return WallTime(parse_date(day), parse_clock(at, _presets(info)))


def parse_every(value: Any, info: ValidationInfo) -> Any:
    """`senin 07.30`, `senin, kamis 07.30`, `setiap hari 07.30`."""
    if not isinstance(value, str):
        return value
    days, _, at = value.strip().lower().rpartition(" ")
    days = days.removesuffix(" pukul").strip()
    if days in EVERY_DAY:
        return Every(frozenset(range(7)), parse_clock(at, _presets(info)))
    names = [name for name in re.split(r"[,\s]+|\bdan\b|\band\b", days) if name]
    if not names or any(name not in WEEKDAYS for name in names):
        raise ValueError("weekday")
    return Every(frozenset(WEEKDAYS[name] for name in names), parse_clock(at, _presets(info)))


def _parse_window(value: Any) -> Any:
    try:
        return duration(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("window") from error


def parse_share(value: Any) -> Any:
    """`60 %`; a bare 60 could as well be people."""
    if not isinstance(value, str):
        return value
    if not (found := re.fullmatch(r"(\d{1,3})\s?%", value.strip())):
        raise ValueError("share")
    return int(found[1])


def _parse_zone(value: Any) -> Any:
    if isinstance(value, str) and value.strip().upper() not in ZONES:
        raise ValueError("zone")
    return value.strip().upper() if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _text_schema(pattern: str, example: str) -> WithJsonSchema:
    # Written by hand: pydantic's own `format: time` refuses 19:30, which people write.
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


ID_FORM = r"^[a-z0-9][a-z0-9-]{0,63}$"
URL_FORM = r"^https?://\S+$"
HASHTAG_FORM = r"^#?\w+$"
PIXELS_FORM = r"^\d+x\d+$"

#: An hour, or a word that the workspace gave to one.
_HOUR = r"(([01]?\d|2[0-3])[.:][0-5]\d([.:][0-5]\d)?|[a-z][a-z-]*)"
Id = Annotated[str, Field(pattern=ID_FORM, examples=["cuci-tangan"])]
Day = Annotated[date, BeforeValidator(parse_date), _text_schema(r"^\d{4}-\d{2}-\d{2}$", "2026-11-23")]
At = Annotated[
    WallTime,
    BeforeValidator(parse_wall_time),
    _text_schema(rf"^\d{{4}}-\d{{2}}-\d{{2}}[ T]{_HOUR}$", "2026-11-23 07.30"),
]
Rhythm = Annotated[Every, BeforeValidator(parse_every), _text_schema(rf"^.+ {_HOUR}$", "senin, kamis 07.30")]
Window = Annotated[timedelta, BeforeValidator(_parse_window), _text_schema(r"^\d+([.,]\d+)? ?[A-Za-z]+", "30 menit")]
Zone = Annotated[Literal["WIB", "WITA", "WIT"], BeforeValidator(_parse_zone)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Link = Annotated[str, Field(pattern=URL_FORM, examples=["https://www.kemkes.go.id/"])]
Pixels = Annotated[str, Field(pattern=PIXELS_FORM, examples=["1080x1350"])]
Share = Annotated[
    int,
    BeforeValidator(parse_share),
    Field(ge=1, le=100),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3} ?%$", "examples": ["60 %"]}),
]
Targets = Annotated[
    tuple[Words, ...],
    Field(min_length=1),
    BeforeValidator(_as_list),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "examples": [OFFICIAL],
        }
    ),
]
Hashtag = Annotated[str, Field(pattern=HASHTAG_FORM, examples=["AgenProkes"])]


# The descriptions are shown by editors while people write a campaign (campaigns/schema.json).


class Source(Strict):
    """Where a claim comes from, when it was checked, until when it holds."""

    id: Id = Field(description="Nama pendek sumber ini; disebut oleh pesan.")
    title: Words = Field(description="Judul dokumen atau halaman, dengan nama lembaganya.")
    url: Link = Field(description="Alamat lengkap halaman sumber.")
    checked_on: Day = Field(description="Tanggal isi sumber terakhir diperiksa.")
    valid_until: Day = Field(description="Sampai tanggal ini isinya dianggap berlaku; sesudahnya pesan tidak dikirim.")


class CardSpec(Strict):
    """The picture of a message: a template, what fills its slots, and what it says to those who can't see it."""

    template: Id = Field(description="Templat kartu.", examples=["announcement"])
    slots: Mapping[str, Any] = Field(default_factory=dict, description="Isi kartu; tiap templat punya isian sendiri.")
    alt: str = Field(default="", description="Teks alternatif bagi yang tidak dapat melihat gambar.")
    tone: Id | None = Field(
        default=None, description="Varian identitas visual untuk kartu ini, misalnya dark.", examples=["dark"]
    )
    sizes: Mapping[str, Pixels] = Field(default_factory=dict, description="Ukuran kartu untuk tiap platform.")


class Message(Strict):
    id: Id = Field(description="Nama pendek pesan ini; disebut oleh jadwal.")
    text: Words = Field(description="Teks pesan seperti yang akan tayang.")
    variants: Mapping[str, Words] = Field(
        default_factory=dict, description="Teks pengganti untuk satu platform (x, facebook, instagram) atau kelompok."
    )
    captions: tuple[Words, ...] = Field(
        default=(), description="Pilihan teks lain bagi pegawai yang membagikan pesan ini dari akun sendiri."
    )
    card: CardSpec | None = Field(default=None, description="Kartu bergambar untuk pesan ini.")
    link: Link | None = Field(default=None, description="Tautan pesan ini; tampil sebagai kode QR di kartu.")
    hashtags: tuple[Hashtag, ...] | None = Field(
        default=None, description="Tagar pesan ini, menggantikan tagar kampanye."
    )
    sources: tuple[Id, ...] = Field(default=(), description="Sumber yang mendukung isi pesan.")


class Between(NamedTuple):
    """First and last day, both included; in a file `[2026-11-23, 2026-12-31]`."""

    first: Day
    last: Day


class After(Strict):
    """The wave that goes first, and what share of it must have said that they shared before the next one opens."""

    send: Id = Field(description="Jadwal yang gelombangnya didahulukan.", examples=["pimpinan-dahulu"])
    share: Share = Field(description="Berapa persen yang menyatakan sudah membagikan.")


class Send(Strict):
    """One line of a schedule: to whom, when, and how long it may wait."""

    id: Id = Field(description="Nama pendek jadwal ini.", examples=["senin-pagi"])
    message: Id = Field(description="Pesan yang dikirim.")
    to: Targets = Field(description="Penerima: official, leaders, staff, atau nama akun, platform, atau unit.")
    at: At | None = Field(default=None, description="Sekali, pada tanggal dan jam ini.")
    every: Rhythm | None = Field(default=None, description="Berulang, pada hari dan jam ini.")
    between: Between | None = Field(default=None, description="Hari pertama dan terakhir pengulangan.")
    except_: tuple[Day, ...] = Field(default=(), alias="except", description="Tanggal yang dilewati.")
    window: Window | None = Field(default=None, description="Berapa lama kiriman boleh menunggu bila ada hambatan.")
    zone: Zone | None = Field(default=None, description="Zona waktu jadwal ini.")
    after: After | None = Field(
        default=None,
        description="Untuk leaders dan staff: dibuka begitu gelombang lain mencapai bagiannya, paling lambat "
        "pada jamnya.",
    )

    def occasions(self, starts_on: date, ends_on: date) -> Iterator[WallTime]:
        """Every wall time this send asks for, in order; `between` defaults to the campaign's dates."""
        if self.at is not None:
            yield self.at
        if self.every is None:
            return
        first, last = (self.between.first, self.between.last) if self.between else (starts_on, ends_on)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            if day.weekday() in self.every.weekdays and day not in self.except_:
                yield WallTime(day, self.every.at)


class Silence(Strict):
    """A rule set aside on purpose; the reason is kept and shown."""

    rule: Id = Field(description="Kode aturan yang dikesampingkan.", examples=["wording-jargon"])
    message: Id | None = Field(default=None, description="Hanya untuk pesan ini.")
    reason: Annotated[str, Field(min_length=10)] = Field(description="Alasannya; disimpan dan ditampilkan.")


class Campaign(Strict):
    """A named effort with an aim, dates and messages."""

    id: Id = Field(description="Nama pendek kampanye; tidak berubah lagi setelah dipakai.")
    title: Words = Field(description="Judul kampanye.", examples=["Agen disiplin prokes"])
    purpose: Words = Field(
        description="Tujuan kampanye dalam satu kalimat.", examples=["Warga tahu cara mencegah penularan"]
    )
    owner: Words = Field(description="Unit yang bertanggung jawab.", examples=["Dinas Komunikasi dan Informatika"])
    brand: Id = Field(description="Identitas visual kartu.", examples=["nusa-raya"])
    language: Literal["id", "en"] = Field(default="id", description="Bahasa pesan.")
    zone: Zone | None = Field(default=None, description="Zona waktu seluruh jadwal.")
    starts_on: Day = Field(description="Hari pertama kampanye.")
    ends_on: Day = Field(description="Hari terakhir kampanye.")
    link: Link | None = Field(default=None, description="Tautan kampanye, bagi pesan tanpa tautan sendiri.")
    hashtags: tuple[Hashtag, ...] = Field(default=(), description="Tagar kampanye, tanpa tanda #.")
    sources: tuple[Source, ...] = Field(default=(), description="Sumber resmi yang dipakai pesan.")
    messages: tuple[Message, ...] = Field(min_length=1, description="Pesan-pesan kampanye.")
    sends: tuple[Send, ...] = Field(default=(), description="Jadwal: pesan apa, kepada siapa, kapan.")
    silence: tuple[Silence, ...] = Field(default=(), description="Aturan yang dikesampingkan dengan alasan.")

    def message(self, message_id: str) -> Message:
        return next(message for message in self.messages if message.id == message_id)

    def brand_of(self, card: CardSpec) -> str:
        """The name of the kit that a card is drawn with; a variant of a kit is a kit of its own."""
        return f"{self.brand}-{card.tone}" if card.tone else self.brand

    def link_of(self, message: Message) -> str | None:
        return message.link or self.link

    def text_for(self, message: Message, platform: str, limits: Limits) -> str:
        """The text exactly as it goes to the platform: variant, hashtags, and the link where it costs nothing."""
        text = message.variants.get(platform, message.text)
        return self._finished(message, text, self.link_of(message) if limits.appends_link else None)

    def captions_for(self, message: Message, audience: str) -> tuple[str, ...]:
        """What a staff member may choose from, with hashtags; the link is added where it is shared."""
        texts = (message.variants.get(audience, message.text), *message.captions)
        return tuple(dict.fromkeys(self._finished(message, text, None) for text in texts))

    def _finished(self, message: Message, text: str, link: str | None) -> str:
        text = text.strip()
        tags = self.hashtags if message.hashtags is None else message.hashtags
        missing = [tag for tag in ("#" + tag.lstrip("#") for tag in tags) if not _has_tag(text, tag)]
        parts = [text, link if link and link not in text else None, " ".join(missing)]
        return "\n\n".join(part for part in parts if part)


def _has_tag(text: str, tag: str) -> bool:
    # Whole tags: #Prokes is not yet said by #ProkesNusaRaya.
    return re.search(rf"{re.escape(tag)}(?!\w)", text, re.IGNORECASE) is not None


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where a value stands in its file: first and last position, counted from 0 in characters of the text."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Loaded(Generic[T]):
    """A noun read from a text file, with the place of each of its parts."""

    value: T
    file: str  #: as the person named it, for messages
    text: str
    spans: Mapping[Path, Span] = field(repr=False)
    keys: Mapping[Path, Span] = field(default_factory=dict, repr=False)  #: where the key of each path stands
    #: Paths that could not be read and hold a stand-in, so that the rest can still be checked; empty in a sound file.
    stand_ins: frozenset[Path] = field(default=frozenset(), repr=False)

    def place(self, path: Path, near: str = "") -> Place:
        """The place of the value at `path`, or of its nearest parent; `near` points at words inside it."""
        while path and path not in self.spans:
            path = path[:-1]
        span = self.spans.get(path, Span(start=0, end=len(self.text)))
        return self.place_at(_find_words(self.text, near, span) if near else span.start)

    def place_of_key(self, path: Path) -> Place:
        """The place of the key that leads to `path`; of the value where the file has no such key."""
        return self.place_at(self.keys[path].start) if path in self.keys else self.place(path)

    def place_at(self, index: int) -> Place:
        return place_in(self.text, self.file, index)

    def is_guess(self, path: Path) -> bool:
        """Whether the value at `path` is a stand-in or part of one."""
        return any(path[:length] in self.stand_ins for length in range(len(path) + 1))


def place_in(text: str, file: str, index: int) -> Place:
    """Line and column of the character at `index`."""
    line_start = text.rfind("\n", 0, index) + 1
    line_end = text.find("\n", index)
    excerpt = text[line_start : line_end if line_end >= 0 else len(text)]
    return Place(file=file, line=text.count("\n", 0, index) + 1, column=index - line_start + 1, excerpt=excerpt)


def _find_words(text: str, words: str, span: Span) -> int:
    """Whole words first, so that `antri` is not found inside `mengantri`; YAML may fold a space into a line break."""
    folded = r"\s+".join(re.escape(word) for word in words.split())
    for pattern in (rf"(?<!\w){folded}(?!\w)", folded):
        if match := re.compile(pattern).search(text, span.start, span.end):
            return match.start()
    return span.start
