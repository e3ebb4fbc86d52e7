"""A wave in; how many of each unit were asked and what they did out, as counts and never as people."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, func, select

from prokes_social.model.participation import Counts
from prokes_social.model.wave import Step, Wave
from prokes_social.store.tables import click, offer, person, share_step

o, p = offer.c, person.c
#: What is shown of a person's steps; who declined is nobody's business.
SHOWN = (Step.OPENED, Step.SHEET, Step.SAID, Step.PROOF)


def by_unit(tx: Connection, wave: Wave) -> dict[str, Counts]:
    """Counts by unit id; whoever moved since is counted where they were asked."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Counts.__dataclass_fields__, 0))
    for name, query in _questions(wave).items():
        for row in tx.execute(query):
            found[row.unit_id][name] += row.number
    return {unit: Counts(**counts) for unit, counts in found.items()}


def _questions(wave: Wave) -> dict[str, Select[Any]]:
    here = o.wave_id == wave.id
    steps = {step.value: _by_step(here, step) for step in SHOWN}
    visited = select(o.unit_id, func.sum(click.c.count).label("number")).join(click, click.c.offer_id == o.id)
    visitors = select(o.unit_id, func.count().label("number")).join(click, click.c.offer_id == o.id)
    return {
        "members": _members(wave),
        "offered": select(o.unit_id, func.count().label("number")).where(here).group_by(o.unit_id),
        **steps,
        "clicks": visited.where(here).group_by(o.unit_id),
        "visitors": visitors.where(here).group_by(o.unit_id),
    }


def _by_step(here: Any, step: Step) -> Select[Any]:
    counted = func.count(o.id.distinct()).label("number")
    steps = select(o.unit_id, counted).join(share_step, share_step.c.offer_id == o.id)
    return steps.where(here, share_step.c.step == step.value).group_by(o.unit_id)


def _members(wave: Wave) -> Select[Any]:
    """Those who were asked, where they were asked, and those of the group who were not asked, where they work now."""
    asked = select(o.unit_id).where(o.wave_id == wave.id)
    group = p.leader if wave.key.audience == "leaders" else ~p.leader
    not_asked = ~select(o.id).where(o.wave_id == wave.id, o.person_id == p.id).exists()
    waiting = select(p.unit_id).where(p.left_at.is_(None), group, not_asked)
    everybody = asked.union_all(waiting).subquery()
    return select(everybody.c.unit_id, func.count().label("number")).group_by(everybody.c.unit_id)
