"""Every page and endpoint states who may use it: a permission, anybody of the staff, or nobody asked and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest

from tests.architecture.addresses import addresses
from yueban.domain.people.rules import Permission
from yueban.surfaces.api.app import Bearer, api

ROOT = Path(__file__).resolve().parents[2]
SURFACES = ROOT / "yueban" / "surfaces"

GUIDE = "what the county tells everybody: matters, halls, hours, the regulation"
BOOKING = "anybody books for themselves; the numbers typed are checked, and the SMS code opens one's own"
OWN = "one's own appointments: opened by the code sent to one's telephone"
LINK = "opened by the signed link in the SMS of one appointment"
TERMINAL = "the terminal in the hall: public by nature, it knows its hall by a token of its own"
SCREEN = "a screen of the hall: everybody sees it, and it names nobody"
DEVICE = "a device at a counter, known by its signed cookie"
MACHINE = "for the machine's supervisor and the proxy: no data"
API = "the API: each operation states its caller, see CALLERS"

PUBLIC = {
    "healthz": MACHINE,
    "readyz": MACHINE,
    "inbox:inbox": "outside production only: what the file gateway would have sent",
    "staff:login": "where staff enter",
    "staff:logout": "leaving needs no permission",
    "api-docs": "the API's documentation",
    "api-openapi": "the API's documentation",
    "api/": "an address of the API that is none: 404",
    "receipts": "the SMS provider's receipts: a secret stands in the address, compared in constant time",
    **dict.fromkeys(
        [
            "portal:home", "portal:search", "portal:services", "portal:departments", "portal:department",
            "portal:matters", "portal:matter", "portal:packages", "portal:package", "portal:centres", "portal:help",
            "portal:regulation", "portal:preferences",
        ],
        GUIDE,
    ),
    **dict.fromkeys(
        [
            "portal:book-matter", "portal:book-package", "portal:hours-matter", "portal:hours-package", "portal:who",
            "portal:confirm", "portal:done",
        ],
        BOOKING,
    ),
    **dict.fromkeys(
        [
            "portal:mine", "portal:login", "portal:logout", "portal:appointment", "portal:cancel", "portal:reschedule",
            "portal:ticket", "portal:more_time", "portal:waiting", "portal:calendar", "portal:materials",
            "portal:material", "portal:material-copy", "portal:material-copy-delete",
        ],
        OWN,
    ),
    **dict.fromkeys(
        [
            "portal:rebook", "portal:reminded", "portal:material-link", "portal:visit", "portal:visit-time",
            "portal:visit-no",
        ],
        LINK,
    ),
    **dict.fromkeys(
        [
            "kiosk:home", "kiosk:booked", "kiosk:number", "kiosk:certificate", "kiosk:take", "kiosk:walk_in",
            "kiosk:department", "kiosk:issue", "kiosk:book", "kiosk:book_matters", "kiosk:book_hours",
            "kiosk:book_answer", "kiosk:again", "kiosk:size", "kiosk:offline", "kiosk:service_worker", "kiosk:ticket",
            "kiosk:register",
        ],
        TERMINAL,
    ),
    **dict.fromkeys(
        [
            "display:centres", "display:board", "display:state", "display:counter", "display:counter_state",
            "display:clip",
        ],
        SCREEN,
    ),
    **dict.fromkeys(["display:rating", "display:rating_state", "display:rate"], DEVICE),
}  # fmt: skip

CALLERS = {
    "anyone": {"centres", "centre", "departments", "matters", "matter", "packages", "availability", "issue", "ticket"},
    "_booking_caller": {"book"},  # a channel, its booking counted on the certificate
    "channel": {"search", "appointment", "cancel", "reschedule", "take_ticket"},
    "upstream": {"events"},
    Permission.CALL: {"call_next", "recall", "missed", "park", "resume", "transfer", "finish"},
}
"""Who may call each operation of the API: any token, a channel's, the upper platform's, or staff with a permission."""


def operations() -> dict[str, Callable[[HttpRequest], Any]]:
    """Each operation of the API with the function that finds its caller."""
    addresses()  # the routers are joined when the addresses are read
    found = {}
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                own = operation.auth_param if isinstance(operation.auth_param, Bearer) else router.auth
                assert isinstance(own, Bearer), f"{operation.view_func.__name__} lets anybody in"
                found[operation.view_func.__name__] = own.find
    return found


def test_every_page_states_its_permission_or_why_it_is_public() -> None:
    api_names = {*operations(), "api-root"}
    open_ones = {name for name, each in addresses().items() if each.permissions is None and name not in api_names}
    forgotten = sorted(open_ones - set(PUBLIC))
    assert not forgotten, f"put @requires(Permission.…) on them, or say here why anybody may: {forgotten}"
    assert sorted(set(PUBLIC) - open_ones) == [], "no longer there, or no longer public"


def test_every_operation_of_the_api_states_its_caller() -> None:
    told = {name: getattr(find, "permission", getattr(find, "__name__", "")) for name, find in operations().items()}
    assert told == {name: who for who, names in CALLERS.items() for name in names}


def test_every_permission_opens_something_or_waits_for_its_issue() -> None:
    opened = {each for address in addresses().values() for each in address.permissions or ()}
    waiting = {
        Permission.ANSWER_COMPLAINTS,  # complaints come with the feedback issue
        Permission.SEE_FIGURES,  # and so do the figures
        Permission.WAIVE_STRIKES,  # appeals too; the operation is there
    }
    inside = {
        Permission.SEE_QUEUES,  # the hall's screens, which are public; a door on one's own page
        Permission.EDIT_REFERENCE,  # Django's admin, surfaces.access.ADMIN_APPS
        Permission.OVERRIDE_CUTOFF,  # asked inside the registration
        Permission.CANCEL_LATE_FOR_COUNTER,  # asked inside the counter's cancellation
        Permission.RUN_CONTINGENCY,  # asked inside the hall's day
    }
    assert opened == set(Permission) - waiting - inside


POLLING = re.compile(r"<[^<>]*hx-get=\"{% url '([\w:-]+)'[^<>]*hx-trigger=\"[^\"]*every [^\"]*\"", re.DOTALL)
POLLS = re.compile(r"hx-trigger=\"[^\"]*every ")


def polling() -> list[tuple[str, str]]:
    """The views that a page asks for by itself, with the template that does."""
    pages = [(path.name, path.read_text(encoding="utf-8")) for path in SURFACES.rglob("*.html")]
    found = [(page, name) for page, text in pages for name in POLLING.findall(text)]
    assert len(found) == sum(len(POLLS.findall(text)) for _page, text in pages), "hx-get before hx-trigger, please"
    return found


@pytest.mark.parametrize(("page", "name"), polling())
def test_what_a_page_asks_for_by_itself_does_not_prolong_the_session(page: str, name: str) -> None:
    view = addresses()[name].view
    public = addresses()[name].permissions is None
    assert public or getattr(view, "polled", False), f"{page} polls {name}: put @polled below its permission"
