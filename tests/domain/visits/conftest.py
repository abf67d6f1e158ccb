"""A hall with regular hours, a team and two townships."""

import pytest

from tests.visiting import Field, make_field


@pytest.fixture
def field(db: None) -> Field:
    return make_field()
