"""A folder of clips: what somebody recorded, and what espeak-ng says where nobody did.

`recorded/` is the operator's and never touched; `made/` is ours; `clips.json` says which file speaks which word.
"""

from __future__ import annotations

import array
import json
import re
import shutil
import subprocess
import wave
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

INDEX: Final = "clips.json"
RECORDED: Final = "recorded"
MADE: Final = "made"
KINDS: Final = (".wav", ".mp3", ".ogg")
WORDS_A_MINUTE: Final = 160
QUIET: Final = 300
BEFORE_SECONDS: Final = 0.02
AFTER_SECONDS: Final = 0.06
_NUMERALS: Final = "零一二三四五六七八九"
_LONGEST_NAME: Final = 60
_SECONDS: Final = 20


class NoSpeaker(Exception):
    """There is no espeak-ng on this machine."""


@dataclass(frozen=True, slots=True)
class Built:
    """Which file of the folder speaks which word, and how many of them somebody recorded."""

    clips: dict[str, str]
    recorded: int


def file_name(word: str) -> str:
    """How the file of a word is called, without its ending: `digit-3`, `letter-a`, `phrase-qing`."""
    if word.isascii() and len(word) == 1 and word.isalnum():
        return f"{'digit' if word.isdigit() else 'letter'}-{word.lower()}"
    # Its dictionary takes 50 MB, and only `yueban voice build` needs it.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    sound = "-".join(lazy_pinyin(word, style=Style.NORMAL)).lower()
    plain = re.sub(r"[^a-z0-9]+", "-", sound).strip("-")
    return f"phrase-{plain}" if 0 < len(plain) <= _LONGEST_NAME else f"phrase-{sha256(word.encode()).hexdigest()[:12]}"


def build(folder: Path, words: Iterable[str], *, progress: Callable[[int, int], None] | None = None) -> Built:
    """Make the clips that nobody recorded and write the index. Raises NoSpeaker when one must be made and cannot."""
    (folder / RECORDED).mkdir(parents=True, exist_ok=True)
    (folder / MADE).mkdir(exist_ok=True)
    todo, clips, recorded = list(words), dict[str, str](), 0
    for done, word in enumerate(todo, start=1):
        own = _recorded(folder, file_name(word))
        recorded += own is not None
        clips[word] = own or _made(folder, word, taken=set(clips.values()))
        if progress is not None:
            progress(done, len(todo))
    _write(folder / INDEX, json.dumps({"clips": clips}, ensure_ascii=False, indent=1))
    return Built(clips, recorded)


def built(folder: Path) -> dict[str, str]:
    """The clips of a folder by word, without those whose file has gone; none where nothing was built."""
    try:
        clips: dict[str, str] = json.loads((folder / INDEX).read_text(encoding="utf-8"))["clips"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {word: name for word, name in clips.items() if (folder / name).is_file()}


def clip_path(folder: Path, name: str) -> Path | None:
    """The file of a clip, None unless the index names it."""
    return folder / name if name in set(built(folder).values()) else None


def _recorded(folder: Path, name: str) -> str | None:
    found = [f"{RECORDED}/{name}{kind}" for kind in KINDS if (folder / RECORDED / f"{name}{kind}").is_file()]
    return found[0] if found else None


def _made(folder: Path, word: str, *, taken: set[str]) -> str:
    name = f"{MADE}/{file_name(word)}.wav"
    if name in taken:  # two phrases that sound alike
        name = f"{MADE}/{file_name(word)}-{sha256(word.encode()).hexdigest()[:6]}.wav"
    _speak(word, folder / name)
    return name


def _speak(word: str, path: Path) -> None:
    """Let espeak-ng say a word. Its own Chinese dictionary spells the tones, so it gets pinyin; letters are as in English."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  as above

    program = shutil.which("espeak-ng")
    if program is None:
        raise NoSpeaker
    text = _NUMERALS[int(word)] if word.isascii() and word.isdigit() and len(word) == 1 else word
    alone = text.isascii() and text.isalpha()
    sound = text if alone else " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
    voice = "cmn" if alone else "cmn-latn-pinyin"
    draft = path.with_suffix(".draft")
    command = [program, "-b", "1", "-v", voice, "-s", str(WORDS_A_MINUTE), "-w", str(draft), "--", sound]
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  no shell, our own words
    _trim(draft, path)
    draft.unlink()


def _trim(source: Path, target: Path) -> None:
    """Cut the silence at both ends, so that the words of a call follow each other like speech."""
    with wave.open(str(source)) as clip:
        shape, rate = clip.getparams(), clip.getframerate()
        samples = array.array("h", clip.readframes(clip.getnframes()))
    loud = [index for index, sample in enumerate(samples) if abs(sample) > QUIET] or [0]
    start = max(0, loud[0] - int(BEFORE_SECONDS * rate))
    with wave.open(str(target), "wb") as clip:
        clip.setparams(shape)
        clip.writeframes(samples[start : loud[-1] + int(AFTER_SECONDS * rate)].tobytes())


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
