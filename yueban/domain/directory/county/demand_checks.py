"""Contradictions inside the demand assumptions, and between them and the county."""

from collections.abc import Iterable, Mapping
from typing import Any

from yueban.domain.directory.county.binding import Notes
from yueban.domain.directory.county.records import Demand, Peak, QueueDemand

TOLERANCE = 0.0015  # the files round each share to three digits
PEAK_FIELDS = {
    "date_range": ("from", "to"),
    "dates": ("dates",),
    "month_end": ("days",),
    "month_days": ("days_from", "days_to"),
    "month_list": ("months",),
    "after_holiday": ("min_days_off",),
    "manual": (),
}


def check_demand(parts: Mapping[str, Any], notes: Mapping[str, Notes]) -> None:
    """Note what contradicts in the demand file."""
    _Demand(parts["demand"], parts, notes).check()


class _Demand:
    def __init__(self, demand: Demand, parts: Mapping[str, Any], notes: Mapping[str, Notes]) -> None:
        self.demand, self.notes = demand, notes["demand"]
        whole = "centres" in parts and not notes["centres"].problems
        self.centres = {c.code: {q.code for q in c.queues} for c in parts["centres"]} if whole else None
        items_whole = "items" in parts and not notes["items"].problems
        self.items = {item.id for item in parts["items"]} if items_whole else None

    def check(self) -> None:
        county = self.demand.county
        self.centre(county.centre, "county", "centre")
        for code in self.demand.township.scale:
            self.centre(code, "township", "scale", code)
        self.queues("county", county.queues, county.centre)
        self.queues("township", self.demand.township.queues, None)
        self.shares()
        for position, peak in enumerate(self.demand.peaks):
            self.peak(peak, position)

    def centre(self, code: str, *path: str) -> None:
        if self.centres is not None and code not in self.centres:
            self.notes.add(self.notes.line(*path), "unknown_centre", value=code)

    def defined(self, centre: str | None) -> set[str] | None:
        if self.centres is None:
            return None
        return self.centres.get(centre, set()) if centre else set().union(*self.centres.values())

    def queues(self, part: str, queues: Mapping[str, QueueDemand], centre: str | None) -> None:
        defined = self.defined(centre)
        for code, queue in queues.items():
            path = (part, "queues", code)
            if defined is not None and code not in defined:
                self.notes.add(self.notes.line(*path), "unknown_queue", value=code)
            self.queue(queue, path)

    def queue(self, queue: QueueDemand, path: tuple[str | int, ...]) -> None:
        profile = queue.booking.late_profile
        if profile not in self.demand.late_profiles:
            self.notes.add(self.notes.line(*path, "booking", "late_profile"), "unknown_profile", value=profile)
        self.one(queue.booking.channel_mix.values(), *path, "booking", "channel_mix")
        for season, days in queue.arrivals.hour_weights.items():
            for day, hours in days.items():
                self.one(hours.values(), *path, "arrivals", "hour_weights", season, day)

    def one(self, shares: Iterable[float], *path: str | int) -> None:
        total = sum(shares)
        if abs(total - 1) > TOLERANCE:
            self.notes.add(self.notes.line(*path), "not_one", name=path[-1], value=f"{total:.4f}")

    def shares(self) -> None:
        for name, parts in self.demand.late_profiles.items():
            self.one((part.share for part in parts), "late_profiles", name)
        for name in ("booking_lead_days", "online_channel_mix", "rating_mix"):
            self.one(getattr(self.demand.defaults, name).values(), "defaults", name)
        for level, seasons in self.demand.defaults.slot_preference.items():
            for season, hours in seasons.items():
                self.one(hours.values(), "defaults", "slot_preference", level, season)

    def peak(self, peak: Peak, position: int) -> None:
        path = ("peaks", position)
        for key in PEAK_FIELDS[peak.type]:
            if not getattr(peak, "from_" if key == "from" else key):
                self.notes.add(self.notes.line(*path), "peak_field", value=key, limit=peak.type)
        if peak.from_ and peak.to and peak.from_ > peak.to:
            self.notes.add(self.notes.line(*path, "from"), "season_backwards", value=peak.from_, limit=peak.to)
        self.members(peak.queues, self.defined(None), "unknown_queue", *path, "queues")
        self.members(peak.items, self.items, "unknown_item", *path, "items")

    def members(self, values: Iterable[str], defined: set[str] | None, code: str, *path: str | int) -> None:
        for i, value in enumerate(values):
            if defined is not None and value != "*" and value not in defined:
                self.notes.add(self.notes.line(*path, i), code, value=value)
