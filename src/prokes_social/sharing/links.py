"""A staff member in, the secret end of their personal address out; and back, where it is still good."""

from dataclasses import dataclass

from prokes_social.keys import KeyRing
from prokes_social.model.staff import StaffMember
from prokes_social.store import Store, people

PURPOSE = "staff-link"


@dataclass(frozen=True, kw_only=True)
class PersonalLinks:
    """Signed from the person's number and link version, with a purpose of its own; nothing is stored."""

    store: Store
    keys: KeyRing

    def link_of(self, member: StaffMember) -> str:
        said = f"{member.id}-{member.link_version}"
        return f"{said}-{self.keys.sign(said, purpose=PURPOSE)}"

    def member_of(self, link: str) -> StaffMember | None:
        """None for a forged link and one that was ended; whoever left or was forgotten has no page either."""
        number, _dash, rest = link.partition("-")
        version, _dash, signature = rest.partition("-")
        if not (_is_number(number) and _is_number(version)):
            return None
        if not self.keys.verify(f"{number}-{version}", signature, purpose=PURPOSE):
            return None
        with self.store.read() as tx:
            member = people.get(tx, int(number))
        return member if member and member.link_version == int(version) and member.left_at is None else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12
