"""Reports are kept by version, made at their hour, and go out once by each channel."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.clock import zone_named
from prokes_social.errors import ContentError, SettingsError, StoreError
from prokes_social.i18n import speaking
from prokes_social.keys import new_key
from prokes_social.model.kept import KeptReport, ReportKind, Sent
from prokes_social.settings import load_settings
from prokes_social.store import kept as rows
from prokes_social.worker import Worker
from tests.conftest import SetClock
from tests.test_alerting import Hook, Inbox, _free_port, mail_server

from .conftest import DAY, Office

WIB = zone_named("WIB")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@dataclass
class Desk:
    """The office on Monday morning, with an app of its own."""

    app: App
    clock: SetClock
    home: Path

    def again(self) -> "App":
        """Another process of the same workspace."""
        return App(self.app.settings, self.clock)


@contextmanager
def opened(office: Office, settings: str, now: str = "2026-11-30 07:30") -> Iterator[Desk]:
    home = office.settings.home
    path = home / "prokes.toml"
    path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")
    clock = SetClock(moment(now))
    app = App(load_settings({"PROKES_HOME": str(home)}), clock)
    yield Desk(app, clock, home)
    app.close()


@pytest.fixture
def week(office: Office) -> Office:
    office.has_account("resmi", "x")
    office.reads(office.publishes(office.queues("sabun", "resmi")), 2, impressions=1200)
    office.publishes(office.queues("masker", "resmi", 3 * DAY))
    return office


def to_mail(port: int) -> str:
    return f"""
    [reporting]
    every = "senin 07.30"
    email_to = ["kepala@nusaraya.go.id"]
    [alerting]
    smtp_host = "127.0.0.1"
    smtp_port = {port}
    smtp_security = "none"
    smtp_from = "prokes@nusaraya.go.id"
    """


ALONE = """
    [reporting]
    every = "senin 07.30"
    """


# --- made and kept ---


def test_the_report_of_the_week_is_made_at_its_hour_and_once(week: Office) -> None:
    with opened(week, ALONE) as desk:
        made = desk.app.reports.make_due()
        assert made
        assert (made.kind, made.period, made.version) == (ReportKind.WEEK, "2026-11-23_2026-11-29", 1)
        assert desk.app.reports.make_due() is None
        desk.clock.pass_time(days=3)
        assert desk.app.reports.make_due() is None
        assert len(desk.app.reports.listing()) == 1


def test_an_outage_over_its_hour_makes_it_late_and_not_never(week: Office) -> None:
    with opened(week, ALONE, "2026-12-02 15:00") as desk:
        made = desk.app.reports.make_due()
        assert made
        assert made.period == "2026-11-23_2026-11-29"


def test_before_its_hour_it_is_the_week_before_that_counts(week: Office) -> None:
    with opened(week, ALONE, "2026-11-30 07:29") as desk:
        assert desk.app.reports.make_due() is None  # in the week from the 16th nothing was due
        desk.clock.pass_time(60)
        assert desk.app.reports.make_due()


def test_without_an_hour_nothing_is_made_by_itself(week: Office) -> None:
    with opened(week, "") as desk:
        assert desk.app.reports.make_due() is None


def test_two_workers_make_one_report(week: Office) -> None:
    with opened(week, ALONE) as desk:
        other = desk.again()
        planned = other.reports._week(moment("2026-11-30 07:30").date())
        assert desk.app.reports.make_due()
        assert other.reports._keep_week(planned, "") is None
        assert len(desk.app.reports.listing()) == 1
        other.close()


def test_kept_files_are_those_that_the_table_names(week: Office) -> None:
    with opened(week, "") as desk:
        made = desk.app.reports.keep_campaign("cuci-tangan", formats=("json", "csv"), by="ayu")
        paths = desk.app.reports.paths(made)
        assert {path.name: sha256(path.read_bytes()).hexdigest() for path in paths} == made.files
        assert all(path.is_relative_to(desk.home / ".prokes" / "reports") for path in paths)


def test_a_new_version_leaves_the_one_before_as_it_was(week: Office) -> None:
    with opened(week, "") as desk:
        first = desk.app.reports.keep_campaign("cuci-tangan", formats=("json",), by="ayu")
        before = desk.app.reports.paths(first)[0].read_bytes()
        desk.clock.pass_time(60)
        second = desk.app.reports.keep_campaign("cuci-tangan", formats=("json",), by="budi")
        assert (first.version, second.version) == (1, 2)
        assert desk.app.reports.paths(first)[0].read_bytes() == before
        assert [each.id for each in desk.app.reports.listing()] == [second.id, first.id]


def test_a_disk_that_refuses_leaves_no_row(week: Office) -> None:
    with opened(week, "") as desk:
        folder = desk.home / ".prokes" / "reports"
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("a file stands in the way")
        with pytest.raises(StoreError):
            desk.app.reports.keep_campaign("cuci-tangan", formats=("json",), by="ayu")
        assert desk.app.reports.listing() == []


def test_a_week_of_nothing_is_refused_with_what_to_do(week: Office) -> None:
    with opened(week, "") as desk, pytest.raises(ContentError) as refused:
        desk.app.reports.keep_week(moment("2026-10-05 07:30").date(), by="ayu")
    assert "2026-" in refused.value.hint


# --- sent ---


def test_the_report_goes_out_by_e_mail_with_its_files(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk, speaking("id"):
        made = desk.app.reports.make_due()
        assert made
        assert desk.app.reports.send_due() == 1
        (letter,) = inbox.letters
        attached = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
        named = {path.name: path.read_bytes() for path in desk.app.reports.paths(made) if path.suffix != ".json"}
        assert attached == named
        assert letter["Subject"] == "[SANDBOX] Pekan 23–29 November 2026"
        body = letter.get_body()
        assert body
        assert "2 dari 2 kiriman telah tayang" in body.get_content()


def test_one_version_goes_out_once_however_often_it_is_asked_for(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        made = desk.app.reports.make_due()
        assert made
        for _round in range(3):
            desk.app.reports.send_due()
            desk.app.reports.send(made.id)
            desk.clock.pass_time(hours=1)
        assert len(inbox.letters) == 1
        desk.app.reports.send(made.id, again=True)
        assert len(inbox.letters) == 2


def test_a_refused_letter_is_tried_again_after_a_pause(week: Office) -> None:
    inbox = Inbox()
    inbox.refuses = True
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        desk.app.reports.make_due()
        assert desk.app.reports.send_due() == 0
        inbox.refuses = False
        assert desk.app.reports.send_due() == 0  # not at once
        desk.clock.pass_time(minutes=15)
        assert desk.app.reports.send_due() == 1
        outcomes = [each.outcome for each in desk.app.reports.listing()[0].sendings]
        assert outcomes == [Sent.NOT_SENT, Sent.SENT]


def test_a_letter_whose_answer_was_lost_is_not_sent_again_unasked(week: Office) -> None:
    class Deaf(Inbox):
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            await super().handle_DATA(server, session, envelope)
            raise ConnectionResetError

        async def handle_exception(self, error: Exception) -> str:
            return "NONE"  # no answer that anybody understands

    inbox = Deaf()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        desk.app.reports.make_due()
        desk.app.reports.send_due()
        desk.clock.pass_time(hours=2)
        desk.app.reports.send_due()
        (sending,) = desk.app.reports.listing()[0].sendings
        assert sending.outcome is Sent.UNKNOWN
        assert len(inbox.letters) == 1


def test_a_worker_that_dies_while_sending_leaves_it_to_a_person(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        made = desk.app.reports.make_due()
        assert made
        begin(desk, made)
        desk.clock.pass_time(hours=5)
        assert desk.app.reports.send_due() == 0
        assert desk.app.reports.send(made.id).sendings[-1].outcome is Sent.OPEN
        assert desk.app.reports.send(made.id, again=True).sendings[-1].outcome is Sent.SENT


def begin(desk: Desk, made: KeptReport) -> int | None:
    with desk.app.store.write() as tx:
        return rows.begin_sending(tx, made, "e-mail", now=desk.clock.now())


def test_two_workers_do_not_begin_the_same_sending(week: Office) -> None:
    with opened(week, to_mail(_free_port())) as desk:
        made = desk.app.reports.make_due()
        assert made
        assert begin(desk, made) == 1
        assert begin(desk, made) is None


def test_a_mail_server_that_is_down_is_proved_not_sent(week: Office) -> None:
    with opened(week, to_mail(_free_port())) as desk:
        desk.app.reports.make_due()
        desk.app.reports.send_due()
        (sending,) = desk.app.reports.listing()[0].sendings
        assert sending.outcome is Sent.NOT_SENT
        assert sending.said


def test_a_file_that_was_changed_meanwhile_is_not_sent(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        made = desk.app.reports.make_due()
        assert made
        desk.app.reports.paths(made)[0].write_bytes(b"something else")
        assert desk.app.reports.send(made.id).sendings[-1].outcome is Sent.NOT_SENT
        assert inbox.letters == []


def test_a_webhook_is_told_what_was_made_and_by_which_digests(week: Office) -> None:
    hook = Hook()
    settings = f"""
    [reporting]
    every = "senin 07.30"
    webhook = true
    [alerting]
    webhook_url = "http://127.0.0.1:{hook.port}/laporan"
    allow_private = true
    """
    with opened(week, settings) as desk:
        made = desk.app.reports.make_due()
        assert made
        assert desk.app.reports.send_due() == 1
        assert desk.app.reports.send_due() == 0
    told = json.loads(hook.bodies[-1])
    hook.close()
    assert (told["event"], told["kind"], told["period"]) == ("report", "week", ["2026-11-23", "2026-11-29"])
    assert {each["name"]: each["sha256"] for each in told["files"]} == made.files


def test_a_report_that_a_person_keeps_waits_for_a_person_to_send_it(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port), "2026-11-29 20:00") as desk:
        made = desk.app.reports.keep_campaign("cuci-tangan", formats=("pdf",), by="ayu")
        assert desk.app.reports.send_due() == 0
        desk.app.reports.send(made.id)
        assert len(inbox.letters) == 1


def test_old_reports_are_not_sent_when_mail_is_set_up_later(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        desk.app.reports.make_due()
        desk.clock.pass_time(days=3)
        assert desk.app.reports.send_due() == 0
        assert inbox.letters == []


def test_sending_without_anybody_to_send_to_says_which_setting(week: Office) -> None:
    with opened(week, "") as desk:
        made = desk.app.reports.keep_week(moment("2026-11-30 07:30").date(), by="ayu")
        with pytest.raises(SettingsError) as refused:
            desk.app.reports.send(made.id)
    assert "[reporting]" in refused.value.hint


@pytest.mark.parametrize("every", ["tiap senin", "senin", "lunes 07.30", "senin 25.00"])
def test_an_hour_that_is_none_is_refused_when_settings_are_read(week: Office, every: str) -> None:
    with pytest.raises(SettingsError), opened(week, f'[reporting]\nevery = "{every}"\n'):
        pass


def test_e_mail_without_a_mail_server_is_refused_when_settings_are_read(week: Office) -> None:
    with pytest.raises(SettingsError), opened(week, '[reporting]\nemail_to = ["a@nusaraya.go.id"]\n'):
        pass


def test_the_worker_makes_and_sends_it(week: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, opened(week, to_mail(port)) as desk:
        desk.app.settings.state.mkdir()
        (desk.app.settings.state / "key").write_text(new_key())
        Worker(desk.app).run_once()
        assert len(inbox.letters) == 1
        assert desk.app.reports.listing()[0].sendings[0].outcome is Sent.SENT
