"""Sealed credentials and signed links."""

import base64

import pytest

from prokes_social.keys import KeyRing, Secret, WrongKey, new_key


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.from_texts([new_key()])


def test_a_sealed_value_opens_only_in_its_own_place(ring: KeyRing) -> None:
    sealed = ring.seal("rahasia", context="1:token")
    assert b"rahasia" not in sealed
    assert ring.open(sealed, context="1:token").reveal() == "rahasia"
    with pytest.raises(WrongKey):
        ring.open(sealed, context="2:token")


def test_another_key_opens_nothing_and_an_old_one_in_the_ring_still_does(ring: KeyRing) -> None:
    sealed = ring.seal("rahasia", context="1:token")
    newer = new_key()
    with pytest.raises(WrongKey):
        KeyRing.from_texts([newer]).open(sealed, context="1:token")
    rotated = KeyRing((KeyRing.from_texts([newer]).keys[0], *ring.keys))
    assert rotated.open(sealed, context="1:token") == Secret("rahasia")


def test_a_damaged_value_is_refused(ring: KeyRing) -> None:
    sealed = bytearray(ring.seal("rahasia", context="1:token"))
    sealed[-1] ^= 1
    with pytest.raises(WrongKey):
        ring.open(bytes(sealed), context="1:token")


def test_a_signature_opens_one_door_only(ring: KeyRing) -> None:
    signature = ring.sign("kartu:1", purpose="media")
    assert ring.verify("kartu:1", signature, purpose="media")
    assert not ring.verify("kartu:2", signature, purpose="media")
    assert not ring.verify("kartu:1", signature, purpose="staff")


def test_a_secret_never_prints_itself() -> None:
    secret = Secret("EAAB-token")
    assert "EAAB" not in f"{secret} {secret!r} {[secret]}"


@pytest.mark.parametrize("text", ["", "pendek", base64.urlsafe_b64encode(b"x" * 16).decode()])
def test_a_weak_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"32 bytes|padding|base64"):
        KeyRing.from_texts([text])
