"""The county folder: YAML files that a county's own people write, read into plain typed records and written back.

Nothing here knows the database. `read` answers with a whole county or with every problem at once.
"""

from yueban.domain.directory.county.problems import CountyInvalid, Problem
from yueban.domain.directory.county.reading import SAMPLE, read
from yueban.domain.directory.county.records import (
    Centre,
    Counter,
    County,
    Demand,
    Department,
    Faq,
    Item,
    Material,
    MergedMaterials,
    MonthDay,
    Package,
    Queue,
    QueueDemand,
    Region,
    Session,
)
from yueban.domain.directory.county.writing import as_plain, demand_from_plain, write

__all__ = [
    "SAMPLE",
    "Centre",
    "Counter",
    "County",
    "CountyInvalid",
    "Demand",
    "Department",
    "Faq",
    "Item",
    "Material",
    "MergedMaterials",
    "MonthDay",
    "Package",
    "Problem",
    "Queue",
    "QueueDemand",
    "Region",
    "Session",
    "as_plain",
    "demand_from_plain",
    "read",
    "write",
]
