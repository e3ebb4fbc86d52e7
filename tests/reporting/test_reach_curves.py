"""Curves show what was read when, and draw nothing in between."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from prokes_social.model.report import Axis, Curves
from prokes_social.reporting.axes import nice_steps
from prokes_social.reporting.chart import LABEL_GAP, NARROW, WIDE, Chart, draw

from .conftest import START, Office, settings_of


def real_life(office: Office) -> None:
    office.settings = replace(office.settings, tracking=settings_of(office.settings.home, time_scale=1).tracking)


def drawn(curves: Curves, after: float = 60, frame: object = WIDE) -> Chart:
    chart = draw(curves, WIDE if frame is WIDE else NARROW, zone="WIB", now=START + timedelta(seconds=after))
    assert chart
    return chart


def test_a_sandbox_post_ages_at_its_own_pace(office: Office) -> None:
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"))
    office.reads(post, 1, impressions=10)
    office.reads(post, 28, impressions=90)
    curves = office.reports(after=40).curves
    assert curves.axis is Axis.AGE
    assert [(each.age, each.impressions) for each in curves.curves[0].points] == [
        (timedelta(days=1), 10),
        (timedelta(days=28), 90),
    ]


def test_posts_of_one_account_are_added_at_the_age_of_the_later_reading(office: Office) -> None:
    office.has_account("resmi", "x")
    first = office.publishes(office.queues("sabun", "resmi", 0))
    second = office.publishes(office.queues("masker", "resmi", 5))
    office.reads(first, 1, delay=0.1, impressions=10)
    office.reads(second, 1, delay=0.15, impressions=5)
    (curve,) = office.reports(after=40).curves.curves
    assert [(each.age, each.impressions, each.posts) for each in curve.points] == [(timedelta(days=1.15), 15, 2)]


def test_a_curve_ends_at_the_age_of_its_youngest_post(office: Office) -> None:
    office.has_account("resmi", "x")
    old = office.publishes(office.queues("sabun", "resmi", 0), 0)
    young = office.publishes(office.queues("masker", "resmi", 20), 0)
    for age in (1, 3, 28):
        office.reads(old, age, impressions=age * 10)
    office.reads(young, 1, impressions=4)
    (curve,) = office.reports(after=24).curves.curves
    assert [(each.age, each.impressions) for each in curve.points] == [(timedelta(days=1), 14), (timedelta(days=3), 34)]


def test_in_real_life_curves_run_along_the_clock(office: Office) -> None:
    real_life(office)
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"), 0)
    office.reads(post, 3600, impressions=10)
    office.reads(post, 3660, impressions=11)  # within the same hour: one point
    office.reads(post, 7 * 3600, impressions=30)
    curves = office.reports(after=8 * 3600).curves
    assert curves.axis is Axis.CLOCK
    assert [(each.at, each.impressions) for each in curves.curves[0].points] == [
        (START + timedelta(seconds=3660), 11),
        (START + timedelta(hours=7), 30),
    ]


def test_many_accounts_are_drawn_as_platforms(office: Office) -> None:
    for number in range(8):
        account = f"akun{number}"
        office.has_account(account, "x" if number % 2 else "facebook")
        office.reads(office.publishes(office.queues("sabun", account)), 1, impressions=10)
    lines = office.reports().curves.curves
    assert [(each.label, each.points[-1].impressions) for each in lines] == [("facebook", 40), ("x", 40)]


def test_nothing_read_gives_no_chart_at_all(office: Office) -> None:
    office.has_account("resmi", "x")
    office.publishes(office.queues("sabun", "resmi"))
    report = office.reports()
    assert draw(report.curves, WIDE, zone="WIB", now=report.made_at) is None


def test_lines_are_level_between_readings(office: Office) -> None:
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"), 0)
    for age, count in ((1, 10), (7, 60), (28, 90)):
        office.reads(post, age, impressions=count)
    (line,) = drawn(office.reports(after=40).curves).lines
    assert line.path.count("H") == line.path.count("V") == 2
    assert "L" not in line.path


def test_a_sum_of_some_posts_only_is_drawn_hollow(office: Office) -> None:
    office.has_account("resmi", "x")
    first = office.publishes(office.queues("sabun", "resmi", 0), 0)
    second = office.publishes(office.queues("masker", "resmi", 5), 0)
    office.reads(first, 1, impressions=10)
    office.reads(first, 7, impressions=20)
    office.reads(second, 7, impressions=50)
    (line,) = drawn(office.reports(after=40).curves).lines
    assert [dot.partial for dot in line.dots] == [True, False]


def test_the_frame_grows_with_long_names_and_high_counts(office: Office) -> None:
    name = "dinas-kesehatan-kabupaten"
    office.has_account(name, "x")
    office.reads(office.publishes(office.queues("sabun", name)), 1, impressions=1_234_567)
    frame = drawn(office.reports().curves).frame
    assert frame.left > WIDE.left
    assert frame.labels > WIDE.labels


def test_labels_of_lines_that_end_together_stand_apart(office: Office) -> None:
    for account in ("a", "b", "c", "d"):
        office.has_account(account, "x")
        office.reads(office.publishes(office.queues("sabun", account)), 1, impressions=100)
    chart = drawn(office.reports().curves)
    places = sorted(line.label_y for line in chart.lines)
    assert all(later - earlier >= LABEL_GAP for earlier, later in pairwise(places))
    assert places[0] >= chart.frame.top
    assert places[-1] <= chart.frame.floor


def test_ticks_of_a_clock_fall_on_local_midnight(office: Office) -> None:
    real_life(office)
    office.has_account("resmi", "x")
    post = office.publishes(office.queues("sabun", "resmi"), 0)
    office.reads(post, 3600, impressions=10)
    office.reads(post, 72 * 3600, impressions=30)
    chart = drawn(office.reports(after=80 * 3600).curves, 80 * 3600, NARROW)
    assert [tick.label for tick in chart.x_ticks] == ["24 Nov", "25 Nov", "26 Nov"]
    # From the first reading at 08.00 to now, 15.00 three days later, are 79 hours; midnight comes after 16 of them.
    share = (chart.x_ticks[0].at - chart.frame.left) / (chart.frame.right - chart.frame.left)
    assert share == pytest.approx(16 / 79, abs=0.001)


@pytest.mark.parametrize("highest", [0, 1, 3, 4, 7, 99, 100, 101, 8431, 1_234_567])
def test_steps_are_round_whole_numbers_that_reach_the_top(highest: int) -> None:
    steps = nice_steps(highest)
    assert steps[0] == 0
    assert steps[-1] >= highest
    assert 2 <= len(steps) <= 6
