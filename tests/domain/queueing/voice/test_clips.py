"""A set of clips, spoken by the real espeak-ng: short, audible, complete; and what somebody recorded comes first."""

from __future__ import annotations

import array
import json
import wave
from pathlib import Path

import pytest

from yueban.domain.queueing.screens import CALLED
from yueban.domain.queueing.voice import NoSpeaker, build_clips, built, clip_path, playlist, wanted

WORDS = wanted([CALLED], ["A", "B"], [])
CALL = {"label": "A012", "counter": "3"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("voice")
    build_clips(made, WORDS)
    return made


def sound_of(path: Path) -> tuple[float, array.array[int]]:
    """Seconds and samples."""
    with wave.open(str(path)) as clip:
        samples = array.array("h", clip.readframes(clip.getnframes()))
        return clip.getnframes() / clip.getframerate(), samples


def test_every_word_has_a_clip_that_is_heard_and_starts_at_once(folder: Path) -> None:
    clips = built(folder)
    assert list(clips) == WORDS
    for word, name in clips.items():
        seconds, samples = sound_of(folder / name)
        assert 0.15 < seconds < 0.6 + 0.4 * len(word), f"{word} takes {seconds:.2f} s"
        assert max(samples) > 3000, f"{word} is not heard"
        loud = next(index for index, sample in enumerate(samples) if abs(sample) > 300)
        assert loud < 22050 * 0.05, f"{word} begins with silence"


def test_no_two_digits_sound_the_same(folder: Path) -> None:
    sounds = {sound_of(folder / built(folder)[digit])[1].tobytes() for digit in "0123456789"}
    assert len(sounds) == 10


def test_a_call_from_clips_takes_less_than_eight_seconds(folder: Path) -> None:
    clips = playlist(CALLED, CALL, built(folder))
    assert clips is not None
    assert 3 < sum(sound_of(folder / name)[0] for name in clips) < 8


def test_what_somebody_recorded_is_preferred_and_left_alone(folder: Path) -> None:
    own = folder / "recorded" / "digit-3.mp3"
    own.write_bytes(b"a voice")
    made = build_clips(folder, WORDS)
    assert (made.recorded, made.clips["3"]) == (1, "recorded/digit-3.mp3")
    assert own.read_bytes() == b"a voice"
    own.unlink()
    assert "3" not in built(folder), "a file that has gone is no clip"
    assert build_clips(folder, WORDS).clips["3"] == "made/digit-3.wav"


def test_a_complete_set_of_recordings_needs_no_speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSpeaker):
        build_clips(tmp_path, ["1"])
    (tmp_path / "recorded" / "digit-1.ogg").write_bytes(b"one")
    assert build_clips(tmp_path, ["1"]).clips == {"1": "recorded/digit-1.ogg"}


def test_only_clips_of_the_index_can_be_had(folder: Path) -> None:
    assert clip_path(folder, "made/digit-0.wav") == folder / "made/digit-0.wav"
    for name in ("clips.json", "../secret", "made/../clips.json", "made/none.wav", ""):
        assert clip_path(folder, name) is None


@pytest.mark.parametrize("index", ["", "[]", "{}", '{"clips": {"1": "gone.wav"}}'])
def test_a_folder_without_a_good_index_has_no_clips(tmp_path: Path, index: str) -> None:
    (tmp_path / "clips.json").write_text(index)
    assert built(tmp_path) == {}


def test_two_phrases_that_sound_alike_have_two_files(tmp_path: Path) -> None:
    clips = build_clips(tmp_path, ["号到", "号道"]).clips
    assert len(set(clips.values())) == 2
    assert json.loads((tmp_path / "clips.json").read_text())["clips"] == clips
