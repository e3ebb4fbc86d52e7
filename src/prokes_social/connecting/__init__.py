"""Accounts in, Connections out: credentials sealed, renewed before they run out, and granted by people themselves."""

from prokes_social.connecting.connector import Connector
from prokes_social.connecting.granting import Granting, Journey
from prokes_social.connecting.naming import require_usable
from prokes_social.connecting.official import OfficialGranting

__all__ = ["Connector", "Granting", "Journey", "OfficialGranting", "require_usable"]
