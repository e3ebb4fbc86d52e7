"""Tokens of the API: which there are and what they may do, a new one shown once, and an old one revoked."""

from datetime import timedelta

from fastapi import Response

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import Secret
from prokes_social.model.token import NEEDS, Scope, Token
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/webhooks-and-api")
#: Days that a token may last.
LASTING = (30, 90, 180, 365)


@area.get("/tokens", Right.MANAGE)
def listing(visit: Visit) -> Response:
    return _page(visit)


@area.post("/tokens", Right.MANAGE)
def make(visit: Visit) -> Response:
    """The one page that shows what a token says; it is not kept anywhere, so there is no going back to it."""
    scopes = [scope for scope in Scope if scope.value in visit.lists.get("scope", [])]
    days = visit.form.get("days", "")
    lasting = timedelta(days=int(days)) if days in {str(each) for each in LASTING} else timedelta(days=90)
    try:
        token, words = visit.app.tokens.make(
            visit.form.get("label", "")[:200], scopes, user=visit.user, by=visit.who, lasting=lasting
        )
    except SettingsError as error:
        return _page(visit, 422, wrong=f"{error.message} {error.hint}")
    return _page(visit, made=token, words=words)


@area.post("/tokens/{id}/revoke", Right.MANAGE)
def revoke(visit: Visit) -> Response:
    try:
        token = visit.app.tokens.revoke(visit.number(), by=visit.who)
    except SettingsError:
        return visit.missing()
    return visit.go("/tokens", ok=_("“{label}” opens nothing any more.", label=token.label))


def _page(
    visit: Visit, status: int = 200, *, wrong: str = "", made: Token | None = None, words: Secret | None = None
) -> Response:  # fmt: skip
    chosen = visit.lists.get("scope", ["read"]) if visit.request.method == "POST" and not made else ["read"]
    return visit.show(
        "tokens.html.j2", status, tokens=visit.app.tokens.listing(), now=visit.app.clock.now(), wrong=wrong, made=made,
        words=words.reveal() if words else "", scopes=list(Scope), chosen=chosen, lasting=LASTING,
        may={scope: NEEDS[scope] in visit.user.rights for scope in Scope},
        label="" if made else visit.form.get("label", "")[:200],
    )  # fmt: skip
