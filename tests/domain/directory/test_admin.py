"""The admin of reference data: who sees it, and what it may not do."""

from datetime import datetime

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import reverse

from yueban.domain.directory import county as files
from yueban.domain.directory import operations
from yueban.domain.directory.models import Centre, Counter, Department, Matter, Package, Queue, Region
from yueban.kernel import wall

pytestmark = pytest.mark.ignore_template_errors  # unfold leaves variables open
MODELS = [Region, Department, Centre, Queue, Counter, Matter, Package]


@pytest.fixture
def loaded(sample: files.County, db: None) -> None:
    """Load the sample."""
    operations.load(sample, by="system:test", now=datetime(2026, 9, 1, 8, 0, tzinfo=wall.TZ))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_and_forms_open_for_the_system_administrator(admin_client: Client, loaded: None, model: type) -> None:
    name = model.__name__.lower()
    assert admin_client.get(reverse(f"admin:directory_{name}_changelist")).status_code == 200
    row = model.objects.first()  # type: ignore[attr-defined]
    assert admin_client.get(reverse(f"admin:directory_{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_can_be_deleted(admin_client: Client, loaded: None, model: type) -> None:
    row = model.objects.first()  # type: ignore[attr-defined]
    url = reverse(f"admin:directory_{model.__name__.lower()}_delete", args=[row.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    assert client.get(reverse("admin:directory_centre_changelist")).status_code == 302


def test_all_reference_data_is_registered() -> None:
    assert all(site.is_registered(model) for model in MODELS)
