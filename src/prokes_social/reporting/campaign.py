"""One campaign's rows in, its Report out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from prokes_social import __version__
from prokes_social.errors import ContentError
from prokes_social.i18n import _, language
from prokes_social.model.analysis import Usual
from prokes_social.model.report import Paper, Report, ReportedMessage, Sum
from prokes_social.reporting import gathering
from prokes_social.reporting.best_times import best_times
from prokes_social.reporting.curves import draw_curves
from prokes_social.reporting.notes import notes_about
from prokes_social.reporting.paper import Look, letterhead_of
from prokes_social.reporting.participation import participation_in
from prokes_social.reporting.personal import too_few_posted
from prokes_social.reporting.sums import Sums
from prokes_social.reporting.usual import usual_levels
from prokes_social.reporting.vendors import vendor_of
from prokes_social.settings import Settings
from prokes_social.store import Connection, Store, campaigns


def make_report(
    store: Store,
    campaign_name: str,
    *,
    settings: Settings,
    now: datetime,
    look_of: Callable[[str], Look],
    paper: Paper,
) -> Report:
    scale, ages = settings.tracking.sandbox_time_scale, settings.tracking.reading_ages
    with store.read() as tx:
        _require(tx, campaign_name)
        found = gathering.gather(tx, campaign_name)
        found = _with_usual(found, usual_levels(tx, found, ages=ages, time_scale=scale))
        curves = draw_curves(tx, found, ages=ages, time_scale=scale, now=now)
        took_part = participation_in(tx, campaign_name)
    sums = Sums(found.counted)
    platforms = {name: vendor_of(name) for name in sorted({each.platform for each in found.deliveries})}
    notes = notes_about(found, now=now, zone=settings.zone)
    if took_part and found.personal is None:
        notes = (*notes, too_few_posted())
    return Report(
        subject=found.subject,
        letterhead=letterhead_of(settings, look_of(found.heading.brand)),
        made_at=now,
        zone=settings.zone,
        language=language(),
        version=__version__,
        sandbox=found.has_sandbox,
        only_sandbox=found.only_sandbox,
        time_scale=scale,
        total=sums.total(found.subject.title),
        by_account=Sums(found.deliveries).by_account({a.name: a.name for a in found.accounts}),
        by_unit=sums.by_unit({a.unit.id: a.unit.name for a in found.accounts}),
        messages=_messages(found, sums),
        deliveries=found.deliveries,
        curves=curves,
        vendors=tuple(platforms.values()),
        notes=notes,
        by_platform=sums.by_platform({name: vendor.label for name, vendor in platforms.items()}),
        by_template=_by_template(found, sums),
        by_variant=_by_variant(found, sums, {name: vendor.label for name, vendor in platforms.items()}),
        best_times=best_times(found, zone=settings.zone, time_scale=scale),
        participation=tuple(took_part),
        personal=found.personal,
        paper=paper,
    )


def _with_usual(found: gathering.Found, usual: Mapping[int, Usual]) -> gathering.Found:
    return replace(found, deliveries=tuple(
        replace(each, usual=usual[each.id]) if each.id in usual else each for each in found.deliveries
    ))  # fmt: skip


def _by_template(found: gathering.Found, sums: Sums) -> tuple[Sum, ...]:
    used = sorted({found.heading.templates.get(message, "") for message in found.message_order})
    labels = {name: name or _("without a card") for name in used}
    return sums.by_message_and_platform(lambda message, platform: found.heading.templates.get(message, ""), labels)


def _by_variant(found: gathering.Found, sums: Sums, platforms: Mapping[str, str]) -> tuple[Sum, ...]:
    """Of messages that have a text of their own for some platform; what every platform is told stands apart."""

    def key_of(message: str, platform: str) -> str:
        own = found.heading.variants.get(message, frozenset())
        return f"{message}/{platform if platform in own else ''}"

    labels = {}
    for message in (each for each in found.message_order if found.heading.variants.get(each)):
        labels[f"{message}/"] = _("{message}: general text", message=message)
        for name, label in platforms.items():
            labels[f"{message}/{name}"] = _("{message}: text for {platform}", message=message, platform=label)
    return sums.by_message_and_platform(key_of, labels)


def _require(tx: Connection, name: str) -> None:
    known = campaigns.titles(tx)
    if name not in known:
        raise ContentError(
            _("The database knows no campaign “{name}”.", name=name),
            hint=_("It knows: {names}.", names=", ".join(sorted(known)))
            if known
            else _("Queue one first with `prokes campaign schedule FILE`."),
        )


def _messages(found: gathering.Found, sums: Sums) -> tuple[ReportedMessage, ...]:
    order = found.message_order
    counted = {each.key: each for each in sums.by_message({message: message for message in order})}
    nothing = Sums(())
    return tuple(
        ReportedMessage(
            id=message,
            text=found.texts[message],
            picture=found.cards.get(message),
            sum=counted.get(message) or replace(nothing.total(message), key=message),
        )
        for message in order
    )
