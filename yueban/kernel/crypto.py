"""Personal data at rest: SM4-GCM ciphertexts, HMAC-SM3 blind indexes and signed tokens.

Every ciphertext, index and signature starts with the id of its key (one byte), so keys can be rotated
while old data is read. The keys are in the JSON file `YUEBAN_KEYS`; outside production it is made in
the data folder. The file is looked at on every use (about 2 µs), so a rotation reaches all processes at once.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONCE: Final = 12
_TAG: Final = 16
_MAC: Final = 16
_LINK: Final = 9  # key id and 64 bits of MAC: nobody guesses that online, and a link in an SMS stays short
_LINK_LETTERS: Final = 12
_FIRST_ID: Final = 1
_LAST_ID: Final = 255
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_~:-]{1,200}")


class KeysRefused(RuntimeError):
    """The key file is missing, malformed, or where it must not be."""


class Unreadable(ValueError):
    """A ciphertext that no key of this installation opens."""


@dataclass(frozen=True, slots=True)
class Key:
    """The three secrets of one key id. A retired key only verifies signatures: the first two are gone."""

    id: int
    sealing: algorithms.SM4 | None
    index: hmac.HMAC | None
    signing: hmac.HMAC


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of the installation and the one that new data is written with."""

    current: Key
    keys: Mapping[int, Key]

    @property
    def indexing(self) -> list[Key]:
        """The keys that stored indexes may be under, the current one first."""
        return [self.current, *(key for key in self.keys.values() if key.index and key is not self.current)]


def sm3(data: bytes) -> bytes:
    """Give the 32-byte SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


# --- the key file ---------------------------------------------------------------------------------


def keys_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Give where the keys are; raise KeysRefused in production when that is nowhere or in the data folder."""
    data = Path(environment.get("YUEBAN_DATA") or ".run").resolve()
    told = environment.get("YUEBAN_KEYS")
    path = Path(told).resolve() if told else data / "keys.json"
    if environment.get("YUEBAN_ENV") != "production":
        return path
    if not told:
        raise KeysRefused("YUEBAN_KEYS must name the key file in production")
    if path.is_relative_to(data):
        raise KeysRefused("YUEBAN_KEYS must lie outside the data folder in production")
    if not path.is_file():
        raise KeysRefused(f"YUEBAN_KEYS names no file: {path}")
    return path


def new_keys() -> dict[str, object]:
    """Make the content of a key file with one key."""
    return {"current": str(_FIRST_ID), "keys": {str(_FIRST_ID): _new_key()}}


def _new_key() -> dict[str, str]:
    return {"sealing": secrets.token_hex(16), "index": secrets.token_hex(32), "signing": secrets.token_hex(32)}


def _write(path: Path, content: object, *, replace: bool) -> None:
    """Write the file whole or not at all, readable by its owner; an existing one wins unless `replace`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        draft.replace(path)
        return
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first; its keys hold
    finally:
        draft.unlink()


def create_keys(path: Path) -> None:
    """Make a key file where there is none; of several processes at once, one wins."""
    _write(path, new_keys(), replace=False)


def _hmac(secret: str) -> hmac.HMAC:
    return hmac.HMAC(bytes.fromhex(secret), hashes.SM3())


def _key(key_id: int, secret: Mapping[str, str]) -> Key:
    sealing, index = secret.get("sealing"), secret.get("index")
    return Key(
        key_id,
        algorithms.SM4(bytes.fromhex(sealing)) if sealing else None,
        _hmac(index) if index else None,
        _hmac(secret["signing"]),
    )


def parse_keys(text: str) -> KeyRing:
    """Read the content of a key file; raise KeysRefused when it is malformed."""
    try:
        content = json.loads(text)
        keys = {int(number): _key(int(number), secret) for number, secret in content["keys"].items()}
        ring = KeyRing(keys[int(content["current"])], keys)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysRefused("the key file is malformed") from error
    if not (ring.current.sealing and ring.current.index and all(_FIRST_ID <= number <= _LAST_ID for number in keys)):
        raise KeysRefused("the key file is malformed")
    return ring


class _Loaded:
    path: Path | None = None
    stamp: tuple[int, int, int] = (0, 0, 0)
    ring: KeyRing | None = None


def _stamp(path: Path) -> tuple[int, int, int]:
    facts = os.stat(path)  # noqa: PTH116 - a third of the time of Path.stat, on the booking path
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def use_keys(path: Path | None) -> None:
    """Read keys from this file from now on (None: where the environment says)."""
    _Loaded.path, _Loaded.ring = path, None


def _locate() -> Path:
    path = keys_path()
    if not path.exists():
        create_keys(path)
    _Loaded.path = path
    return path


def key_ring() -> KeyRing:
    """Give the installation's keys as the file holds them now."""
    path = _Loaded.path or _locate()
    stamp = _stamp(path)
    ring = _Loaded.ring
    if ring is None or stamp != _Loaded.stamp:
        ring = parse_keys(path.read_text(encoding="ascii"))
        _Loaded.ring, _Loaded.stamp = ring, stamp
    return ring


def require_keys() -> None:
    """Fail now rather than at the first booking when the keys cannot be used; called at start."""
    key_ring()


# --- rotation: add, make current, re-seal everything, retire ---------------------------------------


def _change(keys: Mapping[str, dict[str, str]], *, current: int | None = None) -> None:
    path = _Loaded.path or _locate()
    content = json.loads(path.read_text(encoding="ascii"))
    content["keys"].update(keys)
    content["current"] = str(current or content["current"])
    _write(path, content, replace=True)


def add_key() -> int:
    """Add a key that is not yet written with, and give its id. All processes can read it from now on."""
    used = key_ring().keys
    fresh = next((number for number in range(_FIRST_ID, _LAST_ID + 1) if number not in used), None)
    if fresh is None:
        raise KeysRefused("255 keys are used up")
    _change({str(fresh): _new_key()})
    return fresh


def make_current(key_id: int) -> None:
    """Write new data with this key from now on."""
    _change({}, current=key_id)


def retire_others() -> list[int]:
    """Take sealing and index secrets from all but the current key; what they signed stays verifiable."""
    path = _Loaded.path or _locate()
    content = json.loads(path.read_text(encoding="ascii"))
    others = {number: secret for number, secret in content["keys"].items() if number != content["current"]}
    _change({number: {"signing": secret["signing"]} for number, secret in others.items()})
    return sorted(int(number) for number, secret in others.items() if "index" in secret)


# --- sealing --------------------------------------------------------------------------------------


def seal(text: str) -> bytes:
    """Encrypt: key id, nonce (12), tag (16), ciphertext. The same text never gives the same bytes twice."""
    return seal_bytes(text.encode())


def seal_bytes(content: bytes) -> bytes:
    """Encrypt what is no text, such as a file; the form is that of `seal`."""
    key = key_ring().current
    if key.sealing is None:
        raise KeysRefused("the current key is retired")
    nonce = os.urandom(_NONCE)
    head = bytes((key.id,))
    encryptor = Cipher(key.sealing, modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(head)
    ciphertext = encryptor.update(content) + encryptor.finalize()
    return head + nonce + encryptor.tag + ciphertext


def unseal(blob: bytes | memoryview) -> str:
    """Decrypt what `seal` gave; raise Unreadable when it was changed or its key is gone."""
    return unseal_bytes(blob).decode()


def unseal_bytes(blob: bytes | memoryview) -> bytes:
    """Decrypt what `seal_bytes` gave; raise Unreadable when it was changed or its key is gone."""
    blob = bytes(blob)
    key = key_ring().keys.get(blob[0]) if len(blob) > _NONCE + _TAG else None
    if key is None or key.sealing is None:
        raise Unreadable("no key opens this")
    nonce, tag = blob[1 : 1 + _NONCE], blob[1 + _NONCE : 1 + _NONCE + _TAG]
    decryptor = Cipher(key.sealing, modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(blob[:1])
    try:
        return decryptor.update(blob[1 + _NONCE + _TAG :]) + decryptor.finalize()
    except InvalidTag as error:
        raise Unreadable("the ciphertext was changed") from error


# --- blind indexes --------------------------------------------------------------------------------


def _index(key: Key, message: bytes) -> bytes:
    if key.index is None:
        raise KeysRefused("the key is retired")
    mac = key.index.copy()
    mac.update(message)
    return bytes((key.id,)) + mac.finalize()


def blind_index(domain: str, value: str) -> bytes:
    """Give the bytes by which a sealed value is found: key id and HMAC-SM3. Domains never meet."""
    return _index(key_ring().current, f"{domain}\0{value}".encode())


def blind_indexes(domain: str, value: str) -> list[bytes]:
    """Give the index under every live key, the current first; more than one only during a rotation."""
    message = f"{domain}\0{value}".encode()
    return [_index(key, message) for key in key_ring().indexing]


# --- fingerprints ---------------------------------------------------------------------------------


def fingerprint(domain: str, value: str) -> bytes:
    """Give bytes by which a value is known again, and nothing is found: key id and HMAC-SM3. They outlive a rotation."""
    return _fingerprint(key_ring().current, domain, value)


def same_fingerprint(kept: bytes, domain: str, value: str) -> bool:
    """Tell whether a kept fingerprint is of this value, whichever of our keys made it."""
    key = key_ring().keys.get(kept[0]) if kept else None
    return key is not None and secrets.compare_digest(kept, _fingerprint(key, domain, value))


def _fingerprint(key: Key, domain: str, value: str) -> bytes:
    mac = key.signing.copy()
    mac.update(f"{domain}\0{value}".encode())  # no signed payload holds a NUL: the two never meet
    return bytes((key.id,)) + mac.finalize()


# --- signed tokens --------------------------------------------------------------------------------


def _signature(key: Key, payload: str) -> str:
    mac = key.signing.copy()
    mac.update(payload.encode())
    return base64.urlsafe_b64encode(bytes((key.id,)) + mac.finalize()[:_MAC]).rstrip(b"=").decode()


def sign(payload: str) -> str:
    """Give `payload.signature` for a QR code; the payload is letters, digits and `_ ~ : -` only."""
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError("the payload must be URL safe")
    return f"{payload}.{_signature(key_ring().current, payload)}"


def verify(token: str) -> str | None:
    """Give the payload of a token that an own key signed, else None."""
    payload, _, signature = token.rpartition(".")
    if not _PAYLOAD.fullmatch(payload) or not signature.isascii():
        return None
    try:
        key_id = base64.urlsafe_b64decode(signature[:4].ljust(4, "="))[0]
    except (binascii.Error, IndexError):
        return None
    key = key_ring().keys.get(key_id)
    if key is None or not secrets.compare_digest(signature, _signature(key, payload)):
        return None
    return payload


def link_token(domain: str, code: str) -> str:
    """Give the token of a link for one purpose and one number: the number and 12 letters, short enough for an SMS."""
    return code + base64.urlsafe_b64encode(fingerprint(domain, code)[:_LINK]).decode()


def linked(domain: str, token: str) -> str | None:
    """Give the number of a token that `link_token` made for this purpose, else None."""
    code, letters = token[:-_LINK_LETTERS], token[-_LINK_LETTERS:]
    try:
        kept = base64.urlsafe_b64decode(letters.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return None
    key = key_ring().keys.get(kept[0]) if len(kept) == _LINK and _PAYLOAD.fullmatch(code) else None
    if key is None or not secrets.compare_digest(kept, _fingerprint(key, domain, code)[:_LINK]):
        return None
    return code
