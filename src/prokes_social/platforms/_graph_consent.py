"""Facebook Login: our Meta app in, where a person says yes out; then their code in, the Pages they allowed out.

No PKCE here: Meta offers it for its OpenID tokens only. The code is bound to the exact address of return and is worth
nothing without the app's secret, and `state` binds it to the session that began.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from prokes_social.errors import NotSent, Rejected, SettingsError
from prokes_social.i18n import _
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection
from prokes_social.platforms import Consent
from prokes_social.platforms._failures import Kind
from prokes_social.platforms._graph_answers import as_dict
from prokes_social.platforms._graph_faults import CONSENT_CODES

if TYPE_CHECKING:
    from prokes_social.platforms._graph import Graph, GraphPlatform

LIVE_DIALOG = "https://www.facebook.com"

#: What we ask for, and what for; https://developers.facebook.com/docs/permissions (read 2026-11).
PAGE_SCOPES = (
    "pages_show_list",  # which Pages the person has allowed: /me/accounts
    "pages_read_engagement",  # a Page's name and its posts (a lost answer is looked up there), counts of comments
    "pages_manage_posts",  # uploading photos, publishing, taking down
    "read_insights",  # how often a post was seen, and by how many
)
#: By https://developers.facebook.com/docs/instagram-platform/content-publishing too. Nothing is posted to the Page.
INSTAGRAM_SCOPES = (
    "pages_show_list",  # the account is found by the Page that it is linked to
    "pages_read_engagement",  # Meta wants it beside instagram_content_publish
    "instagram_basic",  # the account's name and its posts
    "instagram_content_publish",  # publishing, and how much of the day's quota is left
    "instagram_manage_insights",  # how often a post was seen, and by how many
)

_PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username}"
#: Of those who allow more, the rest is told by dots: the list has to fit into a notice.
_MOST_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """One account that a person has allowed us."""

    external_id: str
    name: str
    token: Secret


def ask_for_consent(
    client_id: str,
    version: str,
    scopes: Sequence[str],
    redirect_url: str,
    state: str,
    *,
    external_id: str = "",
    origin: str | None = None,
) -> Consent:
    """https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow; `origin` is a sandbox's.

    Which account is meant is no concern of Meta's: it is kept until the person comes back.
    """
    query = {
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "state": state,
        "response_type": "code",
        "scope": ",".join(scopes),
        "auth_type": "rerequest",  # else a right that was refused once is never asked for again
    }
    url = f"{origin or LIVE_DIALOG}/{version}/dialog/oauth?{urlencode(query)}"
    return Consent(url=url, verifier=Secret(external_id))


@dataclass(frozen=True, kw_only=True)
class Redeeming:
    """One code on its way to the Pages behind it."""

    platform: "GraphPlatform"
    code: Secret
    redirect_url: str
    app_secret: Secret

    def pages(self) -> list[Mapping[str, Any]]:
        """All of them, each with a token of its own. Raises PlatformError."""
        # A short-lived token of the person would give Page tokens that end within hours.
        token = self._long_lived(self._short_lived())
        graph = self._graph({"access_token": token, "app_secret": self.app_secret})
        return list(graph.listing("me/accounts", fields=_PAGE_FIELDS))

    def _short_lived(self) -> Secret:
        return self._exchange(redirect_uri=self.redirect_url, code=self.code.reveal())

    def _long_lived(self, token: Secret) -> Secret:
        """https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived"""
        return self._exchange(grant_type="fb_exchange_token", fb_exchange_token=token.reveal())

    def _exchange(self, **fields: str) -> Secret:
        """What was revealed for it is taken out of errors by `Call.clean`."""
        graph = self._graph({})
        ours = {"client_id": self.platform.settings.client_id, "client_secret": self.app_secret.reveal()}
        try:
            token = graph.exchange(**ours, **fields).get("access_token")
        except (NotSent, Rejected):
            fault = graph.fault
            if fault is None or fault.status != 400 or fault.code not in CONSENT_CODES:
                raise
        else:
            if isinstance(token, str) and token:
                return Secret(token)
            raise graph.call.unknown("the answer has no access_token")
        raise graph.call.unauthorized(
            fault.words,
            _("Begin once more; if it happens again, compare the app's number, its secret and address with Meta's."),
        )

    def _graph(self, credentials: Mapping[str, Secret]) -> "Graph":
        """As nobody's account yet: errors name the platform instead."""
        platform = self.platform
        connection = Connection(
            account=platform.label, credentials=credentials, base_url=platform.base_url, sandbox=platform.is_sandbox
        )
        return platform.graph(connection, Kind.REPEATABLE)


def chosen(found: Sequence[Allowed], wanted: str, platform: str) -> Allowed:
    """The one whose number is `wanted`; without a wish, the only one. Raises SettingsError."""
    fitting = [each for each in found if wanted in ("", each.external_id)]
    if len(fitting) == 1:
        return fitting[0]
    if not found:
        raise SettingsError(
            _("Nothing that {platform} could post to was allowed.", platform=platform),
            hint=_("Connect once more and tick the Page there; an Instagram account must be linked to that Page."),
        )
    listed = "; ".join(_listed(found))
    if wanted:
        raise SettingsError(
            _("Number {number} was not allowed, but: {list}.", number=wanted, list=listed),
            hint=_("Connect once more and tick the right Page there."),
        )
    raise SettingsError(
        _("Several were allowed: {list}.", list=listed),
        hint=_("Type the number of the one that is meant, then connect once more."),
    )


def page_in(page: Mapping[str, Any]) -> Allowed | None:
    """None where the person may look at the Page, but not work for it: then it comes without a token."""
    return _allowed(page, page, "name")


def instagram_in(page: Mapping[str, Any]) -> Allowed | None:
    """The professional account that is linked to the Page: the Page's token acts for it."""
    return _allowed(as_dict(page.get("instagram_business_account")), page, "username")


def _allowed(account: Mapping[str, Any], page: Mapping[str, Any], naming: str) -> Allowed | None:
    external_id, token = account.get("id"), page.get("access_token")
    if not (isinstance(external_id, str) and external_id and isinstance(token, str) and token):
        return None
    return Allowed(
        external_id=external_id, name=str(account.get(naming) or page.get("name") or ""), token=Secret(token)
    )


def _listed(found: Sequence[Allowed]) -> Iterator[str]:
    yield from (f"{each.name[:60]} ({each.external_id})" for each in found[:_MOST_LISTED])
    if len(found) > _MOST_LISTED:
        yield "…"
