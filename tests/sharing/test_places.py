"""Every place in the folder keeps one contract; a new file is a new place, everywhere."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from prokes_social.help import tables
from prokes_social.i18n import speaking
from prokes_social.model.wave import CODE_LENGTH, new_code
from prokes_social.sharing import places
from prokes_social.sharing.places import OTHER, WAY_LABELS, WAYS, Place, all_places, name_of

TEXT = "Cuci tangan, yuk & ajak #keluarga? 100% mudah + murah\n“Sehat” itu é 🧼"
URL = "https://nusaraya.go.id/k/abcdefghjk-w?a=1&b=2#c"

NEW = '''\
"""Kabar Desa."""

from prokes_social.i18n import Bilingual

name = "kabar"
tag = "k"
label = Bilingual("Kabar Desa", "Village News")


def address(text: str, url: str) -> str:
    return f"https://kabar.example.go.id/?u={url}"
'''


@pytest.fixture
def new_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place of one file, and nothing else."""
    (tmp_path / "kabar.py").write_text(NEW)
    monkeypatch.setattr(places, "__path__", [*places.__path__, str(tmp_path)])
    all_places.cache_clear()
    yield next(place for place in all_places() if place.name == "kabar")
    all_places.cache_clear()
    sys.modules.pop("prokes_social.sharing.places.kabar", None)


each_place = pytest.mark.parametrize("place", all_places(), ids=lambda place: place.name)


def test_the_folder_has_the_places_that_people_use() -> None:
    assert {place.name for place in all_places()} >= {"whatsapp", "x", "facebook", "telegram", "threads"}


@each_place
def test_it_is_named_as_its_file_and_labelled_in_both_languages(place: Place) -> None:
    assert (Path(places.__file__).parent / f"{place.name}.py").is_file()
    for language in ("id", "en"):
        with speaking(language):
            assert str(place.label).strip()


@each_place
def test_its_tag_is_one_letter_of_its_own(place: Place) -> None:
    assert re.fullmatch("[a-z]", place.tag)
    assert place.tag not in WAYS
    assert [each.name for each in all_places() if each.tag == place.tag] == [place.name]
    assert name_of(place.tag) == place.name


@each_place
def test_its_address_is_plain_https_and_brings_the_link_unharmed(place: Place) -> None:
    address = place.address(TEXT, URL)
    parts = urlsplit(address)
    assert (parts.scheme, parts.fragment) == ("https", "")
    assert address.isascii()
    assert not re.search(r"[\s\"'<>]", address)
    given = parse_qs(parts.query, strict_parsing=True)
    assert any(URL in value for values in given.values() for value in values)


@each_place
def test_it_brings_the_text_unharmed_or_not_at_all(place: Place) -> None:
    given = parse_qs(urlsplit(place.address(TEXT, URL)).query)
    values = [value for several in given.values() for value in several]
    assert any(TEXT in value for value in values) or values == [URL]


@each_place
def test_it_works_without_a_text(place: Place) -> None:
    assert parse_qs(urlsplit(place.address("", URL)).query)


def test_facebook_takes_the_link_alone() -> None:
    (facebook,) = (place for place in all_places() if place.name == "facebook")
    given = parse_qs(urlsplit(facebook.address(TEXT, URL)).query)
    assert given == {"u": [URL]}


def test_ways_without_a_place_have_names_of_their_own() -> None:
    assert [name_of(tag) for tag in ("q", "l", "n", "", "9", "zz")] == ["qr", "link", "share", "link", OTHER, OTHER]
    assert not {*WAYS.values(), OTHER} & {place.name for place in all_places()}
    assert set(WAYS.values()) == set(WAY_LABELS)


def test_codes_and_tags_are_told_apart() -> None:
    code = new_code()
    assert len(code) == CODE_LENGTH
    assert "-" not in code


def test_a_place_dropped_into_the_folder_is_known_at_once(new_place: Place) -> None:
    assert name_of("k") == "kabar"
    assert "| `k` | Kabar Desa | `kabar` |" in tables.places({})
    assert new_place.address("", "https://a.go.id/") == "https://kabar.example.go.id/?u=https://a.go.id/"
