"""The workspace's settings in, the ways that alarms and reports go out."""

from collections.abc import Sequence

from prokes_social.alerting import Channel, Mail, Webhook
from prokes_social.alerting.pinned import Pinned
from prokes_social.clock import Clock
from prokes_social.settings import Settings


def alarm_channels(settings: Settings, clock: Clock) -> list[Channel]:
    """None where nothing is set: then alarms are in the log and in the table only."""
    chosen = settings.alerting
    channels: list[Channel] = []
    if chosen.webhook_url:
        channels.append(_webhook(settings, clock))
    if chosen.email_to:
        channels.append(_mail(settings, clock, chosen.email_to))
    return channels


def report_channels(settings: Settings, clock: Clock) -> list[Mail | Webhook]:
    """None where nothing is set: then reports are kept and not sent."""
    chosen = settings.reporting
    channels: list[Mail | Webhook] = []
    if chosen.email_to:
        channels.append(_mail(settings, clock, chosen.email_to))
    if chosen.webhook:
        channels.append(_webhook(settings, clock))
    return channels


def status_webhook(settings: Settings, clock: Clock) -> Webhook | None:
    """None where nobody is told of status changes, or nothing is there to sign them with."""
    chosen, secret = settings.webhooks, settings.webhooks_secret
    if not chosen.url or secret is None:
        return None
    return Webhook(url=chosen.url, clock=clock, secret=secret, pinned=Pinned(allow_private=chosen.allow_private))


def _webhook(settings: Settings, clock: Clock) -> Webhook:
    url = settings.alerting.webhook_url or ""
    pinned = Pinned(allow_private=settings.alerting.allow_private)
    return Webhook(url=url, clock=clock, secret=settings.webhook_secret, pinned=pinned)


def _mail(settings: Settings, clock: Clock, to: Sequence[str]) -> Mail:
    chosen = settings.alerting
    return Mail(
        host=chosen.smtp_host,
        port=chosen.smtp_port,
        security=chosen.smtp_security,
        user=chosen.smtp_user,
        password=settings.smtp_password,
        sender=chosen.smtp_from,
        to=to,
        clock=clock,
        zone=settings.zone,
    )
