"""The accounts the sandbox knows: JSON in, X users, Facebook Pages and Instagram users out; a default set included.

Everything here is invented: no such regency, office or person exists, and no credential opens anything.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

#: Every Page and Instagram token of the sandbox was given out by this one app.
APP_ID = "100200300400500"
APP_SECRET = "sandbox-app-secret"  # noqa: S105  (opens nothing)


@dataclass(frozen=True, kw_only=True)
class XUser:
    """OAuth 1.0a needs all four strings; `bearer_tokens` are OAuth 2.0 user tokens."""

    platform: ClassVar[str] = "x"
    id: str
    username: str
    name: str
    consumer_key: str = ""
    consumer_secret: str = ""
    access_token: str = ""
    access_token_secret: str = ""
    bearer_tokens: tuple[str, ...] = ()
    refresh_token: str = ""  #: single use; a refresh gives a new pair
    insights: bool = True  #: may read numbers that are not public
    followers: int = 4200

    @property
    def handle(self) -> str:
        return f"@{self.username}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """`app_secret` set means that every call must carry an appsecret_proof."""

    platform: ClassVar[str] = "facebook"
    id: str
    name: str
    access_token: str
    app_secret: str = ""
    app_id: str = APP_ID
    username: str = ""
    instagram_id: str = ""  #: the professional account that is linked to this Page
    expires_at: int = 0  #: Unix time; 0 means that the token does not end by time
    revoked: bool = False
    insights: bool = True  #: has the right read_insights
    followers: int = 11800

    @property
    def handle(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class InstagramUser:
    platform: ClassVar[str] = "instagram"
    id: str
    username: str
    access_token: str
    name: str = ""
    app_secret: str = ""
    app_id: str = APP_ID
    expires_at: int = 0
    revoked: bool = False
    insights: bool = True  #: has the right instagram_manage_insights
    followers: int = 6400

    @property
    def handle(self) -> str:
        return self.username


Account = XUser | Page | InstagramUser
GraphAccount = Page | InstagramUser

KINDS: Mapping[str, type[XUser] | type[Page] | type[InstagramUser]] = {
    "x": XUser,
    "facebook": Page,
    "instagram": InstagramUser,
}


@dataclass
class Directory:
    """All accounts by platform, in the order in which they were added."""

    accounts: list[Account] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Directory":
        """`{"x": [...], "facebook": [...], "instagram": [...]}`. Raises ValueError for unknown or missing names."""
        unknown = set(data) - set(KINDS) - {"app"}
        if unknown:
            raise ValueError(f"not a platform: {', '.join(sorted(unknown))}")
        return cls([read_account(platform, row) for platform in KINDS for row in data.get(platform, ())])

    def as_json(self) -> dict[str, Any]:
        rows = {platform: [asdict(account) for account in self.on(platform)] for platform in KINDS}
        return {"app": {"id": APP_ID, "secret": APP_SECRET}, **rows}

    def on(self, platform: str) -> list[Account]:
        return [account for account in self.accounts if account.platform == platform]

    def put(self, new: Iterable[Account]) -> None:
        """Add accounts; one with a known id is replaced in its place, so that a token can be changed or revoked."""
        places = {(old.platform, old.id): place for place, old in enumerate(self.accounts)}
        for account in new:
            place = places.setdefault((account.platform, account.id), len(self.accounts))
            self.accounts[place : place + 1] = [account]

    def x_users(self) -> list[XUser]:
        return [account for account in self.accounts if isinstance(account, XUser)]

    def graph_accounts(self) -> list[GraphAccount]:
        return [account for account in self.accounts if isinstance(account, Page | InstagramUser)]


def read_account(platform: str, row: Mapping[str, Any]) -> Account:
    kind = KINDS[platform]
    unknown = set(row) - {item.name for item in fields(kind)}
    if unknown:
        raise ValueError(f"{platform} accounts have no {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{platform} account: {error}") from error


def is_named(account: Account, wanted: str) -> bool:
    """True where `wanted` is the account's id, handle, username or name, with or without platform and @."""
    plain = wanted.removeprefix(f"{account.platform}:").removeprefix("@").casefold()
    names = (account.id, account.handle.removeprefix("@"), account.username, account.name)
    return plain in {name.casefold() for name in names if name}


def default_directory() -> Directory:
    """The offices of "Provinsi Nusa Raya" and "Kabupaten Tanjung Asri", and one member of staff."""
    return Directory.from_json(json.loads(Path(__file__).with_name("accounts.json").read_text(encoding="utf-8")))
