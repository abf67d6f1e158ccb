"""What can be wrong in a county folder, each in one sentence with file and line."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _
from typing_extensions import override

SENTENCES = {
    "missing_folder": _("没有这个文件夹：{value}"),
    "missing_file": _("缺少文件"),
    "unreadable": _("文件读不出来：{value}"),
    "too_large": _("文件太大：{value} 字节，最多 {limit} 字节"),
    "wrong_encoding": _("不是 UTF-8 编码（用 UTF-8 重新保存）"),
    "control_character": _("含有控制字符 {value}"),
    "not_yaml": _("不是有效的 YAML：{value}"),
    "tab": _("缩进用了制表符（改用空格）"),
    "several_documents": _("一个文件里只能有一份 YAML 文档"),
    "alias": _("不支持锚点、别名和合并（& * <<），请写全"),
    "tag": _("不支持标签 {value}"),
    "too_deep": _("嵌套太深，最多 {limit} 层"),
    "too_many": _("内容太多，最多 {limit} 项"),
    "key_not_scalar": _("键必须是简单的文字或数字"),
    "duplicate_key": _("键 {value} 重复（第一次在第 {first} 行）"),
    "not_mapping": _("{name} 应当是「键: 值」，现在是{value}"),
    "not_list": _("{name} 应当是列表，现在是{value}"),
    "not_text": _("{name} 应当是文字，现在是{value}（加引号）"),
    "not_integer": _("{name} 应当是整数，现在是{value}"),
    "not_number": _("{name} 应当是数字，现在是{value}"),
    "not_boolean": _("{name} 应当是 true 或 false，现在是{value}"),
    "not_time": _("{name} 不是时间 HH:MM：{value}"),
    "not_month_day": _("{name} 不是月日 MM-DD：{value}"),
    "not_date": _("{name} 不是日期 MM-DD 或 YYYY-MM-DD：{value}"),
    "not_choice": _("{name} 不能是 {value}，可用：{limit}"),
    "missing_key": _("缺少 {name}"),
    "unknown_key": _("不认识的键 {value}"),
    "empty": _("{name} 是空的"),
    "too_long": _("{name} 太长：{value} 字，最多 {limit} 字"),
    "blank_ends": _("{name} 两头有空格：{value}"),
    "bad_form": _("{name} 的写法不对：{value}（{limit}）"),
    "out_of_range": _("{name} 超出范围：{value}，应当是 {limit}"),
    "too_fine": _("{name} 最多 {limit} 位小数：{value}"),
    "too_few": _("{name} 至少要有一项"),
    "duplicate": _("{name} {value} 重复（第一次在第 {first} 行）"),
    "unknown_region": _("没有行政区划 {value}"),
    "region_cycle": _("行政区划 {value} 的上级绕回了自己"),
    "unknown_department": _("没有部门 {value}"),
    "unknown_centre": _("没有中心 {value}"),
    "unknown_queue": _("没有队列 {value}"),
    "unknown_item": _("没有事项 {value}"),
    "unknown_profile": _("没有到场时间分布 {value}"),
    "level_differs": _("中心的级别 {value} 与行政区划的级别 {limit} 不同"),
    "session_backwards": _("场次的结束 {limit} 不在开始 {value} 之后"),
    "season_backwards": _("场次的日期从 {value} 到 {limit}，不能跨年（拆成两条）"),
    "sessions_overlap": _("场次与第 {first} 行的场次重叠"),
    "prefix_reserved": _("票号前缀 {value} 不能用：Y 留给预约号"),
    "department_not_in_queue": _("部门 {value} 不在队列 {limit} 里"),
    "days_contradict": _("即办件的 promise_days 是 0，承诺件大于 0；现在是 {value}"),
    "legal_days_shorter": _("legal_days {limit} 小于 promise_days {value}"),
    "inspection_contradicts": _("inspection 与 special_procedure 要么都有，要么都没有"),
    "scope_contradicts": _("乡镇也能办的事项，scope 不能是 none"),
    "audience_contradicts": _("企业事项不能是个人高频事项"),
    "lead_is_member": _("牵头事项 {value} 又列在 member_items 里"),
    "id_taken": _("{value} 已经是事项的编号"),
    "total_differs": _("{name} 是 {value}，按内容应当是 {limit}"),
    "merged_more": _("合并后的材料 {value} 比分别办理的 {limit} 还多"),
    "not_an_assumption": _("需求数据必须写明 assumption: true"),
    "not_one": _("{name} 的合计是 {value}，应当是 1"),
    "peak_field": _("类型 {limit} 的高峰要有 {value}"),
    "codes_in_use": _("{name} {value} 已被别的记录占用"),
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; `line` counts from 1, and is 0 for a file as a whole."""

    file: str
    line: int
    code: str
    details: tuple[tuple[str, str], ...] = field(default=())

    @property
    def message(self) -> str:
        """Answer the sentence in the active language, without the place."""
        template = str(SENTENCES[self.code])
        return template.format(
            **{name: _(value) if name == "limit" and value else value for name, value in self.details}
        )

    @override
    def __str__(self) -> str:
        """Answer `file:line: sentence`, as editors jump to it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class CountyInvalid(Exception):
    """The folder is not a county that can be loaded; `problems` holds everything that is wrong, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(len(self.problems))

    @override
    def __str__(self) -> str:
        """Answer one line per problem."""
        return "\n".join(str(problem) for problem in self.problems)
