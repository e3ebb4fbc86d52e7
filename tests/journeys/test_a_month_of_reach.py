"""A month of posting and reading, day by day: what is said to be measured equals the sandbox's ledger.

Real tweepy and real facebook-sdk over a socket. The office and the sandbox live by one clock, which the test sets.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.reach import Known, Metric, Untold
from prokes_social.model.report import Report
from prokes_social.store import reports, spending
from prokes_social.store.snapshots import TakenReading
from prokes_social.store.told import readings_of
from tests.conftest import SetClock
from tests.office import Office, open_office

pytestmark = pytest.mark.slow

SETTINGS = """
zone = "WIB"
[organisation]
name = "Provinsi Nusa Raya"
[tracking]
reading_ages = ["1h", "6h", "24h", "72h", "168h"]
[publishing]
x_monthly_budget = 40.0
"""
START = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)  # 06.00 WIB on 2 November
DAYS = 30
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Instagram tells its insights so late; likes and comments stand on the post itself at once.
LATE = 4 * HOUR

PLACES = ("Di pasar", "Di sekolah", "Di kantor", "Di angkutan umum", "Di rumah", "Di posyandu", "Di masjid")
HABITS = (
    "cuci tangan dengan sabun sebelum makan", "pakai masker bila sedang batuk", "buka jendela agar udara berganti",
    "tutup mulut dengan siku saat bersin", "istirahat bila badan demam",
)  # fmt: skip

M = Metric
#: What each number is in the ledger; None is what the platform never tells.
LEDGER: Mapping[str, Mapping[Metric, tuple[str, ...]]] = {
    "x": {
        M.IMPRESSIONS: ("views",), M.LIKES: ("likes",), M.COMMENTS: ("replies",), M.SHARES: ("shares", "quotes"),
        M.SAVES: ("bookmarks",), M.CLICKS: ("link_clicks",),
    },
    "facebook": {
        M.IMPRESSIONS: ("views",), M.REACH: ("reach",), M.LIKES: ("likes", "loves", "wows"),
        M.COMMENTS: ("comments",), M.SHARES: ("shares",), M.CLICKS: ("clicks",),
    },
    "instagram": {
        M.IMPRESSIONS: ("views",), M.REACH: ("reach",), M.LIKES: ("likes",), M.COMMENTS: ("comments",),
        M.SHARES: ("shares",), M.SAVES: ("saved",),
    },
}  # fmt: skip

#: While each lasts, what is told of the metric it hides: nothing.
RENAMED = {"x.like_count": "renamed", "facebook.post_clicks": "dead", "instagram.saved": "null"}
DROPPED = {"x.impression_count": "dropped", "facebook.comments": "null", "instagram.reach": "dropped"}
TEXT = {"x.impression_count": "text", "facebook.post_media_view": "text", "instagram.views": "text"}
HIDES = {
    "renamed": {"x": M.LIKES, "facebook": M.CLICKS, "instagram": M.SAVES},
    "dropped": {"x": M.IMPRESSIONS, "facebook": M.COMMENTS, "instagram": M.REACH},
}


@dataclass
class Month:
    office: Office
    clock: SetClock
    deleted: dict[str, str] = field(default_factory=dict)  #: platform to external id, for good
    returned: dict[str, str] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)
    hidden: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    asked_after_standstill: int = 0
    alarms: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.instagram = self.office.sandbox.accounts()["instagram"][0]["id"]

    def lives_through(self) -> None:
        happenings = self._happenings()
        for hour in range(DAYS * 24):
            for happen in happenings.get(hour, ()):
                happen()
            if not self._stands_still(hour):
                self._works()
            self.clock.pass_time(hours=1)

    def _works(self) -> None:
        publisher = self.office.app.publisher()
        for _round in range(6):
            for claim in publisher.claim(8):
                publisher.publish(claim)
        self.office.app.deliveries.reap()
        self.office.app.reach.collect_due()

    def _stands_still(self, hour: int) -> bool:
        return 5 * 24 + 2 <= hour < 8 * 24 + 2  # the machine is off for three days

    def _happenings(self) -> dict[int, list[Callable[[], None]]]:
        sandbox = self.office.sandbox
        return {
            24 * 3 + 2: [lambda: self._breaks_down("x", "insights"), lambda: self._breaks_down("facebook", "lookup")],
            24 * 3 + 14: [sandbox.clear_faults],
            24 * 8 + 2: [self._count_before],
            24 * 8 + 3: [self._count_after],
            24 * 9 + 2: [self._limits],
            24 * 11: [lambda: self._hides("renamed", RENAMED)],
            24 * 13: [self._shows],
            24 * 14: [lambda: self._hides("dropped", DROPPED)],
            24 * 15: [self._shows],
            24 * 15 + 1: [lambda: self._settings(metrics=TEXT)],
            24 * 16: [lambda: self._settings(metrics={}, x_vocabulary="post")],
            24 * 17: [self._deletes],
            24 * 19: [self._restores],
            24 * 20: [self._corrects],
            24 * 22: [lambda: self._rights(allowed=False)],
            24 * 24: [self._rings, lambda: self._rights(allowed=True)],
        }

    def _settings(self, **changes: Any) -> None:
        self.office.sandbox.settings(**changes)

    def _breaks_down(self, platform: str, call: str) -> None:
        self.office.sandbox.fault(platform, call, "error_503_html", times=100_000)

    def _limits(self) -> None:
        for platform in LEDGER:
            self.office.sandbox.fault(platform, "insights", "rate_limit", times=1, reset_in=2400)

    def _hides(self, what: str, metrics: Mapping[str, str]) -> None:
        self.hidden.append((what, self.clock.now(), datetime.max.replace(tzinfo=UTC)))
        self._settings(metrics=dict(metrics))

    def _shows(self) -> None:
        what, since, _until = self.hidden.pop()
        self.hidden.append((what, since, self.clock.now()))
        self._settings(metrics={})

    def _deletes(self) -> None:
        for platform in LEDGER:
            newest = [each["id"] for each in self.office.sandbox.posts(platform=platform)][-2:]
            self.deleted[platform], self.returned[platform] = newest
            for external_id in newest:
                self.office.sandbox.delete_post(external_id)

    def _restores(self) -> None:
        for external_id in self.returned.values():
            self.office.sandbox.restore_post(external_id)

    def _corrects(self) -> None:
        for platform in LEDGER:
            *_older, older, _newest = self.office.sandbox.posts(platform=platform)
            self.corrected[platform] = older["id"]
            self.office.sandbox.correct_post(older["id"], 0.6)

    def _rights(self, *, allowed: bool) -> None:
        rows = self.office.sandbox.accounts()["instagram"]
        [row] = [each for each in rows if each["id"] == self.instagram]
        self.office.sandbox.add_accounts(instagram=[{**row, "insights": allowed}])

    def _rings(self) -> None:
        self.alarms = [each.kind.value for each in self.office.app.decisions.alarms()]

    def _count_before(self) -> None:
        self.asked_after_standstill = -self._requests()

    def _count_after(self) -> None:
        self.asked_after_standstill += self._requests()

    def _requests(self) -> int:
        return sum(self.office.sandbox.cost()["requests"].values())


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    clock = SetClock(START)
    folder: Path = tmp_path_factory.mktemp("sebulan") / "kantor"
    with pytest.MonkeyPatch.context() as patch, open_office(folder, clock=clock, settings=SETTINGS) as office:
        patch.delenv("PROKES_HOME", raising=False)
        office.add_accounts()
        office.sandbox.settings(instagram_insights_delay_s=LATE.total_seconds())
        path = _write_campaign(office)
        office.app.campaigns.schedule(path, by="Ayu")
        office.app.campaigns.approve(path, who="Citra")
        month = Month(office, clock)
        month.lives_through()
        yield month


def _write_campaign(office: Office) -> Path:
    """One message a day at 07.00 WIB, each with a text of its own and all with the same card."""
    path = office.write_campaign()
    head, _messages, _rest = path.read_text(encoding="utf-8").partition("messages:")
    days = range(DAYS - 3)
    lines = [f"{head}messages:", *map(_message, days), "sends:", *map(_send, days)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _message(day: int) -> str:
    place, habit = PLACES[day % len(PLACES)], HABITS[day % len(HABITS)]
    return f"""\
  - id: m{day}
    text: {place}, {habit}. Catatan sehat ke-{day + 1} dari kami.
    sources: [who]
    card:
      template: announcement
      slots: {{headline: Cuci tangan 20 detik, source: "WHO"}}
      alt: Kartu ajakan mencuci tangan 20 detik dengan sabun."""


def _send(day: int) -> str:
    at = datetime(2026, 11, 2, 7, tzinfo=UTC) + day * DAY
    return f'  - {{id: h{day}, message: m{day}, to: official, at: "{at:%Y-%m-%d %H.%M}"}}'


def _readings(month: Month) -> dict[int, list[TakenReading]]:
    with month.office.app.store.read() as tx:
        posts = {delivery: origin.post_id for delivery, origin in reports.origins(tx, "uji").items()}
        readings = readings_of(tx, list(posts.values()))
    return {delivery: readings[post_id] for delivery, post_id in posts.items() if post_id in readings}


class Truth:
    """The sandbox's ledger at any moment of the month."""

    def __init__(self, month: Month) -> None:
        self._sandbox = month.office.sandbox
        self._at: dict[datetime, dict[str, dict[str, int]]] = {}
        self._since = {each["id"]: datetime.fromisoformat(each["created_at"]) for each in month.office.sandbox.posts()}

    def of(self, platform: str, external_id: str, metric: Metric, at: datetime) -> set[int]:
        """What may rightly be told at this moment: of Instagram, the number of some hours before."""
        parts = LEDGER[platform][metric]
        told = {sum(self._numbers(at)[external_id][part] for part in parts)}
        if platform == "instagram":
            earlier = self._numbers(at - LATE).get(external_id)
            told = {sum(earlier[part] for part in parts)} if earlier else told
            if metric in (M.LIKES, M.COMMENTS):  # these are told without insights too, and then of now
                told |= {sum(self._numbers(at)[external_id][part] for part in parts)}
        return told

    def _numbers(self, at: datetime) -> dict[str, dict[str, int]]:
        if at not in self._at:
            self._at[at] = self._sandbox.numbers(at.timestamp())
        return self._at[at]


def _newest(readings: list[TakenReading], metric: Metric) -> TakenReading | None:
    told = [each for each in readings if each.known is Known.MEASURED and each.numbers.get(metric) is not None]
    return told[-1] if told else None


def test_every_figure_said_to_be_measured_equals_the_ledger(month: Month) -> None:
    report, readings, truth = _report(month), _readings(month), Truth(month)
    ids = {row.id: row.post.external_id for row in month.office.app.deliveries.listing() if row.post}
    checked = dict.fromkeys(LEDGER, 0)
    for each in report.deliveries:
        for metric, figure in each.figures.items():
            newest = _newest(readings.get(each.id, []), metric)
            if newest is None:
                assert (figure.value, figure.known) == (None, Known.UNKNOWN), (each, metric)
                continue
            assert figure.known is Known.MEASURED
            right = truth.of(each.platform, ids[each.id], metric, newest.taken_at)
            assert figure.value in right, (each.platform, each.id, metric, newest.taken_at, figure, right)
            checked[each.platform] += 1
    assert min(checked.values()) > 100, checked


def test_every_single_reading_that_was_kept_equals_the_ledger(month: Month) -> None:
    truth, told = Truth(month), 0
    rows = {row.id: row for row in month.office.app.deliveries.listing() if row.post}
    for delivery_id, readings in _readings(month).items():
        row = rows[delivery_id]
        assert row.post
        for reading in readings:
            for metric, value in reading.numbers.items():
                if value is not None:
                    right = truth.of(row.platform, row.post.external_id, metric, reading.taken_at)
                    assert value in right, (row.platform, metric, reading)
                    told += 1
    assert told > 1000


def test_totals_are_the_sums_of_what_the_ledger_says(month: Month) -> None:
    report, readings, truth = _report(month), _readings(month), Truth(month)
    rows = {row.id: row for row in month.office.app.deliveries.listing() if row.post}
    for total in (report.total, *report.by_account):
        of_it = [row for row in rows.values() if total.key in ("", row.key.account)]
        newest = [(row, _newest(readings.get(row.id, []), M.IMPRESSIONS)) for row in of_it]
        right = sum(
            next(iter(truth.of(row.platform, row.post.external_id, M.IMPRESSIONS, reading.taken_at)))
            for row, reading in newest
            if reading and row.post
        )
        assert total.figure(M.IMPRESSIONS).value == right
        assert total.told[M.IMPRESSIONS] == sum(reading is not None for _row, reading in newest)
        assert total.figure(M.REACH).value is None, "reach does not add up"


def test_what_was_hidden_was_not_told_and_everything_else_was(month: Month) -> None:
    rows = {row.id: row for row in month.office.app.deliveries.listing()}
    met = set()
    for delivery_id, readings in _readings(month).items():
        platform = rows[delivery_id].platform
        for reading in readings:
            for what, since, until in month.hidden:
                if since <= reading.taken_at < until and reading.known is Known.MEASURED:
                    assert reading.numbers[HIDES[what][platform]] is None
                    met.add((what, platform))
            if platform == "x" and reading.numbers:
                assert reading.numbers[M.REACH] is None
    assert met == {(what, platform) for what in HIDES for platform in LEDGER}


def test_deleted_posts_are_known_as_gone_and_those_that_came_back_as_here(month: Month) -> None:
    report = _report(month)
    removed = {each.permalink: each.removed_at for each in report.deliveries if each.removed_at}
    gone = {each["permalink"] for each in month.office.sandbox.posts() if each["deleted_at"]}
    by_id = {row.post.external_id: row.post.permalink for row in month.office.app.deliveries.listing() if row.post}
    assert set(removed) == {by_id[external_id] for external_id in month.deleted.values()}
    assert len(gone) == len(month.deleted)


def test_numbers_that_fell_are_marked_and_told_in_words(month: Month) -> None:
    report = _report(month)
    fell = {each.platform for each in report.deliveries if M.IMPRESSIONS in each.fell}
    assert fell == set(month.corrected)
    assert any("turun dari" in note for note in report.notes)


def test_a_standstill_of_three_days_costs_one_reading_a_post(month: Month) -> None:
    replaced = [
        each for readings in _readings(month).values() for each in readings if each.reason == Untold.REPLACED.value
    ]
    assert replaced
    assert {each.known for each in replaced} == {Known.UNKNOWN}
    assert month.asked_after_standstill < 40
    missed = [row for row in month.office.app.deliveries.listing() if row.status is DeliveryStatus.MISSED]
    assert len(missed) == 9  # three days, three platforms: nobody was there to post


def test_outages_and_limits_lost_no_reading(month: Month) -> None:
    readings = _readings(month)
    for row in month.office.app.deliveries.listing():
        if row.post and month.clock.now() - row.post.published_at > 8 * DAY:
            done = readings[row.id]
            assert len(done) == 5
            left_out = [each for each in done if each.known is Known.UNKNOWN]
            allowed = {Untold.REPLACED.value, Untold.GONE.value}
            assert {each.reason for each in left_out} <= allowed, left_out


def test_lost_rights_rang_and_posting_went_on(month: Month) -> None:
    assert "insights-refused" in month.alarms
    assert "insights-refused" not in [each.kind.value for each in month.office.app.decisions.alarms()]
    while_lost = [
        row
        for row in month.office.app.deliveries.listing()
        if row.platform == "instagram" and START + 22 * DAY <= row.content.due_at < START + 24 * DAY
    ]
    assert {row.status for row in while_lost} == {DeliveryStatus.PUBLISHED}


def test_reading_cost_what_the_sandbox_charged(month: Month) -> None:
    deeds = month.office.sandbox.cost()["deeds"]
    charged = Decimal(deeds.get("own_post_read", 0)) / 1000 + Decimal(deeds.get("post_read", 0)) * 5 / 1000
    with month.office.app.store.read() as tx:
        spent = spending.spent(tx, since=START - DAY)["x-uji"]
    posts = sum(1 for _each in month.office.sandbox.posts(platform="x"))
    assert spent == charged + posts * Decimal("0.015")


def _report(month: Month) -> Report:
    return month.office.app.reach.report("uji")
