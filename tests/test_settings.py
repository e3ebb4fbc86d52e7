"""prokes.toml and PROKES_*: what wins, and what a mistake says."""

from datetime import timedelta
from pathlib import Path

import pytest

from prokes_social.errors import SettingsError
from prokes_social.keys import new_key
from prokes_social.settings import load_settings


def workspace(folder: Path, text: str = "") -> dict[str, str]:
    (folder / "prokes.toml").write_text(text, encoding="utf-8")
    return {"PROKES_HOME": str(folder)}


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(workspace(tmp_path))
    assert settings.zone == "WIB"
    assert settings.publishing.lease == timedelta(seconds=60)
    assert settings.database_url.startswith("sqlite:///")


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    workspace(tmp_path)
    below = tmp_path / "campaigns" / "2026"
    below.mkdir(parents=True)
    assert load_settings({}, below).home == tmp_path.resolve()


def test_durations_are_written_as_people_say_them(tmp_path: Path) -> None:
    settings = load_settings(
        workspace(tmp_path, '[publishing]\nwindow = "1 jam 15 menit"\nlookups = ["2s", "1 menit"]')
    )
    assert settings.publishing.window == timedelta(minutes=75)
    assert settings.publishing.lookups == (timedelta(seconds=2), timedelta(minutes=1))


def test_variables_win_over_the_file_for_platforms_too(tmp_path: Path) -> None:
    given = workspace(tmp_path, 'zone = "WITA"\n[platforms.x]\nbase_url = "https://a"\nmedia_upload = "v2"\n')
    settings = load_settings(given | {"PROKES_X_BASE_URL": "http://127.0.0.1:1", "PROKES_LANG": "en"})
    assert settings.for_platform("X") == {"base_url": "http://127.0.0.1:1", "media_upload": "v2"}
    assert settings.language == "en"
    assert settings.zone == "WITA"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("zone = 'GMT'", "zone"),
        ("[publishing]\nlease = 'sebentar'", "publishing.lease"),
        ("[penerbitan]\n", "penerbitan"),
        ("zone = ", "prokes.toml"),
    ],
)
def test_a_mistake_names_the_setting_and_the_remedy(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(workspace(tmp_path, text))
    assert named in caught.value.message
    assert caught.value.hint


def test_without_a_workspace_the_way_to_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, tmp_path)
    assert "prokes init" in caught.value.hint


def test_the_key_comes_from_the_variable_else_from_the_file(tmp_path: Path) -> None:
    given = workspace(tmp_path)
    with pytest.raises(SettingsError, match="key"):
        _ = load_settings(given).keys
    (tmp_path / ".prokes").mkdir()
    (tmp_path / ".prokes" / "key").write_text(new_key())
    assert load_settings(given).keys
    with pytest.raises(SettingsError):
        _ = load_settings(given | {"PROKES_KEY": "pendek"}).keys
