"""The workspace's settings in, the ways that alarms go out."""

from prokes_social.alerting import Channel, Mail, Webhook
from prokes_social.alerting.pinned import Pinned
from prokes_social.clock import Clock
from prokes_social.settings import Settings


def alarm_channels(settings: Settings, clock: Clock) -> list[Channel]:
    """None where nothing is set: then alarms are in the log and in the table only."""
    chosen = settings.alerting
    channels: list[Channel] = []
    if chosen.webhook_url:
        pinned = Pinned(allow_private=chosen.allow_private)
        channels.append(Webhook(url=chosen.webhook_url, clock=clock, secret=settings.webhook_secret, pinned=pinned))
    if chosen.email_to:
        channels.append(
            Mail(
                host=chosen.smtp_host,
                port=chosen.smtp_port,
                security=chosen.smtp_security,
                user=chosen.smtp_user,
                password=settings.smtp_password,
                sender=chosen.smtp_from,
                to=chosen.email_to,
                clock=clock,
                zone=settings.zone,
            )
        )
    return channels
