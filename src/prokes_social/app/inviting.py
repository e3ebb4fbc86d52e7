"""Bringing people to their pages: a unit's list to tap through, and a text for its group."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.app.pages import environment
from prokes_social.errors import SettingsError
from prokes_social.i18n import _, language
from prokes_social.model.account import Unit
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Wave
from prokes_social.sharing.inviting import Invitee, as_xlsx, group_text, invitee
from prokes_social.store import consents, people, waves

if TYPE_CHECKING:
    from prokes_social.app import App


@dataclass(frozen=True, kw_only=True)
class Written:
    """The files of one unit's list, and whom it brings where."""

    files: Sequence[Path]
    invitees: Sequence[Invitee]

    @property
    def unreachable(self) -> int:
        """How many have no contact that a tap could open."""
        return sum(not each.tap for each in self.invitees)


class Inviting:
    def __init__(self, app: "App") -> None:
        self._app = app

    def write_links(self, word: str, out: Path, *, wave_id: int | None = None) -> Written:
        """Write a unit's list as a page to tap through and as XLSX, readable by you alone. Raises SettingsError.

        `word` is the unit's id or name.
        With a wave: everybody whom it asked, whatever they did since; a list that left people out would tell on them.
        """
        unit = self._app.units.find(word)
        invitees = self._invitees(unit, wave_id)
        out.mkdir(parents=True, exist_ok=True)
        files = {
            f"tautan-{unit.id}.html": self._page(unit, invitees).encode(),
            f"tautan-{unit.id}.xlsx": as_xlsx(invitees),
        }
        for name, data in files.items():
            _write_private(out / name, data)
        return Written(files=[out / name for name in files], invitees=invitees)

    def group_text(self, wave_id: int, word: str) -> str:
        """What may be posted into the unit's group: no link in it is anybody's own. Raises SettingsError."""
        wave = self._wave(wave_id)
        headline = wave.content.captions[0].strip().splitlines()[0]
        return group_text(self._app.units.find(word).name, headline, office=self._app.settings.organisation.name)

    def _invitees(self, unit: Unit, wave_id: int | None) -> list[Invitee]:
        """Those who did not say no, by name."""
        with self._app.store.read() as tx:
            members = people.in_unit(tx, unit.id) if wave_id is None else people.asked(tx, wave_id, unit.id)
            agreed = consents.answers(tx, Purpose.LINK, [each.id for each in members])
        office, address = self._app.settings.organisation.name, self._address()
        return [
            invitee(
                each,
                f"{address}/s/{self._app.sharing.link_of(each)}",
                office=office,
                has_agreed=agreed.get(each.id, False),
            )
            for each in members
            if agreed.get(each.id) is not False
        ]

    def _page(self, unit: Unit, invitees: Sequence[Invitee]) -> str:
        template = environment("prokes_social.app").get_template("links.html.j2")
        office = self._app.settings.organisation.name
        return template.render(unit=unit, invitees=invitees, office=office, language=language())

    def _address(self) -> str:
        if self._app.settings.public_url is None:
            raise SettingsError(
                _("Personal pages have no address yet: public_url is not set."),
                hint=_("Set public_url in prokes.toml to the address under which `prokes serve` can be reached."),
            )
        return self._app.settings.public_url

    def _wave(self, wave_id: int) -> Wave:
        with self._app.store.read() as tx:
            found = waves.get(tx, wave_id)
        if found is None:
            raise SettingsError(_("There is no wave {id}.", id=wave_id), hint=_("`prokes wave list` shows all."))
        return found


def _write_private(path: Path, data: bytes) -> None:
    """The list opens every page of the unit."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
