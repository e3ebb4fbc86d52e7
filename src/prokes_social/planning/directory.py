"""The office's list and the people who are known in; what importing it would change out. Touches nothing outside.

Whoever is found again is found by the digest of the NIP, by contact and name, by name and unit where that is one
person and one row, and last by the contact alone, for a name may gain a title. Two NIPs are always two people.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prokes_social.model.account import Unit
from prokes_social.model.staff import Purpose
from prokes_social.model.staff_list import Change, Kind, Known, PaperAnswer, Said, StaffEntry, StaffPlan

#: The digests of a text under each key, the newest first.
Digests = Callable[[str], tuple[str, ...]]

#: How a digest begins: what it was made of.
BY_NIP, BY_CONTACT, BY_NAME = "n:", "c:", "u:"


def compare(
    entries: Sequence[StaffEntry], known: Sequence[Known], answers: Mapping[tuple[int, Purpose], Said],
    digests: Digests, units: Sequence[Unit] = (),
) -> StaffPlan:  # fmt: skip
    matcher = _Matcher(known=known, digests=digests)
    matcher.match(entries)
    unclear = tuple(entry for entry in entries if matcher.is_unclear(entry))
    rows = {entry.row for entry in unclear}
    changes = tuple(
        _change(entry, matcher.found.get(entry.row), answers, digests) for entry in entries if entry.row not in rows
    )
    keys = {(entry.name.casefold(), entry.unit_id) for entry in unclear}
    missing = (each for each in known if each.id not in matcher.used and not each.has_left)
    return StaffPlan(
        changes=changes,
        missing=tuple(each for each in missing if _name_key(each) not in keys),
        unclear=unclear,
        units=tuple(units),
        released=tuple(_released(changes, known)),
        photos_without_consent=sum(_lacks_consent(entry, matcher.found.get(entry.row), answers) for entry in entries),
    )


def mark_of(*, name: str, unit_id: str, contact: str = "", nip: str = "") -> str:
    """The text whose digest a person is known by, with what it is made of in front: the strongest there is."""
    if nip:
        return BY_NIP + nip
    return BY_CONTACT + contact if contact else BY_NAME + f"{unit_id}\n{name.casefold()}"


def digest_of(mark: str, digests: Digests) -> str:
    """As it is stored, by the newest key."""
    return mark[:2] + digests(mark)[0]


@dataclass(kw_only=True)
class _Matcher:
    """Finds each entry's person; a person is found once."""

    known: Sequence[Known]
    digests: Digests
    found: dict[int, Known] = field(default_factory=dict)  #: by row
    used: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_mark = {each.known_by: each for each in self.known if each.known_by}
        self._by_contact, self._by_name = defaultdict[str, list[Known]](list), defaultdict[object, list[Known]](list)
        for each in self.known:
            self._by_name[_name_key(each)].append(each)
            if each.contact:
                self._by_contact[each.contact].append(each)

    def match(self, entries: Sequence[StaffEntry]) -> None:
        for find in (self._by_nip, self._by_contact_and_name):
            for entry in self._open(entries):
                self._take(entry, find(entry))
        by_name = defaultdict[object, list[StaffEntry]](list)
        for entry in self._open(entries):
            by_name[_name_key(entry)].append(entry)
        for key, several in by_name.items():
            people = self._candidates(self._by_name[key], several[0])
            if len(several) == 1 and len(people) == 1:
                self._take(several[0], people[0])
        for entry in self._open(entries):
            self._take(entry, self._by_contact_alone(entry))

    def is_unclear(self, entry: StaffEntry) -> bool:
        """Several people of this name are in the unit, and the row has nothing that tells which of them it is."""
        return (
            entry.row not in self.found
            and not (entry.nip or entry.contact)
            and bool(self._candidates(self._by_name[_name_key(entry)], entry))
        )

    def _open(self, entries: Iterable[StaffEntry]) -> list[StaffEntry]:
        return [entry for entry in entries if entry.row not in self.found]

    def _take(self, entry: StaffEntry, person: Known | None) -> None:
        if person is not None:
            self.found[entry.row] = person
            self.used.add(person.id)

    def _by_nip(self, entry: StaffEntry) -> Known | None:
        if not entry.nip:
            return None
        marks = (BY_NIP + each for each in self.digests(BY_NIP + entry.nip))
        return next((self._by_mark[mark] for mark in marks if mark in self._by_mark), None)

    def _by_contact_and_name(self, entry: StaffEntry) -> Known | None:
        people = self._candidates(self._by_contact.get(entry.contact, ()), entry)
        return next((each for each in people if each.name.casefold() == entry.name.casefold()), None)

    def _by_contact_alone(self, entry: StaffEntry) -> Known | None:
        """A number that belonged to somebody who left may be another person's now."""
        people = self._candidates(self._by_contact.get(entry.contact, ()), entry)
        return next((each for each in people if not each.has_left), None)

    def _candidates(self, people: Iterable[Known], entry: StaffEntry) -> list[Known]:
        """Who is free, and known by no other NIP; those who left only where nobody else is there."""
        free = [
            each
            for each in people
            if each.id not in self.used and not (entry.nip and (each.known_by or "").startswith(BY_NIP))
        ]
        return [each for each in free if not each.has_left] or free


def _change(
    entry: StaffEntry, before: Known | None, answers: Mapping[tuple[int, Purpose], Said], digests: Digests
) -> Change:
    said = tuple(_new_answers(entry, before, answers))
    after = _after(entry, before, digests, takes_photo=_may_take_photo(entry, before, answers))
    if before is None:
        return Change(kind=Kind.NEW, row=entry.row, before=None, after=after, answers=said)
    fields = tuple(
        name
        for name in ("name", "unit_id", "leader", "contact", "languages", "photo", "has_left")
        if getattr(before, name) != getattr(after, name)
    )
    kind = Kind.MOVED if "unit_id" in fields else Kind.CHANGED if fields or said else Kind.SAME
    other = bool(before.contact) and "contact" in fields and not entry.nip
    return Change(
        kind=kind, row=entry.row, before=before, after=after, fields=fields, answers=said, other_contact=other
    )


def _after(entry: StaffEntry, before: Known | None, digests: Digests, *, takes_photo: bool) -> Known:
    """Where a cell is empty, what was known stays."""
    was = before or Known(id=0, name="", unit_id="")
    contact = entry.contact or was.contact
    known_by = was.known_by
    if entry.nip or not (known_by or "").startswith(BY_NIP):
        mark = mark_of(name=entry.name, unit_id=entry.unit_id, contact=contact, nip=entry.nip)
        known_by = digest_of(mark, digests)
    return Known(
        id=was.id,
        name=entry.name,
        unit_id=entry.unit_id,
        leader=was.leader if entry.leader is None else entry.leader,
        contact=contact,
        languages=entry.languages or was.languages,
        photo=entry.photo if entry.photo and takes_photo else was.photo,
        known_by=known_by,
    )


def _new_answers(
    entry: StaffEntry, before: Known | None, answers: Mapping[tuple[int, Purpose], Said]
) -> Iterator[tuple[Purpose, PaperAnswer]]:
    for purpose, paper in ((Purpose.LINK, entry.consent), (Purpose.PHOTO, entry.photo_consent)):
        if paper is not None and _counts(paper, answers.get((before.id, purpose)) if before else None):
            yield purpose, paper


def _counts(paper: PaperAnswer, last: Said | None) -> bool:
    """What people said themselves stands until they sign a form on a later day; an old list brings nothing back."""
    if last is None:
        return paper.given
    if paper.given == last.given:
        return False
    return paper.on is not None and paper.on > last.on if paper.given else not last.by_person


def _may_take_photo(entry: StaffEntry, before: Known | None, answers: Mapping[tuple[int, Purpose], Said]) -> bool:
    """A photograph is kept of nobody who did not agree to anything, or who said no to something."""
    agreed = [_agreed(paper, last) for last, paper in _answers(entry, before, answers)]
    return any(agreed) and False not in agreed


def _agreed(paper: PaperAnswer | None, last: Said | None) -> bool | None:
    """What holds once the list is imported; None where nobody asked."""
    if last is None:
        return paper.given if paper else None
    return paper.given if paper and _counts(paper, last) else last.given


def _answers(
    entry: StaffEntry, before: Known | None, answers: Mapping[tuple[int, Purpose], Said]
) -> Iterator[tuple[Said | None, PaperAnswer | None]]:
    for purpose, paper in ((Purpose.LINK, entry.consent), (Purpose.PHOTO, entry.photo_consent)):
        yield (answers.get((before.id, purpose)) if before else None), paper


def _lacks_consent(entry: StaffEntry, before: Known | None, answers: Mapping[tuple[int, Purpose], Said]) -> bool:
    """Nobody asked yet. Who said no is not told: that stays theirs."""
    return bool(entry.photo) and not any(last or paper for last, paper in _answers(entry, before, answers))


def _released(changes: Iterable[Change], known: Iterable[Known]) -> Iterator[int]:
    """Whose digest somebody else is known by from now on: two people who swapped their numbers."""
    holders = {each.known_by: each.id for each in known if each.known_by}
    for change in changes:
        holder = holders.get(change.after.known_by or "")
        if holder is not None and holder != change.after.id:
            yield holder


def _name_key(who: StaffEntry | Known) -> tuple[str, str]:
    return who.name.casefold(), who.unit_id
