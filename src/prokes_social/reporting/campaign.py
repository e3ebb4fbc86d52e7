"""One campaign's rows in, its Report out."""

from datetime import datetime

from prokes_social import __version__
from prokes_social.errors import ContentError
from prokes_social.i18n import _, language
from prokes_social.model.report import Letterhead, Report, ReportedMessage
from prokes_social.reporting import gathering
from prokes_social.reporting.colour import readable
from prokes_social.reporting.curves import draw_curves
from prokes_social.reporting.notes import notes_about
from prokes_social.reporting.sums import sum_by, sum_of
from prokes_social.reporting.vendors import vendor_of
from prokes_social.settings import Settings
from prokes_social.store import Connection, Store, campaigns

#: Where no brand kit gives a colour that can be used: a deep teal, 8:1 on white.
ACCENT = "#0b5563"


def make_report(store: Store, campaign_name: str, *, settings: Settings, now: datetime, accent: str) -> Report:
    with store.read() as tx:
        _require(tx, campaign_name)
        found = gathering.gather(tx, campaign_name)
    scale = settings.tracking.sandbox_time_scale
    return Report(
        subject=found.subject,
        letterhead=_letterhead(settings, accent),
        made_at=now,
        zone=settings.zone,
        language=language(),
        version=__version__,
        sandbox=any(each.sandbox for each in found.deliveries),
        only_sandbox=found.only_sandbox,
        time_scale=scale,
        total=sum_of("", found.subject.title, found.counted),
        by_account=sum_by(found.deliveries, lambda each: each.account, {a.name: a.name for a in found.accounts}),
        by_unit=sum_by(found.counted, lambda each: each.unit, {a.unit.id: a.unit.name for a in found.accounts}),
        messages=_messages(found),
        deliveries=found.deliveries,
        curves=draw_curves(found, ages=settings.tracking.reading_ages, time_scale=scale, now=now),
        vendors=tuple(vendor_of(name) for name in sorted({each.platform for each in found.deliveries})),
        notes=notes_about(found, now=now, zone=settings.zone),
    )


def _require(tx: Connection, name: str) -> None:
    known = campaigns.titles(tx)
    if name not in known:
        raise ContentError(
            _("The database knows no campaign “{name}”.", name=name),
            hint=_("It knows: {names}.", names=", ".join(sorted(known)))
            if known
            else _("Queue one first with `prokes campaign schedule FILE`."),
        )


def _letterhead(settings: Settings, accent: str) -> Letterhead:
    named = settings.organisation
    return Letterhead(organisation=named.name, unit=named.unit, accent=readable(accent, otherwise=ACCENT))


def _messages(found: gathering.Found) -> tuple[ReportedMessage, ...]:
    return tuple(
        ReportedMessage(
            id=message,
            text=found.texts[message],
            picture=found.cards.get(message),
            sum=sum_of(message, message, [each for each in found.counted if each.message == message]),
        )
        for message in found.message_order
    )
