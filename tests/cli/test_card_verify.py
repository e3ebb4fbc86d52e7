"""`prokes card verify`: what an office answers when somebody asks whether a card is theirs."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run
from tests.cli.test_commands import CAMPAIGN

LINK = "https://www.who.int/tangan"


@pytest.fixture
def issued(run: Run, workspace: Path, credentials: Path) -> Path:
    """A card that was queued for X, as its file."""
    added = run("account", "add", "x-kab", "--platform", "x", "--unit", "dinkes", "--credentials", credentials)
    assert added.code == 0
    campaign = workspace / "campaigns" / "cuci.yaml"
    campaign.write_text(CAMPAIGN.replace("hashtags:", f"link: {LINK}\nhashtags:"))
    assert run("campaign", "schedule", campaign, "--by", "Ayu").code == 0
    [change] = run("campaign", "plan", campaign, "--json").json["changes"]
    return Path(change["card"])


def through_a_messenger(card: Path) -> Path:
    """As WhatsApp hands it on: smaller, and compressed anew."""
    image = Image.open(card)
    copy = card.with_name("IMG-20261123-WA0007.jpg")
    image.resize((image.width * 3 // 5, image.height * 3 // 5)).save(copy, "JPEG", quality=45)
    return copy


def test_a_card_of_ours_is_told_with_campaign_message_account_and_time(run: Run, issued: Path) -> None:
    ran = run("card", "verify", issued)
    assert ran.code == 0
    assert "kartu kami, tidak berubah" in ran.out
    assert "cuci-tangan / tangan → x-kab" in ran.out
    assert "07.30 WIB" in ran.out


def test_a_card_that_a_messenger_compressed_is_told_by_its_code_and_with_a_warning(run: Run, issued: Path) -> None:
    ran = run("card", "verify", through_a_messenger(issued))
    assert ran.code == 1
    assert "berkasnya berbeda" in ran.out and LINK in ran.out
    assert "cuci-tangan / tangan" in ran.out


def test_a_single_changed_byte_is_no_longer_our_card(run: Run, issued: Path) -> None:
    data = bytearray(issued.read_bytes())
    data[-40] ^= 1
    issued.write_bytes(data)
    assert run("card", "verify", issued, "--json").json["origin"] != "ours"


def test_a_picture_from_elsewhere_is_not_known(run: Run, issued: Path) -> None:
    file = BytesIO()
    Image.new("RGB", (400, 400), "white").save(file, "PNG")
    issued.with_name("lain.png").write_bytes(file.getvalue())
    ran = run("card", "verify", issued.with_name("lain.png"))
    assert ran.code == 1
    assert "tidak dikenal" in ran.out


def test_a_code_that_leads_elsewhere_makes_no_card_of_ours(run: Run, workspace: Path, issued: Path) -> None:
    campaign = workspace / "campaigns" / "cuci.yaml"
    campaign.write_text(campaign.read_text().replace(LINK, "https://www.who.int/lain"))
    [row] = run("card", "render", campaign, "--size", "1600x900", "--out", "palsu", "--json").json
    verdict = run("card", "verify", row["file"], "--json")
    assert verdict.code == 1
    assert verdict.json["origin"] == "unknown"
    assert verdict.json["links"] == ["https://www.who.int/lain"]


def test_scripts_get_one_document(run: Run, issued: Path) -> None:
    document = run("card", "verify", issued, "--json").json
    assert document["origin"] == "ours"
    [delivery] = document["deliveries"]
    assert (delivery["campaign"], delivery["message"], delivery["account"]) == ("cuci-tangan", "tangan", "x-kab")
    assert len(document["file_digest"]) == 64


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"#!/bin/sh\nrm -rf /\n"])
def test_a_file_that_is_no_picture_is_refused_with_its_name(run: Run, workspace: Path, content: bytes) -> None:
    Path("kartu.jpg").write_bytes(content)
    ran = run("card", "verify", "kartu.jpg")
    assert ran.code == 4
    assert "kartu.jpg" in ran.err and ran.out == ""


def test_a_file_that_is_not_there(run: Run, workspace: Path) -> None:
    assert run("card", "verify", "tidak-ada.jpg").code == 2
