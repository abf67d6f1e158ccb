"""`yueban voice build`: the clips of which a board puts its calls together."""

from collections.abc import Callable

from django.conf import settings

from yueban.config.terminal import Refusal
from yueban.domain.queueing import queries, voice


def build(progress: Callable[[int, int], None]) -> voice.Built:
    """Make the clips for the words of every hall in use. Refused without espeak-ng where one must be made."""
    words = voice.wanted(*queries.vocabulary())
    try:
        return voice.build_clips(settings.VOICE_FOLDER, words, progress=progress)
    except voice.NoSpeaker:
        raise Refusal(
            "espeak-ng speaks what nobody recorded, and it is not installed: `apt install espeak-ng`, "
            f"or record every clip into {settings.VOICE_FOLDER / 'recorded'} (docs/hall.md has their names)."
        ) from None
