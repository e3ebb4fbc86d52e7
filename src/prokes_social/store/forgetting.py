"""A person's number in; their rows gone, and what was counted kept without a name, out. It can't be undone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, delete, exists, func, literal, null, or_, select, text, update

from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store._queue import moved
from prokes_social.store.tables import (
    account,
    alarm,
    approval,
    attempt,
    card,
    credential,
    delivery,
    offer,
    person,
    post,
    snapshot,
)

d, p, S = delivery.c, person.c, DeliveryStatus
#: Where rows of everybody lie, and those of whoever had an account of their own; `Store.rewrite` leaves nothing of
#: what was deleted there. On PostgreSQL it locks each for a moment, so the queue is spared where it has no part in it.
PEOPLE = ("person", "consent", "offer", "account", "authorisation")
TABLES = (*PEOPLE, "credential", "delivery", "attempt", "post", "snapshot", "alarm", "card")


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Who was forgotten, without a word about them; enough to know them again in a backup."""

    person_id: int
    added_at: datetime  #: of their row: a number means somebody else in another database
    known_by: str | None  #: the keyed digest an import goes by: they may stand under another number elsewhere
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What went, and what is left to do outside of the database."""

    photo: str  #: nobody else's now; empty where there was none
    accounts: int  #: personal accounts whose credentials are gone
    without_owner: Sequence[str]  #: official accounts by hand that this person looked after


def as_gone(tx: Connection, person_id: int, *, now: datetime) -> Gone:
    row = tx.execute(select(p.added_at, p.known_by).where(p.id == person_id)).one()
    return Gone(person_id=person_id, added_at=row.added_at, known_by=row.known_by, at=now)


def still_there(tx: Connection, everybody: Iterable[Gone]) -> list[int]:
    """The numbers, in this database, of people who were forgotten; whoever was added since is somebody anew."""
    found = set[int]()
    for each in everybody:
        same = (p.id == each.person_id) & (p.added_at == each.added_at)
        alias = (p.known_by == each.known_by) & (p.added_at <= each.at)
        found.update(tx.execute(select(p.id).where(same | alias if each.known_by else same)).scalars())
    return sorted(found)


def is_posting(tx: Connection, person_id: int, *, now: datetime) -> bool:
    """Whether a publisher has something of the person's own accounts in hand at this moment."""
    held = d.status.in_([S.CLAIMED.value, S.SENDING.value]) & (d.lease_until > now)
    own = d.account_id.in_(own_accounts(tx, person_id))
    return tx.execute(select(d.id).where(held, own).limit(1)).first() is not None


def own_accounts(tx: Connection, person_id: int) -> list[int]:
    own = select(account.c.id).where(account.c.owner_id == person_id, account.c.kind == AccountKind.PERSONAL.value)
    return list(tx.execute(own).scalars())


def disconnect(tx: Connection, account_ids: Collection[int]) -> None:
    """Nobody can post for these accounts any more."""
    tx.execute(delete(credential).where(credential.c.account_id.in_(account_ids)))


def remove(tx: Connection, person_id: int) -> Removed:
    """Delete the person and empty whatever leads to them; counts stay, with nobody's name."""
    own = own_accounts(tx, person_id)
    photo = tx.execute(select(p.photo).where(p.id == person_id)).scalar_one()
    for account_id in own:
        _blank(tx, account_id)
    tx.execute(update(offer).where(offer.c.person_id == person_id).values(proof=""))
    without_owner = _give_up_accounts(tx, person_id)
    tx.execute(delete(person).where(p.id == person_id))
    shared = tx.execute(select(exists().where(p.photo == photo))).scalar()
    return Removed(photo="" if shared else photo, accounts=len(own), without_owner=without_owner)


def _give_up_accounts(tx: Connection, person_id: int) -> list[str]:
    """Official accounts that were posted to by this person; the names of those that nobody is left for."""
    theirs = or_(account.c.owner_id == person_id, account.c.deputy_id == person_id)
    official = theirs & (account.c.kind == AccountKind.OFFICIAL.value)
    names = list(tx.execute(select(account.c.name).where(official).order_by(account.c.name)).scalars())
    for column in (account.c.owner_id, account.c.deputy_id):
        tx.execute(update(account).where(column == person_id).values({column.name: None}))
    nobody = account.c.owner_id.is_(None) & account.c.deputy_id.is_(None)
    return list(tx.execute(select(account.c.name).where(account.c.name.in_(names), nobody)).scalars())


def _blank(tx: Connection, account_id: int) -> None:
    """A personal account: what it reached stays counted; its name, words and addresses go."""
    of_account = d.account_id == account_id
    for status in (S.UNCERTAIN, S.HELD, S.CANCELLED):
        moved(tx, of_account, status, reason="", owner=None, lease_until=None, fence=d.fence + 1)
    own, posts = select(d.id).where(of_account), select(post.c.id).where(post.c.account_id == account_id)
    _blank_trouble(tx, account_id, list(tx.execute(own).scalars()))
    said = select(d.digest).where(of_account)
    tx.execute(update(approval).where(approval.c.digest.in_(said)).values(who="", remark=""))
    tx.execute(update(attempt).where(attempt.c.delivery_id.in_(own)).values(prepared={}, said=""))
    tx.execute(delete(snapshot).where(snapshot.c.post_id.in_(posts), snapshot.c.taken_at.is_(None)))
    tx.execute(update(snapshot).where(snapshot.c.post_id.in_(posts)).values(raw=null()))
    nameless = {"external_id": literal("-").concat(cast(post.c.id, Text)), "permalink": ""}
    tx.execute(update(post).where(post.c.account_id == account_id).values(**nameless))
    _remove_cards(tx, account_id)
    tx.execute(update(delivery).where(of_account).values(text="", alt_text="", link=None, reason="", prepared=null()))
    disconnect(tx, [account_id])
    blank = {"name": f"forgotten-{account_id}", "handle": None, "external_id": None, "blocked_why": ""}
    tx.execute(update(account).where(account.c.id == account_id).values(**blank))
    tx.execute(delete(account).where(account.c.id == account_id, ~exists().where(of_account)))


def _remove_cards(tx: Connection, account_id: int) -> None:
    """Cards with the person's name and face on them, which are kept from the tap on as they were sent."""
    digests = select(d.card_digest).where(d.account_id == account_id, d.card_digest.is_not(None))
    own = list(tx.execute(digests.distinct()).scalars())
    tx.execute(update(delivery).where(d.account_id == account_id).values(card_digest=None))
    anothers = select(d.id).where(d.card_digest == card.c.content_digest).exists()
    tx.execute(delete(card).where(card.c.content_digest.in_(own), ~anothers))


def _blank_trouble(tx: Connection, account_id: int, deliveries: Sequence[int]) -> None:
    """Alarms are told with the name of the account."""
    subjects = [f"account:{account_id}", *(f"delivery:{number}" for number in deliveries)]
    tx.execute(delete(alarm).where(alarm.c.subject.in_(subjects)))


# --- numbers that are never given again ------------------------------------------------------------------------------


def last_number(tx: Connection) -> int:
    """The highest number that anybody ever had, whether they are still there or not."""
    if tx.dialect.name == "sqlite":
        given = tx.execute(text("select seq from sqlite_sequence where name = 'person'")).scalar()
    else:
        given = tx.execute(text("select last_value from person_id_seq where is_called")).scalar()
    return max(int(given or 0), int(tx.execute(select(func.coalesce(func.max(p.id), 0))).scalar_one()))


def count_on_after(tx: Connection, number: int) -> None:
    """Whoever is added next gets a higher number: with another's, the other's old links would open."""
    if number <= last_number(tx):
        return
    if tx.dialect.name == "sqlite":
        tx.execute(text("delete from sqlite_sequence where name = 'person'"))
        tx.execute(text("insert into sqlite_sequence (name, seq) values ('person', :number)"), {"number": number})
    else:
        tx.execute(text("select setval('person_id_seq', :number)"), {"number": number})
