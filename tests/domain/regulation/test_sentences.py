"""Every refusal has a sentence: plain words first, the clause after, in both languages, with little or much known."""

import re
from datetime import date, datetime

import pytest
from django.utils import translation

from yueban.domain.regulation.queries import citation, explain
from yueban.domain.regulation.rules import CLAUSE_OF, Clause, RefusalCode, reason
from yueban.kernel.wall import TZ


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


MUCH = {
    "channel": "onsite",
    "deadline": moment("2026-11-27 16:30"),
    "starts_at": moment("2026-11-30 09:30"),
    "ends_at": moment("2026-11-30 10:30"),
    "next": moment("2026-12-01 08:30"),
    "last": date(2026, 12, 2),
    "horizon": 7,
    "opens": moment("2026-11-30 08:30"),
    "why": "停电",
    "phone": "0394-5101000",
    "code": "82641907",
    "limit": 2,
    "date": date(2026, 11, 30),
    "until": moment("2026-12-01 00:00"),
    "free_until": moment("2026-11-30 06:30"),
    "number": "YA012",
}


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_ends_with_its_clause(code: RefusalCode) -> None:
    for details in ({}, MUCH, {"status": "cancelled"}):
        sentence = explain(reason(code, **details))
        assert sentence.endswith(f"（{citation(CLAUSE_OF[code])}）")
        assert "%" not in sentence
        assert re.match(r"[\u4e00-\u9fff\d]", sentence)


@pytest.mark.parametrize(
    ("code", "clause", "sentence"),
    [
        (RefusalCode.CHANNEL_NOT_ALLOWED, Clause.R4_2, "现场或电话约的，请到了大厅再取号，不能用手机取。"),
        (RefusalCode.ALREADY_TICKETED, Clause.R5_3, "您今天在这个队列已经有一个号，请先办完再取。"),
    ],
)
def test_a_closer_clause_has_its_own_sentence(code: RefusalCode, clause: Clause, sentence: str) -> None:
    assert explain(reason(code, clause)) == f"{sentence}（{citation(clause)}）"


@pytest.mark.parametrize(
    ("code", "details", "sentence"),
    [
        (
            RefusalCode.TOO_LATE,
            {"channel": "onsite", "deadline": MUCH["deadline"], "starts_at": MUCH["starts_at"]},
            "11月27日 周五 16:30 前可以约11月30日 周一的窗口，现在已经约不了。（制度四、预约流程）",
        ),
        (
            RefusalCode.TOO_LATE,
            {
                "channel": "phone",
                "deadline": moment("2026-11-26 16:30"),
                "starts_at": moment("2026-11-27 09:30"),
                "now": moment("2026-11-26 17:00"),
                "next": date(2026, 11, 30),
            },
            "今天 16:30 前可以约明天的窗口，现在已经约不了。最早可以约11月30日 周一。（制度四、预约流程）",
        ),
        (
            RefusalCode.TOO_LATE,
            {"channel": "online", "deadline": moment("2026-11-30 06:00")},
            "这个时段网上预约到 11月30日 周一 06:00 截止，现在已经约不了。（制度四、预约流程）",
        ),
        (RefusalCode.SLOT_CLOSED, {"why": "停电。"}, "这个时段停止预约：停电。（制度一（二））"),
        (
            RefusalCode.SUSPENDED,
            {"until": MUCH["until"]},
            "您本月爽约次数已满，12月1日 周二起可以重新预约。现在仍可到大厅现场取号办理。（制度四、预约管理（四））",
        ),
        (
            RefusalCode.DAILY_LIMIT,
            {"limit": 2, "date": date(2026, 11, 30)},
            "同一天最多预约 2 次，11月30日 周一您已约满。请选别的日子。（制度四、预约管理（二））",
        ),
    ],
)
def test_the_rule_is_said_where_it_bites(code: RefusalCode, details: dict[str, object], sentence: str) -> None:
    assert explain(reason(code, **details)) == sentence


def test_instants_are_told_in_asia_shanghai() -> None:
    utc = moment("2026-11-30 06:00").astimezone(datetime.fromisoformat("2026-01-01T00:00+00:00").tzinfo)
    assert "11月30日 周一 06:00" in explain(reason(RefusalCode.TOO_LATE, channel="online", deadline=utc))


def test_days_are_written_in_the_readers_language() -> None:
    with translation.override("en"):
        assert "Mon 30 Nov" in explain(
            reason(RefusalCode.TOO_LATE, channel="online", deadline=moment("2026-11-30 06:00"))
        )


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause.N3_1, "通知三（一）"),
        (Clause.R4_0, "制度四、预约流程"),
        (Clause.R4_1_3, "制度四、预约流程（一）"),
        (Clause.R5_5_2, "制度四、预约管理（五）"),
        (Clause.R6, "制度五"),
    ],
)
def test_clauses_are_cited_by_the_documents_own_numbers(clause: Clause, words: str) -> None:
    assert citation(clause) == words
