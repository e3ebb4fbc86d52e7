"""OAuth 2 with PKCE at X: our app and an address to come back to in, where the person says yes out; asks nobody."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from prokes_social.keys import Secret
from prokes_social.platforms import Consent

SCOPES = "tweet.read tweet.write users.read media.write offline.access"
#: How long an access token lives where X does not say it.
USUAL_LIFE = timedelta(hours=2)


def ask_for_consent(origin: str, client_id: str, redirect_url: str, state: str) -> Consent:
    """The verifier stays with us; X is shown only its digest (S256)."""
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "scope": SCOPES,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return Consent(url=f"{origin}/i/oauth2/authorize?{urlencode(query)}", verifier=Secret(verifier))


def ends_at(tokens: Mapping[str, Any], now: datetime) -> datetime:
    lives = tokens.get("expires_in")
    return now + (timedelta(seconds=lives) if isinstance(lives, int) else USUAL_LIFE)
