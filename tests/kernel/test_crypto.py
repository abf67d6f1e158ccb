"""Sealing, blind indexes, signed tokens and the rotation of their keys."""

import multiprocessing
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yueban.kernel import crypto


@pytest.fixture(autouse=True)
def keys(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "keys.json"
    crypto.create_keys(path)
    crypto.use_keys(path)
    yield path
    crypto.use_keys(None)


def test_sm3_gives_the_digest_of_the_standard() -> None:
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_is_read_again(text: str) -> None:
    blob = crypto.seal(text)
    if text:
        assert crypto.unseal(blob) == text
        assert text.encode() not in blob or len(text.encode()) < 4
    assert blob[0] == 1
    assert crypto.seal(text) != blob


@pytest.mark.parametrize("place", [0, 1, 13, 29, -1])
def test_a_changed_ciphertext_is_refused(place: int) -> None:
    blob = bytearray(crypto.seal("411624199001011230"))
    blob[place] ^= 1
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(bytes(blob))


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01" + bytes(28)])
def test_a_short_ciphertext_is_refused(blob: bytes) -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(blob)


def test_an_index_finds_its_value_only_in_its_domain() -> None:
    assert crypto.blind_index("phone", "13812345678") == crypto.blind_index("phone", "13812345678")
    assert crypto.blind_index("phone", "13812345678") != crypto.blind_index("certificate", "13812345678")
    assert crypto.blind_indexes("phone", "1") == [crypto.blind_index("phone", "1")]


def test_a_signed_token_gives_its_payload() -> None:
    assert crypto.verify(crypto.sign("A:82641907")) == "A:82641907"


@pytest.mark.parametrize(
    "token",
    ["", ".", "82641907", "82641907.", "82641907.AAAAAAAAAAAAAAAAAAAAAAA", "号.é", "82641907.é", "a" * 5000, "1.2.3"],
)
def test_a_forged_token_gives_nothing(token: str) -> None:
    assert crypto.verify(token) is None


def test_a_signature_does_not_fit_another_payload() -> None:
    signature = crypto.sign("82641907").partition(".")[2]
    assert crypto.verify(f"82641908.{signature}") is None


def test_a_payload_that_is_not_url_safe_is_refused() -> None:
    with pytest.raises(ValueError, match="URL safe"):
        crypto.sign("a b")


def test_a_rotation_keeps_everything_readable_until_the_old_key_is_retired() -> None:
    blob, index, token = crypto.seal("old"), crypto.blind_index("phone", "1"), crypto.sign("1")
    fresh = crypto.add_key()
    assert crypto.blind_index("phone", "1") == index
    crypto.make_current(fresh)
    assert crypto.seal("new")[0] == fresh == 2
    assert crypto.unseal(blob) == "old"
    assert crypto.blind_indexes("phone", "1") == [crypto.blind_index("phone", "1"), index]
    assert crypto.retire_others() == [1]
    assert crypto.retire_others() == []
    assert crypto.blind_indexes("phone", "1") == [crypto.blind_index("phone", "1")]
    assert crypto.verify(token) == "1"
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(blob)


def test_a_fingerprint_is_known_again_after_a_rotation_and_only_for_its_value() -> None:
    kept = crypto.fingerprint("request", "a")
    crypto.make_current(crypto.add_key())
    crypto.retire_others()
    assert crypto.same_fingerprint(kept, "request", "a")
    assert crypto.fingerprint("request", "a") != kept
    for other in (kept[:-1] + b"x", b"", b"\xff" + kept[1:]):
        assert not crypto.same_fingerprint(other, "request", "a")
    assert not crypto.same_fingerprint(kept, "request", "b")
    assert not crypto.same_fingerprint(kept, "another", "a")


def test_a_file_is_sealed_as_it_is() -> None:
    content = bytes(range(256)) * 5
    assert crypto.unseal_bytes(crypto.seal_bytes(content)) == content
    assert content not in crypto.seal_bytes(content)


def test_a_link_is_short_and_good_for_its_purpose_and_number_alone() -> None:
    token = crypto.link_token("materials", "82641907")
    assert len(token) == 20
    assert crypto.linked("materials", token) == "82641907"
    assert crypto.linked("rebook", token) is None
    for forged in ("82641908" + token[8:], token[:-1] + "!", token[8:], "", "样例" + token, token + "==", "8" * 20):
        assert crypto.linked("materials", forged) is None
    crypto.make_current(crypto.add_key())
    crypto.retire_others()
    assert crypto.linked("materials", token) == "82641907"


def test_the_key_file_is_for_its_owner_alone(keys: Path) -> None:
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    crypto.make_current(crypto.add_key())
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [path.name for path in keys.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"current": "1", "keys": {"1": {}}}', '{"current": "1", "keys": {"1": {"signing": "00"}}}'],
)
def test_a_malformed_key_file_is_refused(keys: Path, text: str) -> None:
    keys.write_text(text)
    with pytest.raises(crypto.KeysRefused):
        crypto.require_keys()


def test_production_wants_a_key_file_outside_the_data_folder(tmp_path: Path, keys: Path) -> None:
    base = {"YUEBAN_ENV": "production", "YUEBAN_DATA": str(tmp_path / "data")}
    assert crypto.keys_path(base | {"YUEBAN_KEYS": str(keys)}) == keys
    for told in ({}, {"YUEBAN_KEYS": str(tmp_path / "data" / "k.json")}, {"YUEBAN_KEYS": str(tmp_path / "none.json")}):
        with pytest.raises(crypto.KeysRefused):
            crypto.keys_path(base | told)


def _create(path: Path) -> str:
    crypto.create_keys(path)
    return path.read_text()


def test_processes_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_create, [tmp_path / "fresh" / "keys.json"] * 8))) == 1
