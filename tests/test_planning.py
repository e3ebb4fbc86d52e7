"""From a campaign and a directory to what is wanted, and from there to what would change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prokes_social.clock import ZONES, zone_named
from prokes_social.loading.document import parse_document
from prokes_social.model.account import Account, Directory, Unit
from prokes_social.model.campaign import Campaign, Loaded, WallTime
from prokes_social.model.delivery import OUT, Delivery, DeliveryStatus
from prokes_social.model.plan import Change, Plan, Wanted
from prokes_social.model.platform import Limits, Post
from prokes_social.planning import Customs, compare, expand
from tests.conftest import NOON

YAML = """
id: agen
title: Agen prokes
purpose: Mengingatkan dengan ramah
owner: Biro Adpim
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-06
hashtags: [AgenProkes]
link: https://dinkes.nusaraya.go.id
sources:
  - {id: who, title: WHO, url: https://who.int, checked_on: 2026-11-01, valid_until: 2027-01-31}
messages:
  - id: tangan
    text: Cuci tangan, yuk.
    variants: {x: Cuci tangan 20 detik.}
    sources: [who]
sends:
  - {id: pagi, message: tangan, to: official, at: 2026-11-23 19.30}
"""

X = Account(id=1, name="x-kab", platform="x", unit=Unit(id="kab", name="Kabupaten", zone="WITA"))
FB = Account(id=2, name="fb-prov", platform="facebook", unit=Unit(id="prov", name="Provinsi", zone="WIB"))
DIRECTORY = Directory(accounts=(X, FB), units=(X.unit, FB.unit), platforms=("x", "facebook"))
CUSTOMS = Customs(
    zone="WIB",
    window=timedelta(minutes=30),
    limits={"x": Limits(text_length=280), "facebook": Limits(text_length=5000, appends_link=True)},
)


def load(text: str = YAML) -> Loaded[Campaign]:
    return parse_document(text, Campaign, "agen.yaml")


def want(text: str = YAML) -> Wanted:
    return expand(load(text), DIRECTORY, CUSTOMS)


def plan(wanted: Wanted, queue: list[Delivery], now: datetime = NOON) -> Plan:
    return compare(
        wanted, queue, card_digest=lambda request: "c", shared_digest=lambda request: "s",
        cost=lambda platform, text: Decimal(0), now=now,
    )  # fmt: skip


def queued(wanted: Wanted, status: DeliveryStatus = DeliveryStatus.SCHEDULED) -> list[Delivery]:
    rows = []
    for number, change in enumerate(plan(wanted, []).changes, start=1):
        assert change.content
        assert change.wanted
        rows.append(
            Delivery(
                id=number,
                key=change.key,
                account_id=change.wanted.account.id,
                platform=change.wanted.account.platform,
                sandbox=True,
                zone=change.wanted.zone,
                content=change.content,
                status=status,
                next_at=change.content.due_at,
                post=Post(external_id="1", permalink="https://x.com/1", published_at=NOON),
            )
        )
    return rows


def changes(text: str, queue: list[Delivery]) -> list[Change]:
    return [change.change for change in plan(want(text), queue).changes]


def test_each_official_account_gets_its_variant_in_its_units_zone() -> None:
    by_name = {each.key.account: each for each in want().deliveries}
    assert by_name["x-kab"].text == "Cuci tangan 20 detik.\n\n#AgenProkes"
    assert by_name["x-kab"].due_at == datetime(2026, 11, 23, 11, 30, tzinfo=UTC)  # 19.30 WITA
    assert by_name["fb-prov"].due_at == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # 19.30 WIB
    assert by_name["fb-prov"].text == "Cuci tangan, yuk.\n\nhttps://dinkes.nusaraya.go.id\n\n#AgenProkes"


def test_the_sends_zone_wins_over_the_campaigns_and_that_over_the_units() -> None:
    of_campaign = want(YAML.replace("brand: nusa-raya", "brand: nusa-raya\nzone: WIT"))
    assert {each.zone for each in of_campaign.deliveries} == {"WIT"}
    of_send = YAML.replace("brand: nusa-raya", "brand: nusa-raya\nzone: WIT").replace("19.30}", "19.30, zone: WIB}")
    assert {each.zone for each in want(of_send).deliveries} == {"WIB"}


@pytest.mark.parametrize(
    ("to", "accounts"), [("x", ["x-kab"]), ("fb-prov", ["fb-prov"]), ("kab", ["x-kab"]), ("staff", [])]
)
def test_a_send_names_accounts_platforms_units_or_groups(to: str, accounts: list[str]) -> None:
    wanted = want(YAML.replace("to: official", f"to: {to}"))
    assert [each.key.account for each in wanted.deliveries] == accounts
    assert [wave.key.audience for wave in wanted.waves] == (["staff"] if to == "staff" else [])


def test_every_asks_for_each_weekday_between_the_dates_except_some() -> None:
    text = YAML.replace("at: 2026-11-23 19.30", 'every: "senin, kamis 07.30", except: [2026-11-26]')
    days = [each.key.occurrence for each in want(text).deliveries if each.key.account == "x-kab"]
    assert days == ["pagi@2026-11-23", "pagi@2026-11-30", "pagi@2026-12-03"]


def test_the_same_file_again_changes_nothing() -> None:
    queue = queued(want())
    assert changes(YAML, queue) == [Change.KEEP, Change.KEEP]


def test_moving_the_hour_changes_the_row_and_does_not_make_another() -> None:
    moved = plan(want(YAML.replace("19.30", "20.00")), queued(want()))
    assert [change.change for change in moved.changes] == [Change.CHANGE, Change.CHANGE]
    assert {change.reason for change in moved.changes} == {"waktu"}


def test_a_removed_send_is_cancelled_and_may_return() -> None:
    queue = queued(want())
    without = YAML.partition("sends:")[0]
    assert changes(without, queue) == [Change.CANCEL, Change.CANCEL]
    gone = [replace(row, status=DeliveryStatus.CANCELLED) for row in queue]
    assert changes(without, gone) == []
    assert changes(YAML, gone) == [Change.ADD, Change.ADD]


@pytest.mark.parametrize("status", sorted(OUT))
def test_what_may_be_public_is_never_changed_nor_cancelled(status: DeliveryStatus) -> None:
    queue = queued(want(), status)
    edited = plan(want(YAML.replace("Cuci tangan", "Basuh tangan")), queue)
    assert [change.change for change in edited.changes] == [Change.REFUSE, Change.REFUSE]
    assert all(change.reason for change in edited.changes)
    assert changes(YAML.partition("sends:")[0], queue) == []


def test_weekly_sends_of_the_past_are_not_asked_for_but_a_single_one_is() -> None:
    later = NOON + timedelta(days=5)
    weekly = YAML.replace("at: 2026-11-23 19.30", "every: senin 07.30")
    assert [c.key.occurrence for c in plan(want(weekly), [], later).changes] == ["pagi@2026-11-30"] * 2
    assert [c.change for c in plan(want(YAML), [], later).changes] == [Change.ADD, Change.ADD], "a check refuses it"


def test_the_last_day_of_its_sources_travels_with_a_delivery() -> None:
    assert {str(each.sources_until) for each in want().deliveries} == {"2027-01-31"}


def test_the_digest_covers_everything_people_approve() -> None:
    first = {change.key.account: change.content for change in plan(want(), []).changes}
    for before, after in (
        ("Cuci tangan 20 detik.", "Cuci tangan 30 detik."),
        ("19.30", "19.31"),
        ("19.30}", "19.30, window: 10 menit}"),
        ("nusaraya.go.id", "tanjungasri.go.id"),
    ):
        changed = {c.key.account: c.content for c in plan(want(YAML.replace(before, after)), []).changes}
        assert first["x-kab"] != changed["x-kab"]
        assert first["x-kab"].digest != changed["x-kab"].digest  # type: ignore[union-attr]


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 - wall times
    st.sampled_from(sorted(ZONES)),
)
def test_a_wall_time_is_the_right_instant_whatever_zone_the_server_is_in(local: datetime, zone: str) -> None:
    hours = {"WIB": 7, "WITA": 8, "WIT": 9}[zone]
    instant = WallTime(local.date(), local.time()).instant(zone_named(zone))
    assert instant == local.replace(tzinfo=UTC) - timedelta(hours=hours)


def test_an_invitation_ends_with_its_window_the_campaign_or_a_source_that_no_longer_holds() -> None:
    staff = YAML.replace("to: official", "to: staff")
    of = lambda text: want(text).waves[0].content.closes_at  # noqa: E731
    assert of(staff) == datetime(2026, 12, 6, 17, tzinfo=UTC)  # midnight in WIB after the campaign's last day
    assert of(staff.replace("19.30}", "19.30, window: 2 jam}")) == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    assert of(staff.replace("valid_until: 2027-01-31", "valid_until: 2026-11-25")) == datetime(
        2026, 11, 25, 17, tzinfo=UTC
    )
