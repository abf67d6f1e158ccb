"""The links of messages: each opens what it was made for and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.surfaces.portal.conftest import Visitor
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.queries.reminders import cancel_token
from yueban.domain.prereview import operations as prereview
from yueban.domain.visits.queries.visits import LINK
from yueban.kernel import clock, crypto

pytestmark = pytest.mark.django_db


def test_a_link_of_one_kind_opens_no_page_of_another(visitor: Visitor, hall: object) -> None:
    code = visitor.book(hall, 9)  # type: ignore[arg-type]
    booking.cancel_for_counter(code, reason="样例停电", by="test", now=clock.now(), late_allowed=True)
    tokens = {
        "/q/": cancel_token(code),
        "/r/": queries.rebooking_token(code),
        "/p/": crypto.link_token(prereview.LINK, code),
        "/v/": crypto.link_token(LINK, code),
    }
    for way in tokens:
        for made_for, token in tokens.items():
            found = Client().get(way + token).status_code
            known = way == made_for and way != "/v/"  # no visit has this number
            assert (found != 404) is known, (way, made_for)


@pytest.mark.parametrize(
    "odd", ["", "x", "-" * 12, "_" * 20, "A" * 12, "A" * 5000, "8264%00AAAAAAAAAAAA", "%E4%B8%AD" * 13]
)
def test_what_is_no_link_is_not_found(odd: str) -> None:
    for way in ("/q/", "/r/", "/p/", "/v/"):
        assert Client().get(way + odd).status_code == 404
        assert Client().post(way + odd).status_code in {404, 405}
