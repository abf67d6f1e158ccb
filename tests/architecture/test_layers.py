"""The map of contexts, where imports cannot see it: foreign keys are strings, and surfaces are wired by URL."""

import configparser
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.db.models import Field
from django.urls import URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]


def contexts() -> list[str]:
    """The contexts, high to low, as import-linter reads them."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    lines = parser["importlinter:contract:contexts"]["layers"].split()
    return [line.strip("()") for line in lines]


def ours() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if app.name.startswith("yueban.domain.")]


def relations() -> list[tuple[str, str, str]]:
    """Each foreign key between two contexts: (from, to, field)."""
    found = []
    for app in ours():
        for model in app.get_models():
            for field in model._meta.get_fields():
                target = field.related_model
                if isinstance(field, Field) and isinstance(target, type):
                    found.append((app.label, target._meta.app_label, f"{model.__name__}.{field.name}"))
    return found


@pytest.mark.parametrize(("source", "target", "name"), [r for r in relations() if r[0] != r[1]])
def test_foreign_keys_point_down_the_map_of_contexts(source: str, target: str, name: str) -> None:
    order = contexts()
    if target in order:
        assert order.index(source) < order.index(target), f"{name}: {source} may not know {target}"
    else:
        assert (source, target) == ("people", "auth"), f"{name} leaves the domain"


def test_every_context_of_the_tree_is_on_the_map_and_installed() -> None:
    folders = {path.parent.name for path in (ROOT / "yueban" / "domain").glob("*/__init__.py")}
    assert folders <= set(contexts())
    assert folders == {app.label for app in ours()}


def test_every_surface_has_its_own_include() -> None:
    included = {
        pattern.urlconf_name.__name__
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLResolver) and hasattr(pattern.urlconf_name, "__name__")
    }
    for surface in (ROOT / "yueban" / "surfaces").glob("*/urls.py"):
        assert f"yueban.surfaces.{surface.parent.name}.urls" in included, f"{surface.parent.name} is not served"
