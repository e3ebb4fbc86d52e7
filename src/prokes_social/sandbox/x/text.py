"""How X reads a text: weighted length, links shortened to t.co, hashtags and mentions; text in, entities out.

Counting follows twitter-text, configuration v3 (https://docs.x.com/fundamentals/counting-characters). It is written
anew here, on purpose: the sandbox must not agree with our own counter just because both are the same code.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

LIMIT = 280
URL_LENGTH = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

#: Country domains, and the general ones that people here use; X knows some 1,400, the rest counts as plain words.
COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge "
    "gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw "
    "mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb "
    "sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk "
    "us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
GENERAL = (
    "com org net edu gov mil int info biz name pro mobi asia app dev page site online store shop blog news xyz top "
    "club "
    "live link click cloud social media health hospital clinic care life world today email digital website space tech "
    "academy agency art bio cafe center chat city community company design events expert family fit fun fund gallery "
    "games global group guide help host institute international ltd marketing network ngo ong one photo photos "
    "pictures "
    "press review school science services show solutions studio support systems team tips tools training tube "
    "university "
    "video vip web wiki work works zone"
)
TLDS = "|".join(sorted({*COUNTRIES.split(), *GENERAL.split()}, key=lambda tld: (-len(tld), tld)))

_LETTER = r"[^\W_]"
_LABEL = rf"{_LETTER}(?:[\w-]*{_LETTER})?"
_HOST_LABEL = rf"{_LETTER}(?:(?:{_LETTER}|-)*{_LETTER})?"
_TLD = rf"(?:xn--[a-z0-9-]+|{TLDS})(?![\w@])"
_PATH = r"(?:/(?:\([^\s()]*\)|[A-Za-z0-9!*';:=+,.$%\[\]~&|@_#\-/–])*(?:\([^\s()]*\)|[A-Za-z0-9=_#/+\-])|/)?"
_QUERY = r"(?:\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]*[A-Za-z0-9_&=#/\-])?"
_BEFORE = r"(?<![\w@＠$#＃./\-])"
URL = re.compile(
    rf"{_BEFORE}(?:https?://)?(?:{_LABEL}\.)*{_HOST_LABEL}\.{_TLD}(?::[0-9]+)?{_PATH}{_QUERY}",
    re.IGNORECASE,
)
HASHTAG = re.compile(r"(?<![\w&])[#＃](\w*[^\W\d_]\w*)")
MENTION = re.compile(r"(?<![\w!#$%&*@＠])[@＠](\w{1,15})\b")

_TONE = "[\U0001f3fb-\U0001f3ff]"
_PICTURE = (
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff©®™‼⁉ℹ]"
)
#: Emoji 14 and later; X's own library does not yet join them with a skin tone.
_YOUNG = "[\U0001fac3-\U0001faff]"
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    f"|{_YOUNG}"
    f"|{_PICTURE}(?:\ufe0f|{_TONE})?(?:\u200d{_PICTURE}(?:\ufe0f|{_TONE})?)*"
)


def weighted_length(text: str) -> int:
    """Any text has one; an odd host counts as the longer of its two readings."""
    text = unicodedata.normalize("NFC", text)
    total = sum(_url_length(address) for address in URL.findall(text))
    without_urls = URL.sub("", text)
    total += 2 * len(EMOJI.findall(without_urls))
    return total + sum(_weight(character) for character in EMOJI.sub("", without_urls))


def _url_length(address: str) -> int:
    """X takes what stands before an underscore in a host for plain text."""
    host = address.partition("://")[2] or address
    return URL_LENGTH + host.partition("/")[0].rfind("_") + 1


def _weight(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in LIGHT) else 2


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A text as X gives it back."""

    text: str
    entities: dict[str, list[dict[str, Any]]]


def has_url(text: str) -> bool:
    return URL.search(text) is not None


def as_shown(text: str, *, picture_address: str = "", picture_keys: tuple[str, ...] = ()) -> Shown:
    """Links become t.co, `&`, `<` and `>` are escaped, and a picture adds its own link at the end."""
    pieces: list[str] = []
    urls: list[dict[str, Any]] = []
    last = 0
    for match in URL.finditer(text):
        pieces.append(_escaped(text[last : match.start()]))
        urls.append(_url_entity(match.group(), start=sum(map(len, pieces))))
        pieces.append(urls[-1]["url"])
        last = match.end()
    pieces.append(_escaped(text[last:]))
    if picture_address:
        pieces.append(" " if text else "")
        entities = [_picture_entity(picture_address, key, start=sum(map(len, pieces))) for key in picture_keys]
        pieces.append(entities[0]["url"])
        urls += entities
    whole = "".join(pieces)
    return Shown(text=whole, entities=_without_empty({"urls": urls, **_tags(whole)}))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(address: str) -> str:
    return "https://t.co/" + hashlib.sha256(address.encode()).hexdigest()[:10]


def _url_entity(found: str, *, start: int) -> dict[str, Any]:
    expanded = found if "://" in found else f"http://{found}"
    bare = re.sub(r"^https?://(www\.)?", "", expanded, flags=re.IGNORECASE)
    short = _short(expanded)
    return {
        "start": start,
        "end": start + len(short),
        "url": short,
        "expanded_url": expanded,
        "display_url": bare if len(bare) <= 27 else bare[:26] + "…",
    }


def _picture_entity(address: str, key: str, *, start: int) -> dict[str, Any]:
    short = _short(address)
    return {
        "start": start,
        "end": start + len(short),
        "url": short,
        "expanded_url": address,
        "display_url": "pic.x.com/" + short[-10:],
        "media_key": key,
    }


def _tags(text: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "hashtags": [{"start": m.start(), "end": m.end(), "tag": m.group(1)} for m in HASHTAG.finditer(text)],
        "mentions": [{"start": m.start(), "end": m.end(), "username": m.group(1)} for m in MENTION.finditer(text)],
    }


def _without_empty(entities: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: found for name, found in entities.items() if found}
