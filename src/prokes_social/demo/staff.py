"""An invented office's people in, invited to share a message of the sample; their pages and a card of their own out."""

from dataclasses import dataclass
from pathlib import Path

from prokes_social.app import App
from prokes_social.model.wave import WaveStatus

UNITS = """\
id;nama;induk;zona
biro-adpim;Biro Administrasi Pimpinan;;WIB
dinkes;Dinas Kesehatan;;WIB
satpol-pp;Satuan Polisi Pamong Praja;;WIB
"""
#: All invented.
PEOPLE = """\
nama;unit;pimpinan;bahasa;persetujuan
Dr. Bagas Prawira Nugraha, S.Sos., M.A.P.;biro-adpim;ya;id;ya
Ratna Wulandari, S.I.Kom.;biro-adpim;tidak;id;ya
Yohanes Tandi;biro-adpim;tidak;id;ya
Ni Putu Sekar Lestari, A.Md.;biro-adpim;tidak;id;
Prof. Dr. dr. Hj. Siti Nurhaliza Rahmawati Kusumaningrum, Sp.PD-KPTI, M.Kes.;dinkes;ya;id;ya
drg. Made Ayu Lestari;dinkes;tidak;id;ya
Budi Santoso, S.Kep., Ners;dinkes;tidak;id;ya
Ahmad Fauzi, S.K.M.;dinkes;tidak;id;ya
Maria Goreti Bere, A.Md.Keb.;dinkes;tidak;id;ya
Teuku Rizal Hakim, S.H.;satpol-pp;ya;id;ya
Desi Anggraini;satpol-pp;tidak;id;ya
Lambang Setiawan;satpol-pp;tidak;id;ya
Nurhayati Daeng Te'ne;satpol-pp;tidak;id;
"""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """`asked` is 0 where it is too quiet an hour to ask anybody, such as during Friday prayer."""

    people: int
    asked: int
    card: Path | None
    page: str  #: the address of one of their pages


def invite_staff(app: App, folder: Path, *, by: str) -> Invited:
    """Import the directory, open the leaders' and the staff's wave, and draw one person's card into `results/cards`."""
    for name, text in (("unit.csv", UNITS), ("pegawai.csv", PEOPLE)):
        (folder / name).write_text(text, encoding="utf-8")
    app.units.take_in(folder / "unit.csv")
    app.staff.take_in(app.staff.preview(folder / "pegawai.csv"), by=by)
    ready = [wave for wave in app.sharing.waves() if wave.status is WaveStatus.READY]
    asked = sum(app.sharing.open_by_hand(wave.id) for wave in ready)
    member = next(each for each in app.staff.listing("dinkes") if not each.leader)
    page = app.sharing.link_of(member)
    return Invited(
        people=len(app.staff.listing()), asked=asked, card=_card(app, page, folder / "results" / "cards"),
        page=f"{app.settings.public_url}/s/{page}",
    )  # fmt: skip


def _card(app: App, link: str, out: Path) -> Path | None:
    page = app.sharing.page(link)
    if page is None or not page.invitations:
        return None
    invitation = page.invitations[0]
    drawn = app.sharing.card(invitation, invitation.wave.content.sizes[0])
    if drawn is None:
        return None
    out.mkdir(parents=True, exist_ok=True)
    path = out / "kartu-pribadi.jpg"
    path.write_bytes(drawn)
    return path
