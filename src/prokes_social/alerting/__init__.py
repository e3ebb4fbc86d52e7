"""Alarms in, people who know of them out: by the log, a webhook and e-mail; and the watch over the clock."""

from prokes_social.alerting.mail import Mail
from prokes_social.alerting.notice import Channel, Notice, NotTold, PerhapsTold
from prokes_social.alerting.relay import Relay
from prokes_social.alerting.telling import Teller
from prokes_social.alerting.watchdog import Watchdog
from prokes_social.alerting.webhook import Webhook

__all__ = ["Channel", "Mail", "NotTold", "Notice", "PerhapsTold", "Relay", "Teller", "Watchdog", "Webhook"]
