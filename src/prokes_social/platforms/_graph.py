"""Meta's Graph API through facebook-sdk: paths and fields in, JSON objects or one of our four errors out.

facebook-sdk 3.1.0 is of 2018. It ignores the HTTP status, refuses every version above 3.1, sends nested values as their
keys and puts tokens into addresses and so into its exceptions; all of that is mended here and nowhere else.
"""

import hmac
import json
import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import Field, SecretStr

from prokes_social.errors import PlatformError, Rejected, Unauthorized
from prokes_social.i18n import Bilingual, _
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Identity, Picture, Post
from prokes_social.model.reach import Metric, ReachSnapshot
from prokes_social.platforms import Charge, Consent, CredentialField, Platform, PlatformSettings, free
from prokes_social.platforms._failures import Call, Kind, all_forms
from prokes_social.platforms._graph_answers import as_dict, dicts
from prokes_social.platforms._graph_consent import Allowed, Redeeming, ask_for_consent, chosen
from prokes_social.platforms._graph_faults import ACCOUNT_CODES, Fault, failure
from prokes_social.platforms._graph_reading import Reading
from prokes_social.platforms._session import Session, in_words

LIVE = "https://graph.facebook.com"
#: The origin facebook-sdk has built in.
ORIGIN_OF_LIBRARY = "https://graph.facebook.com"

#: Uploads and containers are kept for 24 hours; an hour early we make new ones.
MEDIA_LIVES = timedelta(hours=23)
#: Look-ups reach five minutes back from the call, for clocks differ; two more for a call that lands after its answer
#: was lost. Until then Meta's "not published" may simply be early.
PROOF_AFTER = timedelta(minutes=7)

TOKEN = Bilingual("Token akses", "Access token")
APP_SECRET = Bilingual("Rahasia aplikasi", "App secret")


class GraphSettings(PlatformSettings):
    base_url: str = LIVE
    version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    posts_per_call: int = Field(default=50, ge=1, le=50)  #: whose numbers are read at once; Meta takes at most 50 ids
    token_in_header: bool = True  #: else as a form field or in the address, as facebook-sdk has it
    two_phase: bool = (
        False  #: Facebook: an unpublished post first, which is then published; not yet seen on a live Page
    )
    client_id: str = ""  #: of our Meta app, for connecting by consent
    client_secret: SecretStr = SecretStr("")


# --- the library ---


@cache
def _library() -> Any:
    """facebook-sdk's client with our additions; imported late, for it brings warnings and half a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes: a SyntaxWarning since Python 3.12
        import facebook

    class Client(facebook.GraphAPI):  # type: ignore[misc]
        def __init__(self, token: str, proof: str, settings: GraphSettings, session: Session) -> None:
            super().__init__(access_token=None if settings.token_in_header else token, session=session)
            self.version = settings.version  # set here, for the constructor refuses what is newer than 3.1
            self._proof = proof
            if settings.token_in_header and token:
                session.headers["Authorization"] = f"Bearer {token}"

        def request(
            self, path: str, args: Any = None, post_args: Any = None, files: Any = None, method: Any = None
        ) -> Any:
            args, post_args = _encoded(args or {}), None if post_args is None else _encoded(post_args)
            if self._proof:
                (args if post_args is None else post_args)["appsecret_proof"] = self._proof
            return super().request(path, args, post_args, files, method)

    return Client


def _encoded(fields: Mapping[str, Any]) -> dict[str, str]:
    """Nested values and booleans as JSON; requests would send a list's keys and Python's `True`."""
    given = {name: value for name, value in fields.items() if value is not None}
    return {
        name: each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for name, each in given.items()
    }


class Graph:
    """One account's way to the Graph API, for calls of one kind; `fault` is Meta's latest error."""

    def __init__(self, platform: "GraphPlatform", connection: Connection, kind: Kind) -> None:
        self._token = _revealed(connection, "access_token")
        app_secret = _revealed(connection, "app_secret")
        self._proof = hmac.digest(app_secret.encode(), self._token.encode(), "sha256").hex() if app_secret else ""
        self._settings = platform.settings
        self._clock = platform.clock
        self._origin = platform.origin_of(connection)
        self.fault: Fault | None = None
        hidden = [Secret(text) for text in (self._token, app_secret, self._proof)]
        self.call = Call(platform=platform.label, account=connection.account, kind=kind, secrets=all_forms(hidden))

    def get(self, path: str, **fields: Any) -> Mapping[str, Any]:
        return self._ask(lambda client: client.get_object(path, **fields))

    def post(self, path: str, **fields: Any) -> Mapping[str, Any]:
        # Not put_object: it insists on a token of its own, and ours travels in the header.
        return self._ask(lambda client: client.request(f"{client.version}/{path}", post_args=fields, method="POST"))

    def upload(self, path: str, picture: Picture, **fields: Any) -> Mapping[str, Any]:
        file = ("card.png" if picture.media_type == "image/png" else "card.jpg", picture.data, picture.media_type)
        return self._ask(lambda client: client.put_photo(file, path, **fields))

    def objects(self, ids: Sequence[str], **fields: Any) -> Mapping[str, Any]:
        """Several in one call, by id; one that is not there fails it as a whole."""
        return self._ask(lambda client: client.get_objects(list(ids), **fields))

    def delete(self, path: str) -> Mapping[str, Any]:
        return self._ask(lambda client: client.delete_object(path))

    def listing(self, path: str, **fields: Any) -> Iterator[Mapping[str, Any]]:
        """All entries over all pages, by cursor: Meta's ready-made next address carries the token."""
        while True:
            page = self.get(path, **fields)
            yield from dicts(page.get("data"))
            paging = as_dict(page.get("paging"))
            after = as_dict(paging.get("cursors")).get("after")
            if not paging.get("next") or not after or after == fields.get("after"):
                return
            fields["after"] = after

    def exchange(self, **fields: Any) -> Mapping[str, Any]:
        """A code, or a token, for another token: without one of our own, for the app's secret speaks for us.

        Not by the library's helpers (get_access_token_from_code, extend_access_token): they put all of it into the
        address.
        """
        path = f"{self._settings.version}/oauth/access_token"
        return self._ask(lambda client: client.request(path, post_args=fields, method="POST"), as_app=True)

    def debug_token(self) -> Mapping[str, Any]:
        return as_dict(self.get("debug_token", input_token=self._token).get("data"))

    def _ask(self, work: Callable[[Any], Any], *, as_app: bool = False) -> Mapping[str, Any]:
        if not self._token and not as_app:
            raise self.call.unauthorized(_("missing: {names}", names="access_token"))
        self.fault = None
        with self._session() as session:
            try:
                answer = work(_library()(self._token, self._proof, self._settings, session))
            except Exception as error:
                # GraphAPIError, KeyError for a missing Content-Type, JSONDecodeError: whatever the library makes of
                # an odd answer, only the answer itself decides.
                problem = self._failure(session, error)
            else:
                if session.last is not None and session.last.ok and isinstance(answer, dict):
                    return answer
                problem = self._failure(session, None)
        # Out here, so that the library's exception and its address with tokens don't travel along as context.
        raise problem

    def _session(self) -> Session:
        return Session(
            {ORIGIN_OF_LIBRARY: self._origin},
            connect_timeout=self._settings.connect_timeout,
            read_timeout=self._settings.read_timeout,
            uptime=self._clock.uptime,
        )

    def _failure(self, session: Session, error: Exception | None) -> PlatformError:
        if session.last is None:
            said = in_words(error) if error else ""
            return self.call.unknown(said) if session.reached else self.call.not_reached(said)
        self.fault = Fault.of(session.last)
        return failure(self.call, self.fault, session.last.headers, self._clock.now())


def told(call: Call, answer: Mapping[str, Any], name: str) -> str:
    """The text under `name`; an answer without it is no answer."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise call.unknown(f"the answer has no {name}")
    return value


def _revealed(connection: Connection, name: str) -> str:
    secret = connection.credentials.get(name)
    return secret.reveal() if secret else ""


# --- what both platforms do alike ---


class GraphPlatform(Platform):
    """Facebook Pages and professional Instagram accounts: one API, one token, one way to read numbers."""

    live_url = LIVE
    settings_prefix = "GRAPH"
    Settings = GraphSettings
    settings: GraphSettings
    grants_several = True
    scopes: tuple[str, ...]  #: what a consent asks for
    id_field: CredentialField  #: the credential that names the account there
    identity_fields: str
    insight_names: tuple[str, ...]

    counted_fields: tuple[str, ...]  #: what the post itself tells, at once; the next is asked where one is refused

    @abstractmethod
    def numbers(self, fields: Mapping[str, Any], told_insights: Mapping[str, Any]) -> dict[Metric, int | None]:
        """What the post itself tells and its insights, put into our words."""

    def kinds(self, told_insights: Mapping[str, Any]) -> dict[Metric, Mapping[str, int]]:
        """What numbers are made of, where Meta tells."""
        return {}

    @abstractmethod
    def allowed(self, page: Mapping[str, Any]) -> Allowed | None:
        """The account of ours that comes with a Page somebody allowed; None where it has none."""

    def consent(self, redirect_url: str, state: str, external_id: str = "") -> Consent | None:
        """Facebook Login; only where the workspace names its Meta app and has that app's secret."""
        ours = self.settings
        if not (ours.client_id and ours.client_secret.get_secret_value()):
            return None
        origin = self.base_url if self.is_sandbox else None
        return ask_for_consent(
            ours.client_id, ours.version, self.scopes, redirect_url, state, external_id=external_id, origin=origin
        )

    def redeem(self, code: str, verifier: Secret, redirect_url: str) -> Mapping[str, Secret]:
        """The token of one Page, which does not end by time as it comes from a person's long-lived one."""
        app_secret = Secret(self.settings.client_secret.get_secret_value())
        pages = Redeeming(platform=self, code=Secret(code), redirect_url=redirect_url, app_secret=app_secret).pages()
        found = [each for page in pages if (each := self.allowed(page))]
        account = chosen(found, verifier.reveal(), self.label)
        own = {self.id_field.name: Secret(account.external_id), "access_token": account.token}
        return {**own, "app_secret": app_secret}

    def graph(self, connection: Connection, kind: Kind) -> Graph:
        return Graph(self, connection, kind)

    def own_id(self, graph: Graph, connection: Connection) -> str:
        """Always by number: `me` would be whoever the token belongs to."""
        own = _revealed(connection, self.id_field.name)
        if not own:
            raise graph.call.unauthorized(_("missing: {names}", names=self.id_field.name))
        return own

    def verify(self, connection: Connection) -> Identity:
        graph = self.graph(connection, Kind.REPEATABLE)
        shown = graph.get(self.own_id(graph, connection), fields=self.identity_fields)
        name = str(shown.get("name") or shown.get("username") or "")
        return Identity(
            external_id=told(graph.call, shown, "id"),
            handle=str(shown.get("username") or name),
            name=name,
            expires_at=self._token_ends(graph),
        )

    def _token_ends(self, graph: Graph) -> datetime | None:
        try:
            token = graph.debug_token()
        except (Rejected, Unauthorized):
            return None  # the account answered; only this question is not allowed to its token
        if token.get("is_valid") is False:
            raise graph.call.unauthorized(str(as_dict(token.get("error")).get("message") or "the token is not valid"))
        ends = token.get("expires_at")
        return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None  # 0: does not end

    def remove(self, post: Post, connection: Connection) -> bool:
        graph = self.graph(connection, Kind.REPEATABLE)
        try:
            return graph.delete(post.external_id).get("success") is True
        except (Rejected, Unauthorized):
            if graph.fault and graph.fault.says_gone:
                return True
            if graph.fault and graph.fault.code in ACCOUNT_CODES:
                return False  # posting was allowed and deleting is not: a person does it
            raise

    def measure(self, posts: Sequence[Post], connection: Connection, charge: Charge = free) -> list[ReachSnapshot]:
        """Meta's calls cost nothing but count: each post of a call is one of the hour's calls."""
        if not posts:
            return []
        graph = self.graph(connection, Kind.REPEATABLE)
        reading = Reading(
            graph=graph,
            words=self,
            own_id=self.own_id(graph, connection),
            at_once=self.settings.posts_per_call,
            taken_at=self.clock.now(),
        )
        return reading.of(posts)
