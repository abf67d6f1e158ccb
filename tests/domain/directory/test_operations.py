"""Loading and exporting a county, on the whole sample."""

import dataclasses
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from yueban.domain.audit.models import Event
from yueban.domain.directory import county as files
from yueban.domain.directory import operations, queries
from yueban.domain.directory.models import Centre, Counter, CounterQueue, GuideVersion, Matter, Offer, Queue, Region
from yueban.kernel.clock import TZ

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=TZ)
LATER = datetime(2026, 9, 2, 8, 0, tzinfo=TZ)

pytestmark = pytest.mark.django_db


def load(county: files.County, now: datetime = NOW) -> operations.Summary:
    return operations.load(county, by="system:test", now=now)


def sessions_of(county: files.County) -> dict[str, tuple[files.Session, ...]]:
    return {centre.code: centre.sessions for centre in county.centres}


def with_first(county: files.County, kind: str, **changes: Any) -> files.County:
    first, *others = getattr(county, kind)
    changed: dict[str, Any] = {kind: (dataclasses.replace(first, **changes), *others)}
    return dataclasses.replace(county, **changed)


def test_the_sample_loads_whole(sample: files.County) -> None:
    total = {kind: tally.added for kind, tally in load(sample).kinds.items()}
    assert total == {
        "regions": 23,
        "departments": 32,
        "centres": 23,
        "queues": 112,
        "counters": 143,
        "matters": 140,
        "offers": Offer.objects.count(),
        "packages": 14,
        "files": 2,
    }


def test_a_second_load_changes_nothing_and_says_so(sample: files.County) -> None:
    first = load(sample).total
    again = load(sample, LATER)
    assert not again.anything
    assert again.total == operations.Tally(unchanged=first.added)
    assert Event.objects.filter(kind="directory.loaded").count() == 1


def test_export_is_the_inverse_of_load(sample: files.County, tmp_path: Path) -> None:
    load(sample)
    operations.export(tmp_path, sessions=sessions_of(sample))
    assert files.read(tmp_path) == sample
    assert not load(files.read(tmp_path)).anything


def test_a_second_export_is_the_same_to_the_byte(sample: files.County, tmp_path: Path) -> None:
    load(sample)
    operations.export(tmp_path / "one", sessions=sessions_of(sample))
    load(files.read(tmp_path / "one"))
    operations.export(tmp_path / "two", sessions=sessions_of(sample))
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_what_the_files_no_longer_name_is_retired_and_not_exported(sample: files.County, tmp_path: Path) -> None:
    load(sample)
    smaller = dataclasses.replace(
        sample,
        regions=sample.regions[:-1],
        centres=sample.centres[:-1],
        items=sample.items[:-1],
        demand=None,
        packages=(),
    )
    summary = load(smaller)
    assert summary.kinds["centres"].retired == 1
    assert summary.kinds["queues"].retired == len(sample.centres[-1].queues)
    assert summary.kinds["packages"].retired == 14
    assert not Centre.objects.get(code=sample.centres[-1].code).active
    assert not Region.objects.get(code=sample.regions[-1].code).active
    assert not Offer.objects.filter(matter__code=sample.items[-1].id).exists()
    operations.export(tmp_path, sessions=sessions_of(smaller))
    assert files.read(tmp_path) == smaller


def test_what_was_retired_returns_as_the_same_row(sample: files.County) -> None:
    load(sample)
    before = Matter.objects.get(code=sample.items[-1].id)
    load(dataclasses.replace(sample, items=sample.items[:-1]))
    load(sample)
    after = Matter.objects.get(code=sample.items[-1].id)
    assert (after.pk, after.active, after.guide_version) == (before.pk, True, 1)


def test_two_queues_may_exchange_their_prefixes(sample: files.County) -> None:
    load(sample)
    one, two, *others = sample.centres[0].queues
    swapped = (dataclasses.replace(one, prefix=two.prefix), dataclasses.replace(two, prefix=one.prefix), *others)
    load(with_first(sample, "centres", queues=swapped))
    found = Queue.objects.filter(centre__code=sample.centres[0].code, code__in=[one.code, two.code], active=True)
    assert {q.code: q.prefix for q in found} == {one.code: two.prefix, two.code: one.prefix}


def test_a_changed_guide_gets_a_version_and_the_old_one_can_be_shown(sample: files.County) -> None:
    load(sample)
    item = sample.items[0]
    load(with_first(sample, "items", fee="免费"), LATER)
    matter = queries.matter(item.id)
    assert matter.guide_version == 2
    assert GuideVersion.objects.get(matter=matter, version=2).since == LATER
    assert queries.guide_as_told(matter, 1)["fee"] == item.fee
    assert queries.guide_as_told(matter, 2)["fee"] == "免费"


def test_a_change_of_name_alone_makes_no_new_guide(sample: files.County) -> None:
    load(sample)
    load(with_first(sample, "items", popularity=1), LATER)
    assert queries.matter(sample.items[0].id).guide_version == 1


def test_a_weight_given_by_hand_survives_a_change_of_the_counter(sample: files.County) -> None:
    load(sample)
    counter = Counter.objects.get(centre__code=sample.centres[0].code, number=1)
    links = list(CounterQueue.objects.filter(counter=counter).order_by("rank").select_related("queue"))
    CounterQueue.objects.filter(pk=links[0].pk).update(weight=3)
    first, *others = sample.centres[0].counters
    turned = dataclasses.replace(first, queues=tuple(reversed(first.queues)))
    load(with_first(sample, "centres", counters=(turned, *others)))
    after = CounterQueue.objects.filter(counter=counter).order_by("rank")
    assert [link.queue_id for link in after] == [link.queue_id for link in reversed(links)]
    assert [link.weight for link in after][-1] == 3


def test_the_assumed_load_of_a_queue_is_visits_times_minutes(sample: files.County) -> None:
    load(sample)
    assert Queue.objects.get(centre__code="sq-county", code="biz").demand == Decimal(58 * 13)
    assert Queue.objects.filter(demand=None).count() == 0


def test_a_matter_is_offered_where_a_queue_takes_it(sample: files.County) -> None:
    load(sample)
    matter = queries.matter("gongan-idcard-renew")
    places = {offer.centre.code: offer.queue.code for offer in queries.offers(matter)}
    police = {c.code for c in sample.centres if any(q.code == "t-police" for q in c.queues)}
    assert places == {"sq-county": "hukou"} | dict.fromkeys(police, "t-police")


def test_a_loaded_directory_breaks_no_invariant(sample: files.County) -> None:
    load(sample)
    assert queries.broken_invariants() == []


def test_nothing_is_written_when_the_load_fails_half_way(sample: files.County) -> None:
    impossible = with_first(sample, "items", department="nowhere")
    with pytest.raises(KeyError):
        load(impossible)
    assert not queries.loaded()
