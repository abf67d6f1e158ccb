"""The sample county, read once."""

import pytest

from yueban.domain.directory import county


@pytest.fixture(scope="session")
def sample() -> county.County:
    """The county of the sample folder."""
    return county.read(county.SAMPLE)
