"""An app beside the portal: books through the API, so that a story can begin with a booking."""

import json
import secrets
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.journeys.citizen import COUNTY_HALL, MATTER, Citizen
from tests.stack import Stack


@dataclass(frozen=True)
class App:
    """A channel with its token."""

    stack: Stack
    token: str

    def book(self, who: Citizen, day: str, hour: str) -> str:
        """Book for somebody at the county's hall; give the number."""
        applicant = {
            "name": who.name,
            "phone": who.phone,
            "certificate": {"kind": "resident_id", "number": who.number},
        }
        body = {"centre": COUNTY_HALL, "matter": MATTER, "slot": self._slot(day, hour), "applicant": applicant}
        return str(self.ask("/appointments", body)["code"])

    def _slot(self, day: str, hour: str) -> int:
        found = self.ask(f"/availability?centre={COUNTY_HALL}&matter={MATTER}&from={day}&days=1")
        return next(int(each["id"]) for each in found["slots"] if each["starts_at"].startswith(f"{day}T{hour}"))

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the API; with a body it is a POST. An answer without content is None."""
        request = urllib.request.Request(  # noqa: S310 - our own stack
            f"{self.stack.web}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": secrets.token_hex(8),
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            text = answer.read()
            return json.loads(text) if text else None
