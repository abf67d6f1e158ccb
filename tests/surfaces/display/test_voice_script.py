"""The voice of a board, in Chromium, with a set of clips that espeak-ng really spoke."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.scripts import SURFACES, scripted_page
from yueban.domain.queueing.screens import CALLED
from yueban.domain.queueing.voice import build_clips, playlist, spoken, wanted

AREA = "一楼A区"
CALL = {"label": "YA012", "counter": 13, "area": AREA}
TEMPLATES = [
    CALLED,
    "{label}，请到{area}{counter}号窗口。",
    "  热情为您服务！",
    "{label} {unknown} {counter}",
    "{counter}",
    "",
]
SHORT = "{counter}"

# What the loudspeaker gets: when each clip starts and how long it is; and every sentence of the browser's own speech.
LISTEN = """() => {
  window.heard = [];
  window.sentences = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (at) {
    window.heard.push({ at, seconds: this.buffer.duration });
    return start.call(this, at);
  };
  SpeechSynthesis.prototype.speak = function (said) {
    window.sentences.push(said.text);
    setTimeout(() => said.dispatchEvent(new Event("end")), 10);
  };
}"""
ANNOUNCER = """async ([template, clips]) => {
  const { Announcer } = await import("/voice.js");
  window.said = [];
  window.blocked = 0;
  window.announcer = new Announcer({
    template, clips, digits: "零一二三四五六七八九", language: "zh-CN",
    onBlocked: () => { window.blocked += 1; }, onSaid: (text, how) => { window.said.push([text, how]); },
  });
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("voice")
    build_clips(made, wanted([CALLED], ["A"], [AREA]))
    shutil.copy(SURFACES / "display" / "static" / "display" / "voice.js", made)
    return made


@pytest.fixture(scope="module")
def chromium(folder: Path) -> Iterator[Page]:
    with scripted_page(folder) as page:
        yield page


@pytest.fixture
def clips(folder: Path) -> dict[str, str]:
    return {word: f"/{name}" for word, name in build_clips(folder, wanted([CALLED], ["A"], [AREA])).clips.items()}


@pytest.fixture
def page(chromium: Page) -> Page:
    chromium.reload()
    chromium.evaluate(LISTEN)
    return chromium


def say(page: Page, clips: dict[str, str], *calls: dict[str, Any], template: str = CALLED) -> None:
    page.evaluate(ANNOUNCER, [template, clips])
    page.evaluate("(calls) => calls.forEach((call) => window.announcer.say(call))", list(calls))


def wait_for(page: Page, times: int) -> list[tuple[str, str]]:
    """Until everything is said."""
    page.wait_for_function("(n) => window.said.length >= n && !window.announcer.busy", arg=times, timeout=60_000)
    return [(text, how) for text, how in page.evaluate("window.said")]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_puts_a_call_together_as_the_plan_does(page: Page, template: str, clips: dict[str, str]) -> None:
    calls = [CALL, CALL | {"label": "A1000", "counter": 1}, CALL | {"label": "B001"}, CALL | {"area": ""}]
    for call in calls:
        texts = {name: str(value) for name, value in call.items()}
        found = page.evaluate(
            """async ([template, call, clips]) => {
              const { spoken, playlist } = await import("/voice.js");
              return [spoken(template, call), playlist(template, call, clips)];
            }""",
            [template, call, clips],
        )
        assert found == [spoken(template, texts), playlist(template, texts, clips)]


def test_a_call_is_played_twice_from_its_clips_without_a_gap(page: Page, clips: dict[str, str]) -> None:
    say(page, clips, CALL)
    assert wait_for(page, 2) == [("请Y A 零 一 二号到13号窗口办理", "clips")] * 2
    heard = page.evaluate("window.heard")
    words = len(spoken(CALLED, {name: str(value) for name, value in CALL.items()}))
    assert len(heard) == 2 * words
    for before, after in itertools.pairwise(heard[:words]):
        assert after["at"] == pytest.approx(before["at"] + before["seconds"])
    end = heard[words - 1]["at"] + heard[words - 1]["seconds"]
    assert heard[words]["at"] > end, "the second time begins when the first has ended"


def test_no_two_announcements_are_heard_at_once(page: Page, clips: dict[str, str]) -> None:
    say(page, clips, CALL, CALL | {"counter": 2}, template=SHORT)
    assert [text for text, _ in wait_for(page, 4)] == ["13", "13", "2", "2"]
    heard = page.evaluate("window.heard")
    for before, after in itertools.pairwise(heard):
        assert after["at"] > before["at"] + before["seconds"] - 0.001


def test_in_a_full_hall_each_call_is_said_once_and_the_last_ones_twice(page: Page, clips: dict[str, str]) -> None:
    say(page, clips, *(CALL | {"counter": n} for n in (1, 2, 3, 4)), template=SHORT)
    assert [text for text, _ in wait_for(page, 6)] == ["1", "2", "3", "3", "4", "4"]


def test_who_came_before_being_spoken_of_is_not_called_any_more(page: Page, clips: dict[str, str]) -> None:
    say(page, clips, *(CALL | {"counter": n, "ticket": n} for n in (1, 2, 3)), template=SHORT)
    page.evaluate("window.announcer.drop(2)")
    assert [text for text, _ in wait_for(page, 4)] == ["1", "1", "3", "3"]


def test_two_windows_of_a_machine_share_its_loudspeaker(page: Page, clips: dict[str, str]) -> None:
    beside = page.context.new_page()
    beside.goto(page.url)
    beside.evaluate(LISTEN)
    say(page, clips, CALL, template=SHORT)
    page.wait_for_function("() => window.said.length === 1")
    say(beside, clips, CALL, template=SHORT)
    page.wait_for_function("() => window.said.length === 2", timeout=30_000)
    assert beside.evaluate("window.said.length") == 0
    assert len(wait_for(beside, 2)) == 2
    beside.close()


@pytest.mark.parametrize("missing", ["B", "gone"])
def test_where_a_clip_is_missing_the_browser_speaks_the_whole_call(
    page: Page, clips: dict[str, str], missing: str
) -> None:
    call = CALL | {"label": "B001"} if missing == "B" else CALL
    known = clips | {"Y": "/made/none.wav"} if missing == "gone" else clips
    say(page, known, call)
    assert [how for _, how in wait_for(page, 2)] == ["speech"] * 2
    assert (page.evaluate("window.heard"), len(page.evaluate("window.sentences"))) == ([], 2)


def test_without_a_voice_the_browser_speaks_digit_by_digit(page: Page) -> None:
    say(page, {}, CALL)
    wait_for(page, 2)
    assert page.evaluate("window.sentences") == ["请Y A 零 一 二号到13号窗口办理"] * 2


def test_a_page_that_may_not_speak_asks_to_be_touched_and_drops_what_is_late(page: Page, clips: dict[str, str]) -> None:
    page.evaluate("() => { AudioContext.prototype.resume = () => new Promise(() => {}); }")
    page.evaluate("() => Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' })")
    say(page, clips, CALL, CALL | {"label": "A001"})
    page.wait_for_function("() => window.blocked === 1 && !window.announcer.busy", timeout=20_000)
    assert (page.evaluate("window.said"), page.evaluate("window.heard")) == ([], [])
