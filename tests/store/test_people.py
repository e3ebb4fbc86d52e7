"""Taking the office's list in, on each database: who is found again, who is new, and what stays as it was."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prokes_social.app import App, workspace
from prokes_social.app.staff import Preview
from prokes_social.errors import AlreadyMoved
from prokes_social.keys import new_key
from prokes_social.model.account import Unit
from prokes_social.model.staff import WORDING_VERSIONS, Purpose, StaffMember
from prokes_social.model.staff_list import Kind
from prokes_social.settings import load_settings
from prokes_social.store import Store, accounts, consents, directory, offers, people
from tests.conftest import SetClock
from tests.factories import put_wave
from tests.staff import write_photo

NIP, OTHER_NIP = "198803122011012004", "199001012015021001"
HEADS = "nama;nip;unit;kontak;persetujuan;foto;izin foto;pimpinan"


class Office:
    """A workspace on one of the databases, and its list."""

    def __init__(self, folder: Path, store: Store) -> None:
        workspace.make(folder, {})
        self.folder, self.store, self.clock, self.keys = folder, store, SetClock(), [new_key()]
        self.app = self.opened()
        with store.write() as tx:
            for unit in ("dinkes", "kominfo"):
                accounts.put_unit(tx, Unit(id=unit, name=unit.title(), zone="WITA"))

    def opened(self) -> App:
        environment = {
            "PROKES_HOME": str(self.folder), "PROKES_DATABASE_URL": self.store.url, "PROKES_KEY": " ".join(self.keys),
        }  # fmt: skip
        return App(load_settings(environment), self.clock)

    def look(self, *rows: str) -> Preview:
        path = self.folder / "pegawai.csv"
        path.write_text("\n".join([HEADS, *rows]), encoding="utf-8")
        return self.app.staff.preview(path)

    def take_in(self, *rows: str, mark_left: bool = False) -> list[Kind]:
        preview = self.look(*rows)
        assert preview.problems == []
        self.app.staff.take_in(preview, by="Ayu", mark_left=mark_left)
        return [change.kind for change in preview.plan.changes]

    def people(self) -> list[StaffMember]:
        return sorted(self.app.staff.listing(), key=lambda each: each.id)

    def agreed(self, number: int, purpose: Purpose = Purpose.LINK) -> bool | None:
        with self.store.read() as tx:
            return consents.answers(tx, purpose, [number]).get(number)

    def holds(self, numbers: list[int]) -> tuple[dict[int, bool], list[bool | None], list[bool]]:
        """What each of the questions about consent to links says of these people."""
        with self.store.read() as tx:
            said = [consents.current(tx, each).get(Purpose.LINK) for each in numbers]
            return (
                consents.answers(tx, Purpose.LINK, numbers),
                [each and each.given for each in said],
                [consents.agrees(tx, each, Purpose.LINK) for each in numbers],
            )

    def says(self, number: int, purpose: Purpose, *, given: bool) -> None:
        with self.store.write() as tx:
            consents.record(tx, number, purpose, given=given, wording="w", by="person", now=self.clock.now())


@pytest.fixture
def office(tmp_path: Path, store: Store) -> Iterator[Office]:
    made = Office(tmp_path / "kantor", store)
    yield made
    made.app.close()


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    rows = (f"Ratna;{NIP};dinkes;0812-3456-7890;ya;;;ya", "Budi;;dinkes;budi@a.id;2026-11-02;;;", "Citra;;kominfo;;;;;")
    assert office.take_in(*rows) == [Kind.NEW] * 3
    before = office.people()
    preview = office.look(*rows)
    assert not preview.plan.changes_anything
    assert office.take_in(*rows) == [Kind.SAME] * 3
    assert office.people() == before
    with office.store.read() as tx:
        assert [len(consents.history(tx, each.id)) for each in before] == [1, 1, 0]


def test_a_yes_to_an_older_wording_counts_no_more_and_a_no_does(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take_in("Ratna;;dinkes;;;;;", "Budi;;dinkes;;;;;")
    ratna, budi = (each.id for each in office.people())
    office.says(ratna, Purpose.LINK, given=True)
    office.says(budi, Purpose.LINK, given=False)
    assert office.holds([ratna, budi]) == ({ratna: True, budi: False}, [True, False], [True, False])
    monkeypatch.setitem(WORDING_VERSIONS, Purpose.LINK, 2)
    assert office.holds([ratna, budi]) == ({budi: False}, [None, False], [False, False])
    office.says(ratna, Purpose.LINK, given=True)
    assert office.holds([ratna, budi]) == ({ratna: True, budi: False}, [True, False], [True, False])


def test_the_nip_is_stored_nowhere(office: Office) -> None:
    office.take_in(f"Ratna;{NIP};dinkes;;;;;")
    with office.store.read() as tx:
        (known,) = directory.everybody(tx)
    assert NIP not in repr(known)
    assert known.known_by
    assert known.known_by.startswith("n:")
    assert not any(
        NIP.encode() in path.read_bytes() for path in (office.folder / ".prokes").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (f"Ratna;{NIP};dinkes;;;;;", f"Ratna, S.Kep.;{NIP};dinkes;;;;;", Kind.CHANGED),
        (f"Ratna;{NIP};dinkes;;;;;", f"Ratna;{NIP};kominfo;;;;;", Kind.MOVED),
        (f"Ratna;{NIP};dinkes;08123456780;;;;", "Ratna, S.Kep.;;kominfo;08123456780;;;;", Kind.MOVED),
        ("Ratna;;dinkes;08123456780;;;;", f"Ratna;{NIP};dinkes;08123456780;;;;", Kind.SAME),
        ("Ratna;;dinkes;;;;;", "ratna;;dinkes;08123456780;;;;", Kind.CHANGED),
        ("Ratna;;dinkes;08123456780;;;;", "Ratna;;dinkes;08123456781;;;;", Kind.CHANGED),
        ("Ratna;;dinkes;08123456780;;;;", "Ratna;;dinkes;;;;;", Kind.SAME),
    ],
    ids=["title", "moved", "by-contact", "gets-a-nip", "gets-a-contact", "other-contact", "no-contact-any-more"],
)
def test_people_are_found_again(office: Office, before: str, after: str, kind: Kind) -> None:
    office.take_in(before)
    (first,) = office.people()
    assert office.take_in(after) == [kind]
    assert [each.id for each in office.people()] == [first.id]
    assert office.take_in(after) == [Kind.SAME]


@pytest.mark.parametrize(
    "second",
    [f"Budi;{OTHER_NIP};dinkes;;;;;", f"Budi;{OTHER_NIP};dinkes;08123456780;;;;", "Budi;;kominfo;;;;;"],
    ids=["other-nip", "same-contact", "other-unit"],
)
def test_namesakes_are_two_people(office: Office, second: str) -> None:
    office.take_in(f"Budi;{NIP};dinkes;08123456780;ya;;;")
    assert office.take_in(second) == [Kind.NEW]
    first, new = office.people()
    assert (office.agreed(first.id), office.agreed(new.id)) == (True, None)


def test_a_row_that_may_be_one_of_two_people_is_told_and_changes_neither(office: Office) -> None:
    office.take_in(f"Budi;{NIP};dinkes;;;;;", f"Budi;{OTHER_NIP};dinkes;;;;;")
    preview = office.look("Budi;;dinkes;;;;;")
    assert [(each.code, each.what.partition(":")[0]) for each in preview.problems] == [("staff-unclear", "A2")]
    assert (preview.plan.changes, preview.plan.missing) == ((), ())


def test_two_people_who_swap_their_numbers_stay_themselves(office: Office) -> None:
    office.take_in("Budi;;dinkes;08123456780;;;;", "Citra;;dinkes;08123456781;;;;")
    before = {each.name: each.id for each in office.people()}
    swapped = ("Budi;;dinkes;08123456781;;;;", "Citra;;dinkes;08123456780;;;;")
    assert office.take_in(*swapped) == [Kind.CHANGED, Kind.CHANGED]
    assert {each.name: each.id for each in office.people()} == before
    assert {each.name: each.contact for each in office.people()} == {"Budi": "+628123456781", "Citra": "+628123456780"}
    assert office.take_in(*swapped) == [Kind.SAME, Kind.SAME]


def test_a_new_key_finds_everybody_again(office: Office) -> None:
    office.take_in(f"Ratna;{NIP};dinkes;;;;;")
    office.app.close()
    office.keys.insert(0, new_key())
    office.app = office.opened()
    assert office.take_in(f"Ratna Dewi;{NIP};kominfo;;;;;") == [Kind.MOVED]
    office.app.close()
    office.keys.pop()  # the old key is thrown away: the import went over to the new one
    office.app = office.opened()
    assert office.take_in(f"Ratna;{NIP};dinkes;;;;;") == [Kind.MOVED]
    assert len(office.people()) == 1


def test_whoever_is_not_in_the_list_stays_unless_the_office_says_so(office: Office) -> None:
    office.take_in("Budi;;dinkes;;;;;", "Citra;;dinkes;;;;;")
    preview = office.look("Citra;;dinkes;;;;;")
    assert [each.name for each in preview.plan.missing] == ["Budi"]
    office.take_in("Citra;;dinkes;;;;;")
    assert len(office.people()) == 2
    office.take_in("Citra;;dinkes;;;;;", mark_left=True)
    assert [each.name for each in office.people()] == ["Citra"]
    assert office.take_in("Budi;;dinkes;;;;;") == [Kind.CHANGED]
    assert len(office.people()) == 2


def test_the_number_of_somebody_who_left_is_not_their_successors(office: Office) -> None:
    office.take_in("Budi;;dinkes;08123456780;ya;;;")
    office.app.staff.leave(office.people()[0])
    assert office.take_in("Citra;;dinkes;08123456780;;;;") == [Kind.NEW]
    (new,) = office.people()
    assert office.agreed(new.id) is None


def test_a_signed_form_is_recorded_with_its_day_its_wording_and_who_has_it(office: Office) -> None:
    office.take_in("Budi;;dinkes;;2026-11-02;;;")
    with office.store.read() as tx:
        (said,) = consents.history(tx, office.people()[0].id)
    assert (said.purpose, said.given, said.by) == (Purpose.LINK, True, "Ayu")
    assert said.at == datetime(2026, 11, 2, 5, 0, tzinfo=UTC)  # noon in the office
    assert said.wording == Purpose.LINK.remark.id


def test_an_old_list_brings_back_nobody_who_said_no(office: Office) -> None:
    office.take_in("Budi;;dinkes;;2026-11-02;;;")
    (budi,) = office.people()
    office.says(budi.id, Purpose.LINK, given=False)
    for cell in ("ya", "2026-11-02", "2026-11-23"):
        assert office.take_in(f"Budi;;dinkes;;{cell};;;") == [Kind.SAME]
        assert office.agreed(budi.id) is False
    office.clock.pass_time(days=2)
    office.take_in("Budi;;dinkes;;2026-11-24;;;")  # signed anew, the day after
    assert office.agreed(budi.id) is True


def test_a_no_on_paper_takes_back_paper_and_not_what_the_person_said(office: Office) -> None:
    office.take_in("Budi;;dinkes;;ya;;;", "Citra;;dinkes;;;;;")
    budi, citra = office.people()
    office.says(citra.id, Purpose.LINK, given=True)
    office.take_in("Budi;;dinkes;;tidak;;;", "Citra;;dinkes;;tidak;;;")
    assert (office.agreed(budi.id), office.agreed(citra.id)) == (False, True)


def test_photos_are_kept_of_those_who_agreed_alone(office: Office) -> None:
    for number, name in enumerate(("a", "b", "c")):
        write_photo(office.folder / f"{name}.jpg", color=(number * 50, 90, 60))
    rows = ("Ani;;dinkes;;;a.jpg;ya;", "Budi;;dinkes;;;b.jpg;;", "Citra;;dinkes;;ya;c.jpg;tidak;")
    assert office.look(*rows).plan.photos_without_consent == 1
    office.take_in(*rows)
    ani, budi, citra = office.people()
    assert (bool(ani.photo), budi.photo, citra.photo) == (True, "", "")
    assert office.agreed(ani.id, Purpose.PHOTO) is True
    kept = list(office.app.staff.photos.iterdir())
    assert [path.name for path in kept] == [f"{ani.photo}.jpg"]
    assert kept[0].stat().st_mode & 0o077 == 0


def test_a_photo_that_is_replaced_is_removed_and_one_that_is_lost_comes_back(office: Office) -> None:
    write_photo(office.folder / "a.jpg")
    office.take_in("Ani;;dinkes;;ya;a.jpg;;")
    write_photo(office.folder / "a.jpg", color=(1, 2, 3))
    assert office.take_in("Ani;;dinkes;;ya;a.jpg;;") == [Kind.CHANGED]
    (ani,) = office.people()
    (kept,) = office.app.staff.photos.iterdir()
    assert kept.name == f"{ani.photo}.jpg"
    kept.unlink()
    assert office.app.staff.photo_of(ani) == ""
    assert office.take_in("Ani;;dinkes;;ya;a.jpg;;") == [Kind.SAME]
    assert office.app.staff.photo_of(ani) == f"staff/{ani.photo}.jpg"


def test_offers_stay_counted_where_people_were_asked(office: Office) -> None:
    office.take_in(f"Budi;{NIP};dinkes;;ya;;;")
    (budi,) = office.people()
    wave = put_wave(office.store)
    with office.store.write() as tx:
        offers.add(tx, wave.id, [(budi.id, budi.unit.id)], now=office.clock.now())
    office.take_in(f"Budi;{NIP};kominfo;;;;;")
    with office.store.read() as tx:
        (offer,) = offers.of_wave(tx, wave.id)
    assert (offer.person_id, offer.unit_id, office.people()[0].unit.id) == (budi.id, "dinkes", "kominfo")


def test_an_import_that_was_overtaken_adds_nobody_twice(office: Office) -> None:
    row = f"Budi;{NIP};dinkes;;ya;;;"
    slow = office.look(row)
    office.take_in(row)
    with pytest.raises(AlreadyMoved):
        office.app.staff.take_in(slow, by="Budi")
    assert len(office.people()) == 1


def test_a_list_longer_than_one_transaction_is_taken_in_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prokes_social.app.staff.AT_ONCE", 7)
    rows = [f"Pegawai Nomor {'I' * n};;dinkes;0812345678{n:02};ya;;;" for n in range(1, 31)]
    told: list[tuple[int, int]] = []
    preview = office.look(*rows)
    office.app.staff.take_in(preview, by="Ayu", on_progress=lambda done, of: told.append((done, of)))
    assert len(office.people()) == 30
    assert all(office.agreed(each.id) for each in office.people())
    assert told == [(7, 30), (14, 30), (21, 30), (28, 30), (30, 30)]


def test_namesakes_who_come_into_one_unit_are_both_still_there(office: Office) -> None:
    office.take_in("Budi;;dinkes;;;;;", "Budi;;kominfo;;;;;")
    first, second = office.people()
    with office.store.read() as tx:
        dinkes = next(each for each in accounts.units(tx) if each.id == "dinkes")
    office.app.staff.move(second, dinkes)
    assert [(each.id, each.unit.id) for each in office.people()] == [(first.id, "dinkes"), (second.id, "dinkes")]
    office.app.staff.move(first, dinkes)  # to where they are already
    with office.store.read() as tx:
        assert people.get(tx, first.id) == first


def test_leaving_ends_asking_and_is_said_once(office: Office) -> None:
    office.take_in("Budi;;dinkes;;;;;")
    (budi,) = office.people()
    assert office.app.staff.leave(budi)
    office.clock.pass_time(timedelta(days=1).total_seconds())
    assert not office.app.staff.leave(budi)
    with office.store.read() as tx:
        left = people.get(tx, budi.id)
    assert left
    assert left.left_at == office.clock.now() - timedelta(days=1)
