"""The hall's voice: calls put together from clips, where nothing speaks better than the browser of a board can."""

from yueban.domain.queueing.voice.clips import Built, NoSpeaker, built, clip_path, file_name
from yueban.domain.queueing.voice.clips import build as build_clips
from yueban.domain.queueing.voice.plan import playlist, spoken, wanted

__all__ = [
    "Built",
    "NoSpeaker",
    "build_clips",
    "built",
    "clip_path",
    "file_name",
    "playlist",
    "spoken",
    "wanted",
]
