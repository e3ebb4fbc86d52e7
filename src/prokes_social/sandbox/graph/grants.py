"""Facebook Login at Meta: a person's consent in, tokens out; codes work once, redirect and secret are checked."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from prokes_social.sandbox.accounts import APP_ID, APP_SECRET, Page
from prokes_social.sandbox.calls import Answer, Refused
from prokes_social.sandbox.graph import errors
from prokes_social.sandbox.graph.parameters import Values, required

CODE_LIVES_S = 600
#: Of a person's tokens; https://developers.facebook.com/docs/facebook-login/guides/access-tokens
SHORT_LIVES_S, LONG_LIVES_S = 2 * 3600, 60 * 86_400


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an app asks a person for: the query of /dialog/oauth."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.replace(",", " ").split())


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A code, a person's token or a Page's token: for which Pages, with which rights, until when; 0: without end."""

    pages: tuple[str, ...]
    scopes: frozenset[str]
    ends_at: float
    redirect_uri: str = ""
    lasting: bool = False  #: a person's long-lived token, whose Page tokens do not end by time


@dataclass
class Grants:
    """Everything that was consented to; the caller holds the world's lock."""

    codes: dict[str, Grant] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    persons: dict[str, Grant] = field(default_factory=dict)
    pages: dict[str, Grant] = field(default_factory=dict)

    def consent(self, wish: Wish, pages: Iterable[str], now: float) -> str:
        code = secrets.token_urlsafe(64)
        self.codes[code] = Grant(
            pages=tuple(pages), scopes=wish.scopes, ends_at=now + CODE_LIVES_S, redirect_uri=wish.redirect_uri
        )
        return code

    def page_token(self, person: Grant, page: Page) -> str:
        """Each is new; Meta gives the same for a while, which nobody may count on."""
        token = f"EAA{secrets.token_urlsafe(48)}"
        self.pages[token] = replace(person, pages=(page.id,), ends_at=0 if person.lasting else person.ends_at)
        return token

    def page_of(self, token: str, pages: Iterable[Page]) -> Page | None:
        """The Page as this token shows it: with its own end and its own rights."""
        grant = self.pages.get(token)
        page = next((page for page in pages if grant and page.id in grant.pages), None)
        if page is None or grant is None:
            return None
        insights = page.insights and bool(grant.scopes & {"read_insights", "instagram_manage_insights"})
        return replace(page, access_token=token, expires_at=int(grant.ends_at), insights=insights)


def redeem(grants: Grants, values: Values, now: float) -> Answer:
    """/oauth/access_token, of a code, or of a person's token for one that lives longer. Raises Refused (400)."""
    _check_app(values)
    if values.get("grant_type") == "fb_exchange_token":
        return _given(grants, _of_token(grants, values, now), LONG_LIVES_S, now, lasting=True)
    return _given(grants, _of_code(grants, values, now), SHORT_LIVES_S, now)


def _check_app(values: Values) -> None:
    if required(values, "client_id") != APP_ID:
        raise errors.refuse("Error validating application. Cannot get application info.", code=101)
    if not hmac.compare_digest(required(values, "client_secret").encode(), APP_SECRET.encode()):
        raise errors.refuse("Error validating client secret.", code=1)


def _of_code(grants: Grants, values: Values, now: float) -> Grant:
    code, redirect_uri = required(values, "code"), required(values, "redirect_uri")
    if code in grants.spent:
        raise errors.refuse("This authorization code has been used.", subcode=36009)
    grant = grants.codes.get(code)
    if grant is None:
        raise errors.refuse("Invalid verification code format.")
    if now >= grant.ends_at:
        raise errors.refuse("This authorization code has expired.", subcode=36007)
    if grant.redirect_uri != redirect_uri:
        what = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
        raise errors.refuse(f"{what} in the OAuth dialog request", subcode=36008)
    grants.spent.add(code)
    return grant


def _of_token(grants: Grants, values: Values, now: float) -> Grant:
    grant = grants.persons.get(required(values, "fb_exchange_token"))
    if grant is None or now >= grant.ends_at:
        raise Refused(errors.error("Invalid OAuth access token - Cannot parse access token", code=190))
    return grant


def _given(grants: Grants, grant: Grant, lives_s: int, now: float, *, lasting: bool = False) -> Answer:
    token = f"EAA{secrets.token_urlsafe(64)}"
    grants.persons[token] = replace(grant, ends_at=now + lives_s, lasting=lasting)
    body: dict[str, Any] = {"access_token": token, "token_type": "bearer", "expires_in": lives_s}
    return Answer(body=body)
