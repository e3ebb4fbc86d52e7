"""A text in; its length as X counts it, and whether X sees a link in it, out.

X's rules are twitter-text, configuration v3: 280 weighted characters, after NFC; Latin and common punctuation weigh 1,
everything else 2, an emoji 2 however many code points it has, a link 23 however long it is
(https://docs.x.com/fundamentals/counting-characters, read 2026-11). Where we can't be sure to agree with X about
where a link begins or ends, we count higher, never lower: X refuses a text that is too long at the due time.
"""

import re
import unicodedata
from collections.abc import Iterator, Set
from functools import cache

import emoji
from linkify_it.tlds import TLDS

LINK = 23
#: Code points that weigh 1.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
#: X's own list of emoji ends with this version of Unicode; sequences that are younger count by their parts.
_YOUNGEST_EMOJI = 12

#: On the registry's list, but not on X's.
_UNKNOWN_TO_X = frozenset({"amazon", "spa"})
#: On X's list, though the registry has withdrawn them.
_KNOWN_TO_X_ONLY = (
    "active|aigo|an|bl|blanco|bnl|boots|bq|cartier|chloe|chrysler|dodge|doha|doosan|duns|eh|epost|esurance|everbank|"
    "flsmidth|goodhands|honeywell|htc|iinet|intel|iselect|iwc|jlc|ladbrokes|lancome|liaison|mcd|mcdonalds|meo|metlife|"
    "mf|mobily|montblanc|mopar|movistar|mtpc|mutuelle|nadex|onion|orientexpress|pamperedchef|panerai|piaget|"
    "rightathome|sapo|scor|spiegel|srt|starhub|statoil|symantec|telecity|telefonica|tp|uconnect|um|vista|vistaprint|"
    "warman|xperia|zippo"
)

_PATH = r"[a-z0-9!*';:=+,.$/%#\[\]\-–_~@|&]"
_IN_PARENTHESES = rf"\({_PATH}+\)"
_PATH_END = rf"(?:[a-z0-9+\-=_#/]|{_IN_PARENTHESES})"
_AFTER_AT = re.compile(r"@[a-z0-9][a-z0-9.\-]*", re.IGNORECASE | re.ASCII)
_QUERY = r"[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]"


def weighted_length(text: str) -> int:
    """How many of the 280 characters X counts; where X's view of a link is uncertain, the higher number."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    weight, rest = 0, 0
    for link in _plain_links().finditer(text):
        weight += _weigh_between(text[rest : link.start(1)]) + LINK
        rest = link.end()
    return weight + _weigh_between(text[rest:])


def has_link(text: str) -> bool:
    """Whether X may see a link, a bare `foo.com` included; in doubt yes, for a link costs more."""
    return bool(_possible_link().search(_without_mail(text)))


def _weigh_between(text: str) -> int:
    """Text without a link that is sure, but perhaps with odd ones: each may weigh 23 in place of its shortest form."""
    possible = (max(0, LINK - 2 - len(each[1] or "..")) for each in _possible_link().finditer(_without_mail(text)))
    return sum(_weigh_characters(text)) + sum(possible)


def _without_mail(text: str) -> str:
    """X makes no link of what follows an @."""
    return _AFTER_AT.sub("@", text)


def _weigh_characters(text: str) -> Iterator[int]:
    rest = 0
    for found in emoji.emoji_list(text):
        if emoji.EMOJI_DATA[found["emoji"]]["E"] > _YOUNGEST_EMOJI:
            continue
        yield from map(_weigh_character, text[rest : found["match_start"]])
        yield 2
        rest = found["match_end"]
    yield from map(_weigh_character, text[rest:])


def _weigh_character(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _LIGHT) else 2


@cache
def _plain_links() -> re.Pattern[str]:
    """Links that everybody sees alike, in group 1: ASCII hosts after a space and opening marks, with a known ending."""
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    # X's own t.co is left out, for X cuts what follows its code.
    host = rf"(?!t\.co\b)(?:{label}\.){{1,8}}(?:{_endings(without=_UNKNOWN_TO_X)})(?![a-z0-9@+\-_]|\.[^\s.])"
    port = r"(?::[0-9]{1,5}(?![0-9]))"
    path = rf"/(?:(?:{_PATH}|{_IN_PARENTHESES}){{0,2000}}{_PATH_END})?"
    query = rf"(?:\?{_QUERY}{{0,2000}}[a-z0-9\-_&=#/])"
    with_protocol = f"https?://{host}{port}?(?:{path})?{query}?"
    bare = f"{host}(?:{port}?{path}{query}?)?"  # X takes a query only after a path here
    return re.compile(rf"(?<!\S)[(\[\"'“‘]{{0,2}}({with_protocol}|{bare})", re.IGNORECASE | re.ASCII)


@cache
def _possible_link() -> re.Pattern[str]:
    """A dot and a known ending, ASCII in group 1 or another script: the least that X could take for a link."""
    known = rf"{_endings()}|{_KNOWN_TO_X_ONLY}|xn--[a-z0-9-]+"
    return re.compile(rf"(?<=[^\s.])\.(?:({known})(?![a-z0-9@+\-])|[^\W\da-z_])", re.IGNORECASE)


def _endings(without: Set[str] = frozenset()) -> str:
    chosen = (each for each in TLDS if each.isascii() and each.lower() not in without)
    return "|".join(sorted(chosen, key=len, reverse=True))
