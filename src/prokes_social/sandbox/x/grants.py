"""OAuth 2.0 at X: a person's consent in, tokens out; codes and refresh tokens work once, PKCE is really checked."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from prokes_social.sandbox.accounts import XUser
from prokes_social.sandbox.calls import Answer, Incoming, Refused

ACCESS_LIVES_S = 7200
CODE_LIVES_S = 30
ALL_SCOPES = "tweet.read tweet.write users.read media.write offline.access"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an app asks a person for: the query of /i/oauth2/authorize."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str
    code_challenge: str


@dataclass(frozen=True, kw_only=True)
class Grant:
    user_id: str
    client_id: str
    scopes: frozenset[str]
    ends_at: float


@dataclass
class Grants:
    """Everything that was consented to; the caller holds the world's lock."""

    codes: dict[str, tuple[Wish, Grant]] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)

    def consent(self, wish: Wish, user: XUser, now: float) -> str:
        """A code for the app, good once and for half a minute."""
        code = secrets.token_urlsafe(32)
        scopes = frozenset(wish.scope.split())
        grant = Grant(user_id=user.id, client_id=wish.client_id, scopes=scopes, ends_at=now + CODE_LIVES_S)
        self.codes[code] = (wish, grant)
        return code

    def user_of(self, token: str, scope: str, now: float) -> str | None:
        """The user's id, while the token lives and covers the scope."""
        grant = self.access.get(token)
        return grant.user_id if grant and now < grant.ends_at and scope in grant.scopes else None


def redeem(grants: Grants, users: list[XUser], incoming: Incoming, now: float) -> Answer:
    """POST /2/oauth2/token. Raises Refused (400)."""
    form = dict(incoming.form)
    client_id = _client_id(incoming, form)
    kind = form.get("grant_type")
    if kind == "authorization_code":
        grant = _of_code(grants, form, client_id, now)
    elif kind == "refresh_token":
        grant = _of_refresh(grants, users, form.get("refresh_token", ""), client_id)
    else:
        raise _refused("unsupported_grant_type", "Missing or unknown grant_type.")
    return _given(grants, grant, now)


def revoke(grants: Grants, incoming: Incoming) -> Answer:
    """POST /2/oauth2/revoke, of either kind of token."""
    token = dict(incoming.form).get("token", "")
    grants.access.pop(token, None)
    grants.refresh.pop(token, None)
    grants.spent.add(token)
    return Answer(body={"revoked": True})


def _client_id(incoming: Incoming, form: dict[str, str]) -> str:
    """In the form for public apps; confidential ones prove themselves with Basic, whose secret nobody here knows."""
    scheme, _, value = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except ValueError:
            raise _refused("invalid_client", "The Authorization header cannot be read.") from None
    if not form.get("client_id"):
        raise _refused("invalid_request", "Missing required parameter [client_id].")
    return form["client_id"]


def _of_code(grants: Grants, form: dict[str, str], client_id: str, now: float) -> Grant:
    wish, grant = grants.codes.pop(form.get("code", ""), (None, None))
    if wish is None or grant is None or now >= grant.ends_at or wish.client_id != client_id:
        raise _refused("invalid_request", "Value passed for the authorization code was invalid.")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wish.code_challenge:
        raise _refused("invalid_request", "Value passed for the code verifier did not match the code challenge.")
    if form.get("redirect_uri") != wish.redirect_uri:
        raise _refused("invalid_request", "Value passed for the redirect uri did not match the uri of the code.")
    return grant


def _of_refresh(grants: Grants, users: list[XUser], token: str, client_id: str) -> Grant:
    grant = grants.refresh.pop(token, None)
    owner = next((user for user in users if token and user.refresh_token == token), None)
    if grant is None and owner and token not in grants.spent:
        # The token an account was made with; any app may have it.
        scopes = frozenset(ALL_SCOPES.split())
        grant = Grant(user_id=owner.id, client_id=client_id, scopes=scopes, ends_at=0)
    grants.spent.add(token)
    if grant is None or grant.client_id != client_id:
        raise _refused("invalid_request", "Value passed for the token was invalid.")
    return grant


def _given(grants: Grants, grant: Grant, now: float) -> Answer:
    access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    grants.access[access] = replace(grant, ends_at=now + ACCESS_LIVES_S)
    body: dict[str, Any] = {"token_type": "bearer", "expires_in": ACCESS_LIVES_S, "access_token": access}
    body["scope"] = " ".join(sorted(grant.scopes))
    if "offline.access" in grant.scopes:
        grants.refresh[refresh] = grant
        body["refresh_token"] = refresh
    return Answer(body=body)


def _refused(error: str, description: str) -> Refused:
    return Refused(Answer(status=400, body={"error": error, "error_description": description}))
