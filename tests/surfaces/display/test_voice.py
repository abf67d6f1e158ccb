"""What a board is told to say, and where its clips are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from tests.factories import Hall, make_hall
from yueban.domain.queueing.models import Wording
from yueban.domain.queueing.voice import build_clips

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture(autouse=True)
def folder(settings: SettingsWrapper, tmp_path: Path) -> Path:
    settings.VOICE_FOLDER = tmp_path / "voice"
    return tmp_path / "voice"


def page(hall: Hall, query: str = "") -> str:
    return Client().get(f"/display/board/{hall.centre.code}/{query}").content.decode()


def words(hall: Hall) -> dict[str, Any]:
    found = re.search(r'<script id="words" type="application/json">(.*?)</script>', page(hall))
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_without_a_built_voice_the_board_speaks_by_itself(hall: Hall) -> None:
    assert words(hall)["clips"] == {}


def test_a_built_voice_is_there_for_the_board_clip_by_clip(hall: Hall, folder: Path) -> None:
    build_clips(folder, ["1", "请"])
    clips = words(hall)["clips"]
    assert clips == {"1": "/display/voice/made/digit-1.wav", "请": "/display/voice/made/phrase-qing.wav"}
    answer = Client().get(clips["1"])
    assert answer["Content-Type"] in {"audio/x-wav", "audio/wav"}
    assert b"".join(answer.streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["clips.json", "made/none.wav", "../keys.json", "..%2Fkeys.json", "%00"])
def test_nothing_but_clips_can_be_had(hall: Hall, folder: Path, name: str) -> None:
    build_clips(folder, ["1"])
    assert Client().get(f"/display/voice/{name}").status_code == 404


def test_a_centre_says_what_it_wrote_in_every_language(hall: Hall) -> None:
    assert words(hall)["announcement"] == "请{label}号到{counter}号窗口办理"
    Wording.objects.create(centre=hall.centre, called="{label}号请到{area}", idle="您好")
    assert (words(hall)["announcement"], words(hall)["idle"]) == ("{label}号请到{area}", "您好")
    assert "您好" in page(hall)


def test_a_board_of_an_area_and_a_silent_one_say_so_to_their_script(hall: Hall) -> None:
    assert 'data-only="A区"' in page(hall, "?area=A区")
    assert "data-silent" in page(hall, "?silent")
    assert "data-silent" not in page(hall)
    assert "<b>" not in page(hall, "?area=<b>")
