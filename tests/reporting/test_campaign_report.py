"""A campaign's report says what happened, and never more than is known."""

from datetime import timedelta

import pytest

from prokes_social.errors import ContentError
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import UNKNOWN, FoundBy, Report, ReportedDelivery, added
from prokes_social.reporting import campaign_report

from .conftest import START, Office

DAY = 1.0  #: of a sandbox post's life, in seconds of ours


def row(report: Report, message: str, account: str) -> ReportedDelivery:
    return next(each for each in report.deliveries if (each.message, each.account) == (message, account))


def test_a_campaign_nobody_knows_is_refused_with_the_names_that_are_known(office: Office) -> None:
    with pytest.raises(ContentError) as refused:
        campaign_report(office.store, "tidak-ada", settings=office.settings, now=START)
    assert "tidak-ada" in refused.value.message
    assert "cuci-tangan" in refused.value.hint


def test_the_subject_comes_from_the_campaign_file_that_was_applied(office: Office) -> None:
    subject = office.reports().subject
    assert subject.title == "Cuci tangan, jaga yang tersayang"
    assert subject.purpose.startswith("Mengingatkan warga")
    assert (str(subject.starts_on), str(subject.ends_on)) == ("2026-11-23", "2026-12-20")


@pytest.mark.parametrize("yaml", ["", "- a list", "title: [unclosed", "starts_on: soon\nmessages: none"])
def test_a_file_that_can_no_longer_be_read_does_not_stop_the_report(office: Office, yaml: str) -> None:
    office.has_account("resmi", "x")
    office.queues("sabun", "resmi")
    office.saves(yaml)
    report = office.reports()
    assert report.subject.purpose == ""
    assert str(report.subject.starts_on) == "2026-11-23"  # the first delivery's day


def test_a_report_of_an_empty_queue_is_a_report(office: Office) -> None:
    report = office.reports()
    assert (report.total.deliveries, report.total.published, report.sandbox) == (0, 0, False)
    assert report.total.figure(Metric.IMPRESSIONS) == UNKNOWN


def test_the_newest_told_number_counts_and_a_later_silence_does_not_erase_it(office: Office) -> None:
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"))
    office.reads(post, DAY, impressions=100, likes=3)
    office.reads(post, 3 * DAY, impressions=240, likes=None)
    found = row(office.reports(), "sabun", "resmi")
    assert found.figure(Metric.IMPRESSIONS) == Figure(value=240, known=Known.MEASURED)
    assert found.figure(Metric.LIKES) == Figure(value=3, known=Known.MEASURED)
    assert found.figure(Metric.REACH) == UNKNOWN


def test_a_post_that_could_not_be_read_has_no_numbers_and_says_why(office: Office) -> None:
    office.has_account("resmi", "x")
    office.has_account("halaman", "facebook")
    office.reads(office.publishes(office.queues("sabun", "halaman")), DAY, impressions=50)
    office.is_not_told(office.publishes(office.queues("sabun", "resmi")), DAY, "the platform did not tell")
    report = office.reports(language="en")
    unread = row(report, "sabun", "resmi")
    assert unread.figure(Metric.IMPRESSIONS).value is None
    assert unread.unread_because == "the platform did not tell"
    assert report.total.figure(Metric.IMPRESSIONS).value == 50
    assert report.total.told[Metric.IMPRESSIONS] == 1
    assert any("1 of 2 posts have no reading yet" in note for note in report.notes)


def test_a_told_zero_is_a_number(office: Office) -> None:
    office.has_account("resmi", "x")
    office.reads(office.publishes(office.queues("sabun", "resmi")), DAY, impressions=0)
    assert office.reports().total.figure(Metric.IMPRESSIONS) == Figure(value=0, known=Known.MEASURED)


def test_impressions_add_up_over_posts_and_reach_does_not(office: Office) -> None:
    office.has_account("halaman", "facebook")
    for message, reach in (("sabun", 70), ("masker", 40)):
        post = office.publishes(office.queues(message, "halaman", 0 if message == "sabun" else 5))
        office.reads(post, DAY, impressions=100, reach=reach)
    (total,) = office.reports().by_account
    assert total.figure(Metric.IMPRESSIONS).value == 200
    assert total.figure(Metric.REACH) == UNKNOWN
    assert total.reach_of_one == (40, 70)


def test_a_sum_is_known_only_as_well_as_its_least_sure_part() -> None:
    measured = Figure(value=10, known=Known.MEASURED)
    told = Figure(value=5, known=Known.SELF_REPORTED)
    assert added([measured, told, UNKNOWN]) == Figure(value=15, known=Known.SELF_REPORTED)
    assert added([UNKNOWN, UNKNOWN]) == UNKNOWN


def test_interactions_of_which_each_kind_is_told_lack_nothing(office: Office) -> None:
    office.has_account("foto", "instagram")
    office.reads(office.publishes(office.queues("sabun", "foto")), DAY, likes=3, comments=0, shares=1, saves=2)
    report = office.reports(language="en")
    assert row(report, "sabun", "foto").interactions_without == report.total.interactions_without == ()
    assert not [note for note in report.notes if "≥" in note]


def test_interactions_name_the_kind_that_one_post_of_several_does_not_tell(office: Office) -> None:
    office.has_account("foto", "instagram")
    for due, saves in ((0, 2), (5, None)):
        post = office.publishes(office.queues("sabun", "foto", due))
        office.reads(post, DAY, likes=3, comments=0, shares=1, saves=saves)
    report = office.reports(language="en")
    assert report.total.interactions == Figure(value=10, known=Known.MEASURED)
    assert report.total.interactions_without == (Metric.SAVES,)
    assert [each.interactions_without for each in report.deliveries] == [(), (Metric.SAVES,)]
    assert any("Instagram: saves 1 of 2." in note for note in report.notes)


def test_interactions_that_nobody_tells_are_unknown_and_lack_nothing(office: Office) -> None:
    office.has_account("foto", "instagram")
    office.reads(office.publishes(office.queues("sabun", "foto")), DAY, impressions=3)
    report = office.reports()
    assert (report.total.interactions, report.total.interactions_without) == (UNKNOWN, ())


def test_lateness_is_publication_less_due_time(office: Office) -> None:
    office.has_account("resmi", "x")
    office.has_account("halaman", "facebook")
    office.publishes(office.queues("sabun", "resmi"), 1.0)
    office.publishes(office.queues("sabun", "halaman"), 3.4)
    report = office.reports()
    assert row(report, "sabun", "halaman").late_by == timedelta(seconds=3.4)
    assert (report.total.on_time, report.total.latest) == (1, timedelta(seconds=3.4))


def test_what_did_not_go_out_is_listed_with_its_reason(office: Office) -> None:
    for account in ("a", "b", "c", "d", "e"):
        office.has_account(account, "x")
    office.is_refused(office.queues("sabun", "b"), "text too long")
    office.holds(office.queues("sabun", "c"), "looked for and not found")
    office.loses_the_answer(office.queues("sabun", "d"), "no answer")
    office.queues("sabun", "e", approve=False, window=86400)
    office.misses(office.queues("sabun", "a", window=60), "its window closed")
    report = office.reports(after=120)
    assert {(each.account, each.status.value, each.reason) for each in report.not_out} == {
        ("a", "missed", "its window closed"),
        ("b", "failed", "text too long"),
        ("c", "held", "looked for and not found"),
        ("d", "uncertain", "no answer"),
        ("e", "waiting", ""),  # overdue: nobody approved it
    }
    assert report.total.deliveries == 5


def test_what_is_not_due_yet_is_not_missing(office: Office) -> None:
    office.has_account("resmi", "x")
    office.queues("sabun", "resmi", 3600)
    report = office.reports(after=60, language="en")
    assert not report.not_out
    assert any("1 delivery is not due yet" in note for note in report.notes)


def test_a_withdrawn_delivery_is_not_counted(office: Office) -> None:
    office.has_account("resmi", "x")
    office.withdraws(office.queues("sabun", "resmi"))
    report = office.reports(language="en")
    assert report.total.deliveries == 0
    assert [each.status for each in report.deliveries] == [DeliveryStatus.CANCELLED]
    assert any("withdrawn" in note for note in report.notes)


def test_a_post_found_after_a_lost_answer_is_told_as_such(office: Office) -> None:
    office.has_account("resmi", "x")
    office.finds_again(office.queues("sabun", "resmi"))
    (lost,) = office.reports().lost_answers
    assert (lost.status, lost.found_by) == (DeliveryStatus.PUBLISHED, FoundBy.LOOK_UP)
    assert lost.answer_lost_at == START + timedelta(seconds=20)


def test_a_post_that_only_a_person_saw_is_self_reported_and_its_lateness_unknown(office: Office) -> None:
    office.has_account("resmi", "x")
    office.is_confirmed(office.queues("sabun", "resmi"))
    report = office.reports(language="en")
    assert row(report, "sabun", "resmi").late_by is None
    assert (report.total.published, report.total.on_time, report.total.latest) == (1, 0, None)
    assert report.total.published_known is Known.SELF_REPORTED
    assert any("confirmed by a person" in note for note in report.notes)


def test_a_post_that_is_gone_keeps_its_last_numbers_and_is_noted(office: Office) -> None:
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"))
    office.reads(post, DAY, impressions=120)
    office.reads(post, 3 * DAY, gone=True, impressions=0)
    report = office.reports(language="en")
    assert report.total.figure(Metric.IMPRESSIONS).value == 120
    assert row(report, "sabun", "resmi").removed_at
    assert any("gone from its platform" in note for note in report.notes)


def test_numbers_of_a_sandbox_never_join_those_of_real_people(office: Office) -> None:
    office.has_account("resmi", "x", sandbox=False)
    office.has_account("coba", "x", sandbox=True)
    office.reads(office.publishes(office.queues("sabun", "resmi")), 3600, impressions=10)
    office.reads(office.publishes(office.queues("sabun", "coba")), 1, impressions=5000)
    report = office.reports(after=7200, language="en")
    assert (report.sandbox, report.only_sandbox) == (True, False)
    assert report.total.figure(Metric.IMPRESSIONS).value == 10
    assert {each.key: each.figure(Metric.IMPRESSIONS).value for each in report.by_account} == {
        "coba": 5000,
        "resmi": 10,
    }
    assert [curve.label for curve in report.curves.curves] == ["resmi"]
    assert any("sandbox account" in note for note in report.notes)


def test_messages_stand_in_the_order_of_the_file_with_their_cards(office: Office) -> None:
    office.has_account("resmi", "x")
    office.keeps_card("k", alt="Kartu masker")
    office.queues("masker", "resmi", 0, card="k", text="\n\nPakai masker.\nSaat sakit.")
    office.queues("sabun", "resmi", 5)
    office.queues("lama", "resmi", 9)
    messages = office.reports().messages
    assert [each.id for each in messages] == ["sabun", "masker", "lama"]
    assert messages[1].text == "Pakai masker."
    assert messages[1].picture
    assert messages[1].picture.alt_text == "Kartu masker"
    assert messages[0].picture is None


def test_units_are_summed_by_their_accounts(office: Office) -> None:
    office.has_unit("dinkes", "Dinas Kesehatan")
    office.has_account("a", "x")
    office.has_account("b", "x", unit="dinkes")
    office.reads(office.publishes(office.queues("sabun", "b")), DAY, impressions=7)
    office.queues("sabun", "a", 3600)
    sums = {each.label: each.figure(Metric.IMPRESSIONS).value for each in office.reports().by_unit}
    assert sums == {"Dinas Kesehatan": 7, "Biro Administrasi Pimpinan": None}
