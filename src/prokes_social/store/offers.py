"""Offers and their share steps: who is asked, and what each did; rows in, Offer out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Offer, Step, Wave, WaveStatus, new_code
from prokes_social.store.consents import is_given
from prokes_social.store.tables import offer, person, share_step, unit, wave
from prokes_social.store.waves import as_wave

o, p = offer.c, person.c
#: Invitations written in one transaction; the gate is free for publishers in between.
AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class Invitable:
    """Whom a wave may ask now."""

    wave_id: int
    leaders: bool  #: leaders, or those who do not lead
    zones: tuple[str, ...]  #: of units where it is time
    since: datetime  #: the beginning of the week that the cap is about
    per_week: int
    person_id: int | None = None  #: nobody else


def invite(tx: Connection, who: Invitable, *, now: datetime) -> int:
    """Ask those who agreed to be asked and are not asked yet; the count, `AT_ONCE` where more may follow."""
    recent = select(func.count()).where(o.person_id == p.id, o.offered_at > who.since)
    query = (
        select(p.id, p.unit_id)
        .join(unit, unit.c.id == p.unit_id)
        .where(
            p.left_at.is_(None),
            unit.c.dissolved_at.is_(None),
            unit.c.zone.in_(who.zones),
            p.leader if who.leaders else ~p.leader,
            ~select(o.id).where(o.wave_id == who.wave_id, o.person_id == p.id).exists(),
            is_given(p.id, Purpose.LINK),
            recent.correlate(person).scalar_subquery() < who.per_week,
        )
        .order_by(p.id)
        .limit(AT_ONCE)
    )
    if who.person_id is not None:
        query = query.where(p.id == who.person_id)
    return add(tx, who.wave_id, [(row.id, row.unit_id) for row in tx.execute(query)], now=now)


def add(tx: Connection, wave_id: int, people: Iterable[tuple[int, str]], *, now: datetime) -> int:
    """One offer for each person and the unit they work in now."""
    rows = [
        {"wave_id": wave_id, "person_id": person_id, "unit_id": unit_id, "code": new_code(), "offered_at": now}
        for person_id, unit_id in people
    ]
    if rows:
        tx.execute(insert(offer), rows)
    return len(rows)


def of_wave(tx: Connection, wave_id: int) -> list[Offer]:
    return _offers(tx, o.wave_id == wave_id)


def of_person(tx: Connection, person_id: int) -> list[tuple[Offer, Wave]]:
    """What the person may share now, the newest first; waves that are edited wait for approval and are left out.

    What was to be posted by hand stays until somebody gives its address, or the person says that they won't.
    """
    found = _offers(tx, o.person_id == person_id)
    waves = _shown(tx, {each.wave_id for each in found if Step.DECLINED not in each.steps}, late=True)
    waves |= _shown(tx, {each.wave_id for each in found}, late=False)
    shown = [(each, waves[each.wave_id]) for each in found if each.wave_id in waves]
    return sorted(shown, key=lambda each: (each[0].offered_at, each[0].id), reverse=True)


def _shown(tx: Connection, wave_ids: set[int], *, late: bool) -> dict[int, Wave]:
    """Open waves; `late`: waves by hand that closed without an address."""
    query = select(wave).where(wave.c.id.in_(wave_ids))
    if late:
        confirmed = select(share_step.c.offer_id).join(offer, o.id == share_step.c.offer_id)
        confirmed = confirmed.where(o.wave_id == wave.c.id, share_step.c.step == Step.PROOF.value)
        by_hand = wave.c.audience.startswith("account:")
        query = query.where(wave.c.status == WaveStatus.CLOSED.value, by_hand, ~confirmed.exists())
    else:
        query = query.where(wave.c.status == WaveStatus.OPEN.value)
    return {row["id"]: as_wave(row) for row in tx.execute(query).mappings()}


def by_codes(tx: Connection, codes: Collection[str]) -> list[Offer]:
    """Of the tracked links that are known."""
    return _offers(tx, o.code.in_(codes))


def codes(tx: Connection, campaign: str, message: str) -> dict[int, str]:
    """The newest code of each person who was asked to share a message."""
    asked = select(o.person_id, o.code).join(wave, wave.c.id == o.wave_id).where(o.person_id.is_not(None))
    here = asked.where(wave.c.campaign == campaign, wave.c.message == message)
    return {row.person_id: row.code for row in tx.execute(here.order_by(o.id))}


def get(tx: Connection, offer_id: int) -> Offer | None:
    return next(iter(_offers(tx, o.id == offer_id)), None)


def note(tx: Connection, offer_id: int, step: Step, *, place: str = "", now: datetime) -> bool:
    """Write a step once, however often it is tapped; False where it was there."""
    known = select(share_step.c.offer_id).where(
        share_step.c.offer_id == offer_id, share_step.c.step == step.value, share_step.c.place == place
    )
    if tx.execute(known).first():
        return False
    try:
        with tx.begin_nested():
            tx.execute(insert(share_step).values(offer_id=offer_id, step=step.value, place=place, at=now))
    except IntegrityError:
        return False  # a second tap was faster
    return True


def take_back(tx: Connection, offer_id: int, *steps: Step) -> None:
    """The person changed their mind."""
    names = [step.value for step in steps]
    tx.execute(delete(share_step).where(share_step.c.offer_id == offer_id, share_step.c.step.in_(names)))


def set_proof(tx: Connection, offer_id: int, address: str) -> None:
    tx.execute(update(offer).where(o.id == offer_id).values(proof=address))


def share_said(tx: Connection, wave_id: int) -> float | None:
    """Per cent of the offers of a wave whose people said that they shared; None before anybody was asked."""
    offered = tx.execute(select(func.count()).where(o.wave_id == wave_id)).scalar_one()
    said = (
        select(func.count(share_step.c.offer_id.distinct()))
        .join(offer, o.id == share_step.c.offer_id)
        .where(o.wave_id == wave_id, share_step.c.step.in_([Step.SAID.value, Step.PROOF.value]))
    )
    return 100 * int(tx.execute(said).scalar_one()) / offered if offered else None


def _offers(tx: Connection, condition: Any) -> list[Offer]:
    rows = tx.execute(select(offer).where(condition).order_by(o.id)).mappings().all()
    steps: dict[int, dict[Step, datetime]] = {}
    found = select(share_step).join(offer, o.id == share_step.c.offer_id).where(condition)
    for row in tx.execute(found.order_by(share_step.c.at.desc())).mappings():
        steps.setdefault(row["offer_id"], {})[Step(row["step"])] = row["at"]  # the first of several places stays
    return [_offer(row, steps.get(row["id"], {})) for row in rows]


def _offer(row: RowMapping, steps: dict[Step, datetime]) -> Offer:
    return Offer(
        id=row["id"], wave_id=row["wave_id"], person_id=row["person_id"], unit_id=row["unit_id"], code=row["code"],
        offered_at=row["offered_at"], steps=steps, proof=row["proof"],
    )  # fmt: skip
