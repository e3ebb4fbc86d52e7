"""X through tweepy: submissions in, posts and their numbers out."""

import base64
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import SecretStr

from prokes_social.clock import Clock
from prokes_social.errors import NotSent, PlatformError, Rejected, Unauthorized
from prokes_social.i18n import Bilingual, _
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Identity, Limits, Picture, Post, Prepared, Submission
from prokes_social.model.reach import ReachSnapshot
from prokes_social.platforms import (
    Charge,
    Consent,
    CredentialField,
    IsOurs,
    Platform,
    PlatformSettings,
    anybodys,
    earliest,
    free,
)
from prokes_social.platforms._failures import Call, Kind, all_forms
from prokes_social.platforms._session import Session, in_words
from prokes_social.platforms._weighing import has_link, weighted_length
from prokes_social.platforms._x_answers import (
    body_of,
    kinds_of,
    listed,
    moment,
    next_page,
    not_found,
    numbers_of,
    with_our_picture,
    with_our_text,
    withheld,
    words_of,
)
from prokes_social.platforms._x_consent import ask_for_consent, ends_at
from prokes_social.platforms._x_refusals import refusal

LIVE = "https://api.x.com"
#: The origins tweepy has built in (client.py, api.py).
API_OF_TWEEPY, UPLOAD_OF_TWEEPY = "https://api.twitter.com", "https://upload.twitter.com"

#: US dollars a post, by https://docs.x.com/x-api/getting-started/pricing (read 2026-11); a bare foo.com is a link.
COST, COST_WITH_LINK = Decimal("0.015"), Decimal("0.20")
#: A post in the own timeline, and any post by its id; only what X gives back is charged.
TIMELINE_COST, LOOKUP_COST = Decimal("0.001"), Decimal("0.005")

MEDIA_LIVES = timedelta(hours=24)
EARLY = timedelta(hours=1)
#: Private numbers end after 30 days; a day earlier we stop asking, for clocks differ.
PRIVATE_NUMBERS_FOR = timedelta(days=29)
CLOCK_SKEW = timedelta(minutes=5)
LARGEST_PAGE = 100

_TO_FIND = ("attachments", "created_at", "entities", "text")
_TO_MEASURE = ("created_at", "public_metrics")
_PRIVATE = ("non_public_metrics",)


class XSettings(PlatformSettings):
    base_url: str = LIVE
    media_upload: Literal["v2", "v1.1"] = "v2"  #: X deprecates v1.1
    client_id: str = ""  #: of our app, for personal accounts (OAuth 2)
    client_secret: SecretStr = SecretStr("")


class X(Platform):
    name = "x"
    label = "X"
    limits = Limits(text_length=280, weigh=weighted_length, pictures=4, picture_bytes=5_000_000)
    live_url = LIVE
    settings_prefix = "X"
    Settings = XSettings
    credential_fields = (
        CredentialField(name="consumer_key", label=Bilingual("Kunci API", "API key")),
        CredentialField(name="consumer_secret", label=Bilingual("Rahasia kunci API", "API key secret")),
        CredentialField(name="access_token", label=Bilingual("Token akses", "Access token")),
        CredentialField(name="access_token_secret", label=Bilingual("Rahasia token akses", "Access token secret")),
    )
    granted_fields = (
        CredentialField(name="access_token", label=Bilingual("Token akses", "Access token")),
        CredentialField(name="refresh_token", label=Bilingual("Token penyegar", "Refresh token")),
        CredentialField(name="expires_at", label=Bilingual("Berlaku hingga", "Valid until"), secret=False),
    )
    external_id_is = Bilingual("nomor pengguna X", "the X user id")
    settings: XSettings

    def __init__(self, settings: PlatformSettings, clock: Clock) -> None:
        super().__init__(settings, clock)
        #: X is renaming tweet.fields to post.fields; which one it understands today is learnt from its answers.
        self._vocabulary = "tweet"
        #: By digest of the token: asking X who an account is costs money, and the answer is part of every address.
        self._identities: dict[bytes, Identity] = {}

    def cost(self, text: str) -> Decimal:
        return COST_WITH_LINK if has_link(text) else COST

    # --- prepare and publish ---

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        me = self._identities.get(_digest(connection)) or self.verify(connection)
        media = [self._upload(picture, connection) for picture in submission.pictures]
        markers = {
            "user_id": me.external_id,
            "handle": me.handle,
            "media_ids": [str(each["id"]) for each in media],
            "media_keys": [str(each.get("media_key") or f"3_{each['id']}") for each in media],  # 3 means: a photo
        }
        return Prepared(markers=markers, expires_at=self.clock.now() + _shortest_life(media) if media else None)

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        media_ids = list(prepared.markers.get("media_ids") or ()) or None
        text = submission.text or None
        call = self._call(connection, Kind.PUBLIC)
        answer = self._ask(
            call, connection, lambda x: x.create_tweet(text=text, media_ids=media_ids, user_auth=_signs(connection))
        )
        external_id = _told(call, answer, "data", "id")
        handle = prepared.markers.get("handle")
        return Post(external_id=external_id, permalink=_permalink(handle, external_id), published_at=self.clock.now())

    def _upload(self, picture: Picture, connection: Connection) -> Mapping[str, Any]:
        if self.settings.media_upload == "v1.1" and _signs(connection):
            return self._upload_by_v1(picture, connection)
        call = self._call(connection, Kind.REPEATABLE)
        body = {"media": base64.b64encode(picture.data).decode(), "media_category": "tweet_image"}
        answer = self._ask(call, connection, lambda x: _post(x, connection, "/2/media/upload", body))
        media_id = _told(call, answer, "data", "id")
        if picture.alt_text:
            alt_text = {"id": media_id, "metadata": {"alt_text": {"text": picture.alt_text}}}
            self._ask(call, connection, lambda x: _post(x, connection, "/2/media/metadata", alt_text))
        data: Mapping[str, Any] = answer["data"]
        return data

    def _upload_by_v1(self, picture: Picture, connection: Connection) -> Mapping[str, Any]:
        call = self._call(connection, Kind.REPEATABLE)
        name = "card.png" if picture.media_type == "image/png" else "card.jpg"
        answer = self._ask(
            call,
            connection,
            lambda x: _v1(x).simple_upload(name, file=io.BytesIO(picture.data), media_category="tweet_image"),
        )
        media_id = _told(call, answer, "media_id_string")
        if picture.alt_text:
            self._ask(call, connection, lambda x: _v1(x).create_media_metadata(media_id, picture.alt_text) or {})
        return {**answer, "id": media_id}

    # --- find ---

    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        """Never proves absence: the timeline lags behind, minutes were seen."""
        call = self._call(connection, Kind.LOOK_UP)
        user_id = prepared.markers.get("user_id") or self._me(call, connection).external_id
        pages = self._timeline(call, connection, user_id, _TO_FIND, since, None)
        posts = [each for page in pages for each in listed(page, "data")]
        keys, handle = prepared.markers.get("media_keys") or (), prepared.markers.get("handle")
        if pictured := with_our_picture(posts, keys):
            return self._as_post(pictured, handle)
        same = with_our_text(posts, submission.text, pictured=bool(keys))
        return earliest((self._as_post(each, handle) for each in same), is_ours)

    def _as_post(self, found: Mapping[str, Any], handle: Any) -> Post:
        external_id = str(found["id"])
        published_at = moment(found.get("created_at")) or self.clock.now()
        return Post(external_id=external_id, permalink=_permalink(handle, external_id), published_at=published_at)

    # --- measure ---

    def reading_cost(self, posts: Sequence[Post]) -> Decimal:
        """As the own timeline has it: what it does not show is gone as a rule, and costs nothing."""
        return TIMELINE_COST * len(posts)

    def measure(self, posts: Sequence[Post], connection: Connection, charge: Charge = free) -> list[ReachSnapshot]:
        """From the own timeline, at a fifth of the price of asking by id; what it does not show is asked for by id.

        Private numbers are asked for only while X tells them: of an old post it would tell an error instead.
        """
        answers = _Answers(charge)
        try:
            for young in (True, False):
                of_this_age = [each for each in posts if self._is_young(each) is young]
                fields = (*_TO_MEASURE, *_PRIVATE) if young else _TO_MEASURE
                self._read_timeline(of_this_age, connection, fields, answers)
                self._read_by_ids(answers.silent_about(of_this_age), connection, fields, answers)
        except (NotSent, Unauthorized):
            if not answers.told:
                raise
        now = self.clock.now()
        return [answers.snapshot(each, now) for each in posts if answers.knows(each)]

    def _read_timeline(
        self, posts: Sequence[Post], connection: Connection, fields: Sequence[str], answers: "_Answers"
    ) -> None:
        if not posts:
            return
        call = self._call(connection, Kind.REPEATABLE)
        user_id = self._user_id(call, connection)
        wanted = {each.external_id for each in posts}
        for start, end in _windows(posts):
            until = end if end < self.clock.now() else None
            for answer in self._timeline(call, connection, user_id, fields, start, until):
                answers.take(answer, wanted, TIMELINE_COST)

    def _read_by_ids(
        self, posts: Sequence[Post], connection: Connection, fields: Sequence[str], answers: "_Answers"
    ) -> None:
        call = self._call(connection, Kind.REPEATABLE)
        ids = [each.external_id for each in posts]
        for batch in (ids[start : start + LARGEST_PAGE] for start in range(0, len(ids), LARGEST_PAGE)):
            answer = self._read(call, connection, "/2/tweets", {"ids": ",".join(batch)}, fields)
            answers.take(answer, set(batch), LOOKUP_COST)
            answers.gone |= set(not_found(answer)) & set(batch)

    def _is_young(self, post: Post) -> bool:
        return self.clock.now() - post.published_at < PRIVATE_NUMBERS_FOR

    def _user_id(self, call: Call, connection: Connection) -> str:
        # An OAuth 1.0a token begins with its user's id (tweepy relies on it too); that saves a paid call.
        user_id, dash, _rest = _revealed(connection, "access_token").partition("-")
        if _signs(connection) and dash and user_id.isdigit():
            return user_id
        return self._me(call, connection).external_id

    def _timeline(
        self,
        call: Call,
        connection: Connection,
        user_id: str,
        fields: Sequence[str],
        since: datetime,
        until: datetime | None,
    ) -> Iterator[Mapping[str, Any]]:
        """Answers with the account's own posts, a page each, newest first; reposts and replies would only cost."""
        params = {"max_results": LARGEST_PAGE, "exclude": "retweets,replies", "start_time": _as_x_time(since)}
        if "attachments" in fields:
            params["expansions"] = "attachments.media_keys"
        if until:
            params["end_time"] = _as_x_time(until)
        while True:
            answer = self._read(call, connection, f"/2/users/{user_id}/tweets", params, fields)
            yield answer
            following = next_page(answer)
            if not following or following == params.get("pagination_token"):
                return
            params["pagination_token"] = following

    # --- the account ---

    def verify(self, connection: Connection) -> Identity:
        return self._me(self._call(connection, Kind.REPEATABLE), connection)

    def _me(self, call: Call, connection: Connection) -> Identity:
        answer = self._ask(call, connection, lambda x: x.get_me(user_auth=_signs(connection)))
        me = Identity(
            external_id=_told(call, answer, "data", "id"),
            handle=_told(call, answer, "data", "username"),
            name=str(answer["data"].get("name") or ""),
            expires_at=moment(_revealed(connection, "expires_at")),
        )
        self._identities[_digest(connection)] = me
        return me

    def remove(self, post: Post, connection: Connection) -> bool:
        call = self._call(connection, Kind.REPEATABLE)
        answer = self._ask(call, connection, lambda x: x.delete_tweet(post.external_id, user_auth=_signs(connection)))
        return answer.get("data") == {"deleted": True}

    def external_id_at(self, address: str) -> str | None:
        """`https://x.com/<handle>/status/<id>`, with or without what phones hang on it."""
        found = _STATUS.search(address)
        return found[1] if found else None

    def consent(self, redirect_url: str, state: str, external_id: str = "") -> Consent | None:
        """OAuth 2 with PKCE (S256); only where the workspace names its X app. It covers whoever is logged in."""
        if not self.settings.client_id:
            return None
        origin = self.base_url if self.is_sandbox else "https://x.com"
        return ask_for_consent(origin, self.settings.client_id, redirect_url, state)

    def redeem(self, code: str, verifier: Secret, redirect_url: str) -> Mapping[str, Secret]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_url,
            "code_verifier": verifier.reveal(),
        }
        call = self._call_about(self.label, Secret(code), verifier)
        return self._tokens(call, self._exchange(call, self.base_url, "token", form))

    def refresh(self, connection: Connection) -> Mapping[str, Secret] | None:
        token = _revealed(connection, "refresh_token")
        if not token:
            return None
        call = self._call_about(connection.account, *connection.credentials.values())
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self._tokens(call, self._exchange(call, self.origin_of(connection), "token", form))

    def revoke(self, connection: Connection) -> bool:
        token = _revealed(connection, "refresh_token")
        if not token:
            return False
        call = self._call_about(connection.account, *connection.credentials.values())
        return self._exchange(call, self.origin_of(connection), "revoke", {"token": token}).get("revoked") is True

    def _exchange(self, call: Call, origin: str, what: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Tokens are asked for by hand: tweepy's OAuth2UserHandler brings a session of its own, without our limits."""
        app_secret = self.settings.client_secret.get_secret_value()
        options: dict[str, Any] = {"data": {**form, "client_id": self.settings.client_id}}
        if app_secret:
            options["auth"] = (self.settings.client_id, app_secret)
        address = f"{origin}/2/oauth2/{what}"
        answer = self._through(call, origin, lambda session: session.request("POST", address, **options))
        if answer.status_code == 400:  # the token was used before, or the person withdrew
            raise call.unauthorized(words_of(answer))
        if not answer.ok:
            raise refusal(call, answer, self.clock.now())
        return body_of(answer)

    def _call_about(self, account: str, *hidden: Secret) -> Call:
        app_secret = Secret(self.settings.client_secret.get_secret_value())
        return Call(
            platform=self.label, account=account, kind=Kind.REPEATABLE, secrets=all_forms([*hidden, app_secret])
        )

    def _tokens(self, call: Call, body: Mapping[str, Any]) -> dict[str, Secret]:
        return {
            "access_token": Secret(_told(call, body, "access_token")),
            "refresh_token": Secret(_told(call, body, "refresh_token")),
            "expires_at": Secret(ends_at(body, self.clock.now()).isoformat()),
        }

    # --- asking ---

    def _call(self, connection: Connection, kind: Kind) -> Call:
        return Call(
            platform=self.label,
            account=connection.account,
            kind=kind,
            secrets=all_forms(secret for name, secret in connection.credentials.items() if name != "expires_at"),
        )

    def _read(
        self, call: Call, connection: Connection, route: str, params: Mapping[str, Any], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        """A GET in today's vocabulary; where X has moved on to the other word, once more in that one.

        A field that X no longer knows is left out: the others are still told.
        """
        word = self._vocabulary
        try:
            return self._get(call, connection, route, {**params, f"{word}.fields": ",".join(fields)})
        except Rejected as refusal:
            if f"{word}.fields" not in refusal.said:
                raise
            dropped = [each for each in fields if f"value [{each}]" in refusal.said]
        if dropped:
            left = [each for each in fields if each not in dropped]
            return self._read(call, connection, route, params, left)
        self._vocabulary = "post" if word == "tweet" else "tweet"
        return self._get(call, connection, route, {**params, f"{self._vocabulary}.fields": ",".join(fields)})

    def _get(self, call: Call, connection: Connection, route: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._ask(
            call, connection, lambda x: x.request("GET", route, params=params, user_auth=_signs(connection)).json()
        )

    def _ask(self, call: Call, connection: Connection, work: Callable[[Any], Any]) -> Mapping[str, Any]:
        """Let tweepy do `work`; whatever it raises, only X's answer decides what happened."""
        if missing := [each for each in _needed(connection) if not _revealed(connection, each)]:
            raise call.unauthorized(_("missing: {names}", names=", ".join(missing)))
        origin = self.origin_of(connection)
        answer = self._through(call, origin, lambda session: work(_client(connection, session)))
        if not isinstance(answer, dict):
            raise call.unknown("the answer is no JSON object")
        return answer

    def _through(self, call: Call, origin: str, work: Callable[[Session], Any]) -> Any:
        with self._session(origin) as session:
            try:
                return work(session)
            except Exception as error:
                # Not only tweepy's own: a spoiled body raises JSONDecodeError, an odd one TypeError or AttributeError,
                # both after the post exists.
                failure = self._failure(call, session, error)
        # Out here, so that the vendor's exception and its address with tokens don't travel along as context.
        raise failure

    def _session(self, origin: str) -> Session:
        uploads_to = UPLOAD_OF_TWEEPY if origin == LIVE else origin
        return Session(
            {API_OF_TWEEPY: origin, UPLOAD_OF_TWEEPY: uploads_to},
            connect_timeout=self.settings.connect_timeout,
            read_timeout=self.settings.read_timeout,
            uptime=self.clock.uptime,
        )

    def _failure(self, call: Call, session: Session, error: Exception) -> PlatformError:
        if session.last is not None:
            return refusal(call, session.last, self.clock.now())
        return call.unknown(in_words(error)) if session.reached else call.not_reached(in_words(error))


class _Answers:
    """What X has told of some posts so far."""

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self.told: dict[str, Mapping[str, Any]] = {}
        self.gone: set[str] = set()
        self.withheld: dict[str, str] = {}

    def take(self, answer: Mapping[str, Any], wanted: Collection[str], price: Decimal) -> None:
        """Every post that X gives back is charged, whether it was wanted or not."""
        posts = listed(answer, "data")
        self._charge(price * len(posts))
        self.told |= {str(each["id"]): each for each in posts if str(each["id"]) in wanted}
        self.withheld |= withheld(answer)

    def knows(self, post: Post) -> bool:
        return post.external_id in self.told or post.external_id in self.gone

    def silent_about(self, posts: Sequence[Post]) -> list[Post]:
        return [each for each in posts if not self.knows(each)]

    def snapshot(self, post: Post, now: datetime) -> ReachSnapshot:
        raw = self.told.get(post.external_id, {})
        return ReachSnapshot(
            external_id=post.external_id,
            taken_at=now,
            numbers=numbers_of(raw),
            kinds=kinds_of(raw),
            raw=raw,
            missing=post.external_id in self.gone,
            withheld=self.withheld.get(post.external_id, ""),
        )


# --- tweepy ---


def _signs(connection: Connection) -> bool:
    """OAuth 1.0a, as official accounts have it; without a token secret it is OAuth 2."""
    return "access_token_secret" in connection.credentials


def _needed(connection: Connection) -> Sequence[str]:
    return [field.name for field in X.credential_fields] if _signs(connection) else ["access_token"]


def _revealed(connection: Connection, name: str) -> str:
    secret = connection.credentials.get(name)
    return secret.reveal() if secret else ""


def _digest(connection: Connection) -> bytes:
    return hashlib.sha256(_revealed(connection, "access_token").encode()).digest()


def _client(connection: Connection, session: Session) -> Any:
    import tweepy  # half a second, and only here

    token = _revealed(connection, "access_token")
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = {name: _revealed(connection, name) for name in names} if _signs(connection) else {"bearer_token": token}
    # Never wait_on_rate_limit: it can loop without sleeping (tweepy 4.17, `BaseClient.request`).
    client = tweepy.Client(**keys, return_type=dict)
    client.session = session
    return client


def _v1(client: Any) -> Any:
    import tweepy
    from tweepy.parsers import JSONParser

    auth = tweepy.OAuth1UserHandler(
        client.consumer_key, client.consumer_secret, client.access_token, client.access_token_secret
    )
    api = tweepy.API(auth, parser=JSONParser())
    api.session = client.session
    return api


def _post(client: Any, connection: Connection, route: str, body: Mapping[str, Any]) -> Any:
    return client.request("POST", route, json=body, user_auth=_signs(connection)).json()


def _told(call: Call, answer: Any, *path: str) -> str:
    """The text at `path`; an answer without it is no answer."""
    for name in path:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(answer, str) or not answer:
        raise call.unknown(f"the answer has no {'.'.join(path)}")
    return answer


def _windows(posts: Sequence[Post]) -> Iterator[tuple[datetime, datetime]]:
    """Spans of time around the posts: every post X returns is charged, so what lies between is not asked for."""
    start = end = None
    for at in sorted(each.published_at for each in posts):
        if start is None or end is None:
            start = at
        elif at - end > 4 * CLOCK_SKEW:
            yield start - CLOCK_SKEW, end + CLOCK_SKEW
            start = at
        end = at
    if start and end:
        yield start - CLOCK_SKEW, end + CLOCK_SKEW


def _shortest_life(media: Sequence[Mapping[str, Any]]) -> timedelta:
    """24 hours, or what X says, less a margin so that no upload ends between preparing and publishing."""
    told = [each.get("expires_after_secs") for each in media]
    lives = min([timedelta(seconds=each) for each in told if isinstance(each, int)], default=MEDIA_LIVES)
    return max(lives - EARLY, lives / 2)


_STATUS = re.compile(r"/status/(\d+)")


def _permalink(handle: Any, external_id: str) -> str:
    return f"https://x.com/{handle or 'i'}/status/{external_id}"


def _as_x_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
