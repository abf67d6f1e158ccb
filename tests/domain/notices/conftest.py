"""A provider that speaks, and the gateways that speak to it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from tests import providers
from yueban.domain.notices import gateways
from yueban.domain.notices.gateways import Gateway


@pytest.fixture
def provider() -> Iterator[providers.Provider]:
    with providers.speaking() as speaking:
        yield speaking


@pytest.fixture
def provided(settings: Settings, provider: providers.Provider) -> Iterator[Settings]:
    """Settings that lead every gateway to the provider."""
    gateways.configured.cache_clear()
    settings.SMS_KEY_ID, settings.SMS_KEY_SECRET = providers.KEY_ID, providers.SECRET
    settings.SMS_APP_ID = "1400006666"
    settings.SMS_MAS_COMPANY, settings.SMS_MAS_SIGN = providers.COMPANY, providers.MAS_SIGN
    settings.SMS_MAS_SERIAL = providers.MAS_SERIAL
    settings.SMS_TEMPLATES = '{"booked": "SMS_1", "strike_warning": "SMS_2", "login_code": "SMS_3"}'
    settings.SMS_ENDPOINT = provider.url
    settings.SMS_HTTP_TIMEOUT = 0.3
    yield settings
    gateways.configured.cache_clear()


@pytest.fixture
def by_name(provided: Settings) -> Callable[[str], Gateway]:
    """Give the gateway of a name."""

    def make(name: str) -> Gateway:
        gateways.configured.cache_clear()
        provided.SMS_GATEWAY = name
        return gateways.configured()

    return make
