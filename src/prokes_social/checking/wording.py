"""Word lists in, hits in a text out: which entry, as it was written, and what to write instead.

A list is a YAML file in `checking/words/`: a reason in both languages, where it comes from, and entries. With
`affixes: true` an entry also meets its Indonesian derivations: `resiko` finds `meresikokan`, and offers `merisikokan`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import sentences, texts, without_addresses
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path
from prokes_social.problem import Severity

_PREFIXES = r"(?:(?:meng|meny|mem|men|me|peng|peny|pem|pen|per|pe|ber|be|ter|di|ke|se)){0,2}"
_SUFFIXES = r"(?:kan|an|i)?(?:nya|lah|kah|ku|mu|pun)?"
_CLAIM = re.compile(r"(?<!\w)(?:klaim|hoaks|hoax|mitos|keliru|tidak benar)(?!\w)", re.IGNORECASE)


class Reason(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    en: str


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    find: tuple[str, ...]
    use: str = ""
    whole: bool = False  #: no derivations, even in a list with affixes
    exact_case: bool = False
    mild: bool = False  #: a warning even where the list means errors
    unless_after: tuple[str, ...] = ()  #: words before it that turn its meaning round: "tidak perlu panik"
    reason: Reason | None = None
    source: str = ""


class WordList(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    source: str
    affixes: bool = False
    not_in_claims: bool = False  #: a sentence that refutes a claim may quote it
    unless_after: tuple[str, ...] = ()
    entries: tuple[Entry, ...]

    @cached_property
    def by_words(self) -> Mapping[str, Entry]:
        return {_key(words, entry.exact_case): entry for entry in self.entries for words in entry.find}

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        derived = [w for e in self.entries for w in e.find if self.affixes and not e.whole]
        exact = [w for e in self.entries for w in e.find if e.exact_case]
        whole = [w for e in self.entries for w in e.find if (e.whole or not self.affixes) and not e.exact_case]
        kinds = ((derived, _PREFIXES, _SUFFIXES, re.IGNORECASE), (whole, "", "", re.IGNORECASE), (exact, "", "", 0))
        return tuple(_pattern(words, before, after, flags) for words, before, after, flags in kinds if words)


@dataclass(frozen=True)
class Hit:
    entry: Entry
    reason: Reason
    found: str
    instead: str


@cache
def word_list(name: str) -> WordList:
    text = files("prokes_social.checking").joinpath(f"words/{name}.yaml").read_text("utf-8")
    return WordList.model_validate(yaml.safe_load(text))


def hits(text: str, name: str) -> list[Hit]:
    """Each different word once, in the order of the text; hashtags, names with @ and addresses are left alone."""
    words = word_list(name)
    plain = without_addresses(text)
    found: dict[str, tuple[int, Hit]] = {}
    for match in (match for pattern in words.patterns for match in pattern.finditer(plain)):
        hit = _hit(words, match)
        if hit and not _turned_round(plain[: match.start()], words, hit.entry) and not _quoted(plain, match, words):
            found.setdefault(hit.found.lower(), (match.start(), hit))
    return [hit for _position, hit in sorted(found.values(), key=lambda each: each[0])]


def findings(campaign: Campaign, name: str, *, otherwise: Bilingual) -> Iterator[Finding]:
    """One finding for each different word in each text; `otherwise` is the remedy where a list offers no other word."""
    for text in texts(campaign):
        for hit in hits(text.words, name):
            yield finding(text.path, hit, otherwise=otherwise)


def finding(path: Path, hit: Hit, *, otherwise: Bilingual) -> Finding:
    what = Bilingual(f"“{hit.found}”: {hit.reason.id}", f"“{hit.found}”: {hit.reason.en}")
    better = Bilingual(f"Lebih baik: “{hit.instead}”.", f"Better: “{hit.instead}”.")
    remedy = better if hit.instead else otherwise
    severity = Severity.WARNING if hit.entry.mild else None
    return Finding(path=path, what=what, remedy=remedy, near=hit.found, severity=severity)


def _pattern(words: list[str], before: str, after: str, flags: int) -> re.Pattern[str]:
    # Longest first, so that "hand sanitizer gel" is not cut short by "hand sanitizer".
    either = "|".join(_flexible(each) for each in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w#@-])({before})({either})({after})(?![\w-])", flags)


def _flexible(words: str) -> str:
    """A space in an entry also meets a hyphen and a line break."""
    return r"(?:\s+|-)".join(re.escape(word) for word in words.split())


def _key(words: str, exact_case: bool = False) -> str:
    folded = " ".join(re.split(r"[\s-]+", words))
    return folded if exact_case else folded.lower()


def _hit(words: WordList, match: re.Match[str]) -> Hit | None:
    prefix, core, suffix = match.groups()
    entry = words.by_words.get(_key(core, exact_case=True)) or words.by_words.get(_key(core))
    if entry is None:
        return None
    instead = prefix.lower() + entry.use + suffix.lower() if entry.use else ""
    return Hit(entry=entry, reason=entry.reason or words.reason, found=match[0], instead=instead)


def _turned_round(before: str, words: WordList, entry: Entry) -> bool:
    """Whether a word just before it, `tidak 100 % aman`, makes it say the opposite."""
    nearest = " ".join(re.findall(r"\w+", re.split(r"[.!?:\n]", before.lower())[-1])[-4:])
    turning = (*words.unless_after, *entry.unless_after)
    return any(re.search(rf"(?<!\w){re.escape(word)}(?:\s+\w+)?$", nearest) for word in turning)


def _quoted(text: str, match: re.Match[str], words: WordList) -> bool:
    if not words.not_in_claims:
        return False
    return any(match[0] in sentence and _CLAIM.search(sentence) for sentence in sentences(text))
