"""One occasion of a send gets another hour; everything else in the text stays as it was written."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prokes_social.errors import ContentError
from prokes_social.loading.campaigns import read_campaign_text
from prokes_social.loading.moving import moved
from prokes_social.model.campaign import WallTime

HEAD = """\
id: uji
title: Uji
purpose: Uji
owner: Adpim
brand: nusa-raya
zone: WIB
starts_on: 2026-11-23
ends_on: 2026-12-24
sources:
  - {id: who, title: WHO, url: https://www.who.int/, checked_on: 2026-11-12, valid_until: 2027-06-30}
messages:
  - {id: tangan, text: Cuci tangan., sources: [who]}
sends:
"""
ONCE = ("  - {id: a, message: tangan, to: official, at: 2026-11-25 07.30}  # pagi\n",
        "  - id: a\n    message: tangan\n    to: official\n    at: '2026-11-25 07.30'\n    window: 30 menit\n",
        '  - {at: "2026-11-25 07.30", to: official, message: tangan, id: a}\n')  # fmt: skip
EVERY = "  - {id: a, message: tangan, to: official, every: senin 09.00}\n"
days = st.dates(date(2026, 11, 23), date(2026, 12, 24))
hours = st.times().map(lambda at: time(at.hour, at.minute))


def sends_of(text: str) -> dict[str, str]:
    loaded = read_campaign_text(text, "uji.yaml", root=Path()).loaded
    assert loaded
    return {each.id: f"{each.at or each.every}" for each in loaded.value.sends}


@given(written=st.sampled_from(ONCE), day=days, hour=hours)
def test_a_send_that_happens_once_is_moved_in_its_own_place(written: str, day: date, hour: time) -> None:
    text = HEAD + written + EVERY.replace("id: a", "id: b")
    done = moved(text, send="a", message="tangan", occasion=date(2026, 11, 25), to=WallTime(day=day, at=hour))
    assert sends_of(done.text)["a"] == str(WallTime(day=day, at=hour))
    changed = [pair for pair in zip(text.splitlines(), done.text.splitlines(), strict=True) if pair[0] != pair[1]]
    assert len(changed) <= 1 and done.added == ""


@given(week=st.integers(0, 3), day=days, hour=hours)
def test_one_day_of_a_repeating_send_becomes_a_send_of_its_own(week: int, day: date, hour: time) -> None:
    occasion = date(2026, 11, 23) + timedelta(weeks=week)
    done = moved(HEAD + EVERY, send="a", message="tangan", occasion=occasion, to=WallTime(day=day, at=hour))
    assert done.added and sends_of(done.text)[done.added] == str(WallTime(day=day, at=hour))
    loaded = read_campaign_text(done.text, "uji.yaml", root=Path()).loaded
    assert loaded and next(each for each in loaded.value.sends if each.id == "a").except_ == (occasion,)


@pytest.mark.parametrize("text", ["", "[" * 100_000, "id: uji\nsends: 7\n", HEAD])
def test_a_text_without_that_send_is_left_to_a_person(text: str) -> None:
    with pytest.raises(ContentError):
        moved(text, send="a", message="tangan", occasion=date(2026, 11, 25), to=WallTime.parse("2026-11-26 08.00"))
