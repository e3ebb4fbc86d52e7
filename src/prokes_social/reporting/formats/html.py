"""A report in, one self-contained page out: pictures, style and chart inside; fit for paper and without scripts."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prokes_social import i18n
from prokes_social.clock import zone_named
from prokes_social.i18n import Bilingual
from prokes_social.model.analysis import Against
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import INTERACTIONS, Axis, Report, ReportedDelivery, Sum
from prokes_social.reporting import chart, engagement, wording
from prokes_social.reporting.axes import Frame
from prokes_social.reporting.best_times import heat_map
from prokes_social.reporting.thumbnails import data_uri

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

name = "html"
suffix = ".html"
media_type = "text/html; charset=utf-8"
label = Bilingual("halaman web, untuk dibaca dan dicetak", "web page, to read and to print")


#: A page of more rows is slow to open and to scroll; the workbook has all.
MOST_DELIVERIES = 1000


def write(report: Report) -> Mapping[str, bytes]:
    return {suffix: page(report).encode()}


def page(report: Report) -> str:
    """The page in the language that is spoken now; `formats.render` speaks the report's own."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            r=report,
            zone=zone_named(report.zone),
            style=_part("report.css"),
            script=_part("sort.js"),
            script_hash=script_hash(),
            charts={"wide": _chart(report, chart.WIDE), "narrow": _chart(report, chart.NARROW)},
            platforms={vendor.platform: vendor.label for vendor in report.vendors},
            units={each.key: each.label for each in report.by_unit},
            engagement=engagement.by_kind(report),
            engagement_heads=engagement.column_heads(report),
            engagement_keys=[each.key for each in engagement.columns(report)],
            beside=engagement.beside(report),
            heat=heat_map(report.best_times),
            groups=_groups(report),
            shown=report.deliveries[:MOST_DELIVERIES],
            pictures={each.id: data_uri(each.picture) for each in report.messages if each.picture},
            metrics=report.told_metrics,
            # A demo's deliveries are due seconds apart; an office's never are.
            seconds=any(each.due_at.second for each in report.deliveries),
            silent_metrics=[metric for metric in Metric if metric not in report.told_metrics],
        )
    )


def script_hash() -> str:
    """Of the few lines that sort tables, for a policy that allows them alone."""
    return b64encode(sha256(_part("sort.js").encode()).digest()).decode()


def _groups(report: Report) -> list[tuple[str, str, tuple[Sum, ...]]]:
    """Sums without pictures: what they are called in the page, their heading, the sums."""
    return [
        ("unit", i18n._("By unit"), report.by_unit),
        ("platform", i18n._("By platform"), report.by_platform),
        ("template", i18n._("By template"), report.by_template),
        ("text", i18n._("By text"), report.by_variant),
    ]


def _chart(report: Report, frame: Frame) -> chart.Chart | None:
    return chart.draw(report.curves, frame, zone=report.zone, now=report.made_at)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("prokes_social.reporting.formats"),
        autoescape=True,  # texts of campaigns and platforms are other people's words
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    nouns = {"Metric": Metric, "Known": Known, "Against": Against, "Axis": Axis, "INTERACTIONS": INTERACTIONS}
    environment.globals |= _spoken() | nouns
    environment.filters |= {"number": _number, "link": _link, "commands": _commands}
    return environment


def _spoken() -> dict[str, object]:
    """What templates say things with; each looks up the language when it is called."""
    words = {"_": i18n._, "n_": i18n.n_, "wording": wording, "zone_named": zone_named, "moment_of": chart.moment_of}
    formats = {"on_day": i18n.format_date, "at": i18n.format_datetime, "at_short": i18n.format_short}
    return {**words, **formats}


def _number(value: Figure | int | None) -> str:
    plain = value.value if isinstance(value, Figure) else value
    return "–" if plain is None else i18n.format_number(plain)


def _link(each: ReportedDelivery) -> str:
    """The post's address, where a browser may follow it; empty elsewhere.

    A stored `javascript:` must not run, and a sandbox's post is on no real platform, whatever its address says.
    """
    try:
        found = urlsplit(each.permalink or "")
    except ValueError:
        return ""
    there = found.scheme in ("http", "https") and (not each.sandbox or found.hostname in ("127.0.0.1", "localhost"))
    return each.permalink or "" if there else ""


def _commands(text: str) -> "Markup":
    """`Words in backticks` as code; everything else stays text."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


@cache
def _part(file: str) -> str:
    return files("prokes_social.reporting.formats").joinpath("templates", file).read_text(encoding="utf-8")
