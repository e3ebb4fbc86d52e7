"""The same first day by keys alone: every control is found by tabbing, and one always sees where one is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.web.desk.first_day import Hands, log_in, open_for_a_day, spend_the_day

pytestmark = pytest.mark.browser

#: Presses of Tab after which somebody would give up.
MOST = 120
#: What is wrong with where the focus is; an empty text where all is well. A ring may be drawn by what stands around a
#: field. A point of it counts as covered where something else would be hit there.
SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return '';
  const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean);
  const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  if (getComputedStyle(at).boxShadow === 'none' && !around.some((each) => ring(getComputedStyle(each))))
    return 'nothing shows the focus';
  if (!at.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return 'it is hidden';
  const box = [...at.getClientRects()].find((each) => each.width > 1 && each.height > 1);
  if (!box) return 'it has no size';
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (left >= right || top >= bottom) return 'it is out of sight';
  const own = (found) => at.contains(found) || found.contains(at) || [...at.labels ?? []].some((each) => each.contains(found));
  const points = [[.5, .5], [.1, .1], [.9, .9], [.1, .9], [.9, .1]];
  const hit = ([x, y]) => document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
  return points.map(hit).some((found) => found && own(found)) ? '' : 'something lies over it';
}"""  # noqa: E501
NAME = """() => {
  const at = document.activeElement;
  return at.tagName.toLowerCase() + ' ' + (at.innerText || at.name || at.id || '').trim().slice(0, 40);
}"""


class Keys:
    """Types and tabs, on a page of its own; sees at each stop that the focus is to be seen."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()

    def press(self, role: str, name: str | re.Pattern[str], *, stays: bool = False) -> None:
        self._find(self.page.get_by_role(role, name=name, exact=role == "link"))
        if stays:
            self._key("Enter")
            return
        with self.page.expect_navigation():
            self._key("Enter")

    def choose(self, name: str) -> None:
        """In a group of choices Tab stops once; the arrows go through it."""
        wanted = self.page.get_by_role("radio", name=name)
        self._find(self.page.get_by_role("radio"))
        for _time in range(20):
            if self._is_at(wanted):
                return
            self._key("ArrowDown")
            self._look()
        raise AssertionError(f"no arrow leads to {name}")

    def type(self, name: str, text: str) -> None:
        self._find(self.page.get_by_role("textbox", name=name).or_(self.page.get_by_label(name, exact=True)))
        self.page.keyboard.type(text)

    def rewrite(self, start: int, lines: int, text: str) -> None:
        self._find(self.page.locator("textarea[name=text]"))
        self._key("Control+Home")
        for _line in range(start):
            self._key("ArrowDown")
        for _line in range(lines - 1):
            self._key("Shift+ArrowDown")
        self._key("Shift+End")
        self.write_on(text)

    def write_on(self, text: str) -> None:
        assert self._is_at(self.page.locator("textarea[name=text]"))
        self.page.keyboard.type(text)

    def back_to(self, wanted: Any) -> None:
        self._find(wanted, key="Shift+Tab")

    def _find(self, wanted: Any, *, key: str = "Tab") -> None:
        been = []
        for _time in range(MOST):
            if self._is_at(wanted):
                return
            self._key(key)
            self._look()
            been.append(self.page.evaluate(NAME))
        raise AssertionError(f"{wanted} was not among {been}")

    def _is_at(self, wanted: Any) -> bool:
        return bool(wanted.evaluate_all("(all) => all.includes(document.activeElement)"))

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def _look(self) -> None:
        """What slides into view gets the time to."""
        for _time in range(6):
            wrong = self.page.evaluate(SEEN)
            if not wrong:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{wrong}: {self.page.evaluate(NAME)} on {self.page.url}")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_for_a_day(tmp_path) as opened:
        yield opened


def test_from_a_sample_to_a_post_by_keys_alone_then_stop_and_resume(office: Office, browser: Any) -> None:
    def sit_down() -> Hands:
        return Keys(browser)

    spend_the_day(office, sit_down, soon=timedelta(seconds=35))


def test_the_editor_lets_keys_out_at_both_ends(office: Office, browser: Any) -> None:
    sari = Keys(browser)
    log_in(sari, office, "sari")
    for role, name in (("link", "Kampanye"), ("link", "Kampanye baru"), ("button", "Buat salinan")):
        sari.press(role, name)
    sari.rewrite(0, 1, "# dari papan ketik")
    sari._key("Tab")
    sari._look()
    assert sari._is_at(sari.page.get_by_role("button", name="Simpan"))
    sari.back_to(sari.page.locator("textarea[name=text]"))
    sari.back_to(sari.page.locator("a.crumb"))
