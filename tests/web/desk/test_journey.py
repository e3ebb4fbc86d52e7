"""A new officer's first day in a real browser: from a sample to a post in the sandbox; stop and resume."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.web.desk.first_day import open_for_a_day, spend_the_day

pytestmark = pytest.mark.browser


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_for_a_day(tmp_path) as opened:
        yield opened


class Mouse:
    """Clicks, on a page of its own."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()

    def press(self, role: str, name: str | re.Pattern[str], *, stays: bool = False) -> None:
        self.page.get_by_role(role, name=name, exact=role == "link").first.click()

    def choose(self, name: str) -> None:
        self.page.get_by_label(name).first.check()

    def type(self, name: str, text: str) -> None:
        self.page.get_by_label(name).fill(text)

    def rewrite(self, start: int, lines: int, text: str) -> None:
        box = self.page.locator("textarea[name=text]")
        there = box.input_value().split("\n")
        box.fill("\n".join([*there[:start], text, *there[start + lines :]]))

    def write_on(self, text: str) -> None:
        self.page.keyboard.insert_text(text)


def test_from_a_sample_to_a_post_by_two_people_then_stop_and_resume(office: Office, browser: Any) -> None:
    spend_the_day(office, lambda: Mouse(browser), soon=timedelta(seconds=25))
