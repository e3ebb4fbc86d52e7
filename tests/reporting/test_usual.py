"""A post beside its account's earlier ones, and hours beside each other: own results, with how many are behind each."""

from prokes_social.model.analysis import FEWEST, Against, Usual

from .conftest import Office

DAY = 1.0  #: of a sandbox post, in seconds


def test_a_post_is_set_beside_the_earlier_posts_of_its_account(office: Office) -> None:
    office.has_account("resmi", "x")
    for number in range(FEWEST):
        office.reads(office.publishes(office.queues("sabun", "resmi", number * 10)), DAY, impressions=100 + number)
    last = office.publishes(office.queues("masker", "resmi", 90))
    office.reads(last, DAY, impressions=500)
    report = office.reports(after=120)
    usual = {each.id: each.usual for each in report.deliveries}
    assert usual.pop(last.id) == Usual(median=102, posts=FEWEST, against=Against.ABOVE)
    assert set(usual.values()) == {None}  # too few before them
    assert report.total.against[Against.ABOVE] == report.total.compared == 1


def test_an_hour_of_few_posts_is_never_called_the_best(office: Office) -> None:
    office.has_account("resmi", "x")
    for number in range(FEWEST):
        office.reads(office.publishes(office.queues("sabun", "resmi", number * 10)), 2 * DAY, impressions=100)
    office.reads(office.publishes(office.queues("masker", "resmi", 3600)), 2 * DAY, impressions=9000)
    times = office.reports(after=4000).best_times
    assert [(each.hour, each.posts, each.is_thin) for each in times.hours] == [(7, FEWEST, False), (8, 1, True)]
    assert times.best is not None
    assert times.best.hour == 7
