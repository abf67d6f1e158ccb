"""What a person said on earlier pages travels in the next page's own form, sealed: no address and no source shows it."""

from __future__ import annotations

import base64
import binascii
import json

from django.http import Http404

from yueban.kernel import crypto
from yueban.kernel.certificates import Certificate, parse_certificate

LONGEST = 2000


def sealed(said: dict[str, str]) -> str:
    """Text for a hidden field."""
    return base64.urlsafe_b64encode(crypto.seal(json.dumps(said))).decode()


def unsealed(text: str) -> dict[str, str]:
    """What was said before; 404 for what is not ours."""
    if not text:
        return {}
    try:
        found: dict[str, str] = json.loads(crypto.unseal(base64.urlsafe_b64decode(text[:LONGEST].encode())))
    except (crypto.Unreadable, binascii.Error, ValueError) as error:
        raise Http404 from error
    return found


def card(certificate: Certificate) -> str:
    """A certificate for a hidden field."""
    return sealed({"kind": certificate.kind, "number": certificate.number})


def certificate_of(text: str) -> Certificate | None:
    """The certificate of a hidden field, None without one; 404 for what is not ours."""
    said = unsealed(text)
    return parse_certificate(said["kind"], said["number"]) if {"kind", "number"} <= said.keys() else None
