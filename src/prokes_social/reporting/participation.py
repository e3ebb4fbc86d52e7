"""A campaign in, who took part by wave and unit out: with a denominator, and no group that is too small to hide in."""

from collections.abc import Mapping, Sequence

from prokes_social.model.participation import Counts, Participation, UnitCounts, added
from prokes_social.model.wave import Wave, WaveStatus
from prokes_social.store import Connection, accounts, participation, waves

#: In these a wave has asked, or could have.
_BEGUN = (WaveStatus.OPEN, WaveStatus.CLOSED)


def participation_in(tx: Connection, campaign: str) -> list[Participation]:
    """One for each wave of people that has begun, in the order they opened; accounts posted to by hand are left out."""
    names = {unit.id: unit.name for unit in accounts.units(tx)}
    begun = [wave for wave in waves.listing(tx, campaign=campaign, statuses=_BEGUN) if not wave.key.account]
    return [_of_wave(wave, participation.by_unit(tx, wave), names) for wave in begun]


def _of_wave(wave: Wave, by_unit: Mapping[str, Counts], names: Mapping[str, str]) -> Participation:
    units = [UnitCounts(units=(names.get(unit, unit),), counts=counts) for unit, counts in by_unit.items()]
    total = added(each.counts for each in units)
    if total.is_small:
        return Participation(wave=wave, rows=(), total=None)
    return Participation(wave=wave, rows=tuple(sorted(_hidden_in_groups(units), key=_order)), total=total)


def _hidden_in_groups(units: Sequence[UnitCounts]) -> list[UnitCounts]:
    """Small units become one row; where even they are too few, the next larger unit joins them.

    Otherwise a reader would subtract the rows that are shown from the total.
    """
    small = [each for each in units if each.counts.is_small]
    shown = sorted((each for each in units if not each.counts.is_small), key=lambda each: each.counts.members)
    while small and shown and added(each.counts for each in small).is_small:
        small.append(shown.pop(0))
    if not small:
        return shown
    together = UnitCounts(
        units=tuple(sorted(name for each in small for name in each.units)),
        counts=added(each.counts for each in small),
    )
    return [*shown, together]


def _order(each: UnitCounts) -> tuple[bool, float, str]:
    rate = each.counts.rate
    return len(each.units) > 1, -(rate if rate is not None else -1), each.units[0]
