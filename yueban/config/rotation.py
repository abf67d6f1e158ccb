"""Rotation of the keys over all contexts that seal something."""

import time

from yueban.config.terminal import bar
from yueban.domain.booking import operations as booking
from yueban.domain.notices import operations as notices
from yueban.domain.people import operations as people
from yueban.domain.prereview import operations as prereview
from yueban.domain.visits import operations as visits
from yueban.kernel import crypto

SETTLE_SECONDS = 3


def rotate(settle: float = SETTLE_SECONDS) -> int:
    """Add a key, make it current, seal everything anew, retire the others; the id of the new key.

    Running processes notice the changed file with their next use of it; a request that began before may still write
    under the old key, so there is a pause before the rows that are not locked are read.
    """
    new = crypto.add_key()
    time.sleep(settle)
    with bar("Sealing anew: people") as progress:
        people.rotate_keys(new, progress=progress)
    time.sleep(settle)
    parts = {"appointments": booking.rotate_keys, "copies": prereview.rotate_keys}
    parts |= {"visits": visits.rotate_keys, "messages": notices.rotate_keys}
    for name, reseal in parts.items():
        with bar(f"Sealing anew: {name}") as progress:
            reseal(progress=progress)
    crypto.retire_others()
    return new
