"""A report in, two small tables out: engagement by kind on each platform, and official beside personal accounts.

Every format writes these same rows, so that none can tell another figure than the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prokes_social.i18n import _
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import ENGAGEMENT, UNKNOWN, Report, Sum
from prokes_social.reporting import wording


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of engagement; `part` is what the kind is made of, such as a reaction."""

    metric: Metric
    part: str = ""  #: the platform's word; empty for the whole kind
    figures: tuple[Figure, ...]  #: a column each

    @property
    def label(self) -> str:
        whole = str(self.metric.label)
        return f"{whole}: {wording.kind(self.part)}" if self.part else whole


def columns(report: Report) -> Sequence[Sum]:
    """The platforms, and all of them together where there are several."""
    return [*report.by_platform, report.total] if len(report.by_platform) > 1 else report.by_platform


def column_heads(report: Report) -> list[str]:
    return [each.label if each is not report.total else _("Together") for each in columns(report)]


def by_kind(report: Report) -> list[Kind]:
    """Every kind there is, told or not, each followed by what it is made of where a platform tells."""
    return list(_kinds(columns(report))) if report.by_platform else []


def _kinds(sums: Sequence[Sum]) -> Iterator[Kind]:
    for metric in ENGAGEMENT:
        yield Kind(metric=metric, figures=tuple(each.figure(metric) for each in sums))
        parts = dict.fromkeys(part for each in sums for part in each.kinds.get(metric, {}))
        for part in sorted(parts, key=lambda part: (-_most(sums, metric, part), part)):
            yield Kind(metric=metric, part=part, figures=tuple(_part(each, metric, part) for each in sums))


def _most(sums: Sequence[Sum], metric: Metric, part: str) -> int:
    return max(each.kinds.get(metric, {}).get(part, 0) for each in sums)


def _part(each: Sum, metric: Metric, part: str) -> Figure:
    value = each.kinds.get(metric, {}).get(part)
    return UNKNOWN if value is None else Figure(value=value, known=Known.MEASURED)


# --- personal sharing beside institutional ---


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One figure of official accounts and the same of staff's own."""

    key: str
    label: str
    official: Figure
    personal: Figure
    official_without: tuple[Metric, ...] = ()  #: kinds that interactions lack
    personal_without: tuple[Metric, ...] = ()


def beside(report: Report) -> list[Beside]:
    """Nothing where staff's own accounts are not told."""
    return list(_beside(report)) if report.personal else []


def _beside(report: Report) -> Iterator[Beside]:
    total, personal = report.total, report.personal
    if personal is None:
        return
    active = sum(each.published > 0 for each in report.by_account)
    yield Beside(key="accounts", label=_("accounts"), official=_counted(active), personal=_counted(personal.accounts))
    posts = Figure(value=total.published, known=total.published_known)
    yield Beside(key="posts", label=_("posts"), official=posts, personal=_counted(personal.posts))
    for metric in (Metric.IMPRESSIONS, *ENGAGEMENT):
        yield Beside(
            key=metric.value,
            label=str(metric.label),
            official=total.figure(metric),
            personal=personal.figure(metric),
        )
    yield Beside(
        key="interactions",
        label=_("interactions"),
        official=total.interactions,
        personal=personal.interactions,
        official_without=total.interactions_without,
        personal_without=personal.interactions_without,
    )


def _counted(value: int) -> Figure:
    return Figure(value=value, known=Known.MEASURED)
