"""The shapes of the public contract; what is documented is what is parsed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,80}$")]
OptionalCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,80}$")]
Text = Annotated[str, StringConstraints(max_length=200)]
AnyId = Annotated[int, Field(strict=True, ge=1)]
Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
AppointmentCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{7}$"})]
PathId = Annotated[str, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 2**63 - 1})]
"""An id in a path. Read as text, so that one of 400 digits is as unknown as any other."""


class Asked(BaseModel):
    """What a caller sends: nothing but the named fields. Plain pydantic: ninja's own base costs a booking 0.1 ms."""

    model_config = ConfigDict(extra="forbid")


# ---- what is asked ------------------------------------------------------------------------------------------------


class Certificate(Asked):
    """证件 (R5.1); the number is checked and never given out again."""

    kind: Literal["resident_id", "hmt_residence", "foreign_permanent", "passport", "hm_permit", "tw_permit"] = Field(
        examples=["resident_id"]
    )
    number: Text = Field(examples=["411624199003074518"])


class Applicant(Asked):
    """Who comes (R1.1)."""

    name: Text = Field(examples=["张三"])
    certificate: Certificate
    phone: Text = Field(examples=["13800000000"])


class Organisation(Asked):
    """The enterprise for which the applicant comes."""

    name: Text = Field(examples=["沈丘县样例商贸有限公司"])
    uscc: Text = Field(examples=["91411624MA4000000J"])


class BookingAsked(Asked):
    """A booking: one of `matter` and `package`."""

    centre: Code = Field(examples=["sq-county"])
    matter: Code | None = Field(default=None, examples=["gongan-idcard-renew"])
    package: Code | None = None
    slot: AnyId = Field(examples=[1])
    applicant: Applicant
    organisation: Organisation | None = None


class SearchAsked(Asked):
    """Whose appointments."""

    certificate: Certificate


class CancelAsked(Asked):
    """Why, if the applicant says."""

    reason: Text = ""


class RescheduleAsked(Asked):
    """The new slot, of the same matter and centre."""

    slot: AnyId


class TicketAsked(Asked):
    """A walk-in: one of `queue` and `matter`."""

    centre: Code = Field(examples=["sq-county"])
    queue: Code | None = Field(default=None, examples=["hukou"])
    matter: Code | None = None
    applicant: Applicant | None = None


class ResumeAsked(Asked):
    """At which counter; by default the one where it was set aside."""

    counter: AnyId | None = None


class TransferAsked(Asked):
    """To which queue of the centre."""

    queue: Code


class FinishAsked(Asked):
    """How the handling ended (R4.2)."""

    outcome: Literal["completed", "received", "incomplete", "refused"] = "completed"
    reason: Text = ""


class Nothing(Asked):
    """No content is needed."""


NOTHING = Nothing()
CANCEL = CancelAsked()
RESUME = ResumeAsked()
FINISH = FinishAsked()


# ---- what is answered ---------------------------------------------------------------------------------------------


class Refusal(Schema):
    """Why the regulation says no."""

    code: str = Field(examples=["too_late"])
    clause: str = Field(examples=["R4.0"])
    message: str


class Slot(Schema):
    """An hour; closed ones say why."""

    id: int
    starts_at: Instant
    ends_at: Instant
    kind: Literal["regular", "early", "late", "noon", "weekend"]
    left: int
    open: bool
    refusals: list[Refusal]


class Availability(Schema):
    """The hours of a matter at a centre."""

    slots: list[Slot]


class Session(Schema):
    """Opening hours of a season."""

    valid_from: str = Field(examples=["01-01"])
    valid_to: str
    weekdays: list[int]
    start: str = Field(examples=["08:30"])
    end: str
    kind: str


class Queue(Schema):
    """A queue of a hall."""

    code: str
    name: str
    prefix: str
    bookable: bool
    departments: list[str]


class Counter(Schema):
    """A counter with its id for `call-next`."""

    id: int
    number: int
    name: str
    area: str
    comprehensive: bool
    booking_only: bool
    queues: list[str]


class CentreBrief(Schema):
    """A government service hall."""

    code: str
    name: str
    short_name: str
    level: str
    region: str
    address: str
    phone: str


class Centre(CentreBrief):
    """A hall with what is in it."""

    supervisor: str
    sessions: list[Session]
    queues: list[Queue]
    counters: list[Counter]


class Centres(Schema):
    """All halls, in the county's order."""

    centres: list[CentreBrief]


class Department(Schema):
    """A department, with the number of its matters."""

    code: str
    name: str
    short_name: str
    supervised_by: str | None
    matters: int


class Departments(Schema):
    """Departments in the county's order."""

    departments: list[Department]


class MatterBrief(Schema):
    """A matter in a list."""

    id: str
    name: str
    short_name: str
    department: str
    department_name: str
    audience: str
    scope: str
    online_bookable: bool


class Matters(Schema):
    """Matters, the best fit first."""

    matters: list[MatterBrief]


class Material(Schema):
    """A paper to bring."""

    name: str
    form: str
    copies: int
    required: bool
    standard: str
    note: str | None


class Faq(Schema):
    """A usual question."""

    q: str
    a: str


class Place(Schema):
    """Where a matter is handled."""

    centre: str
    name: str
    queue: str
    bookable: bool


class Matter(MatterBrief):
    """A matter with its whole guide (办事指南); days are working days."""

    handling: str
    promise_days: int
    legal_days: int | None
    home_visit: bool
    inspection: bool
    special_procedure: str | None
    high_frequency_personal: bool
    service_minutes: int
    fee: str
    guide_version: int
    conditions: list[str]
    review_standards: list[str]
    materials: list[Material]
    faqs: list[Faq]
    places: list[Place]
    packages: list[str]


class Member(Schema):
    """A matter of a package."""

    id: str
    name: str
    department: str


class Package(Schema):
    """一件事: the lead is booked, the members are pushed in parallel (R5.2)."""

    id: str
    name: str
    short_name: str
    audience: str
    lead: Member
    members: list[Member]
    materials: list[str]
    note: str


class Packages(Schema):
    """All packages."""

    packages: list[Package]


class Appointment(Schema):
    """An appointment; it never says who."""

    code: AppointmentCode
    status: str
    qr: str
    centre: str
    centre_name: str
    address: str
    phone: str
    matter: str
    matter_name: str
    package: str | None
    starts_at: Instant
    ends_at: Instant
    free_until: Instant = Field(description="Cancelling costs nothing until then (R4.3).")
    materials: list[Material]


class Appointments(Schema):
    """What this channel booked for a certificate, latest first."""

    appointments: list[Appointment]


class Ticket(Schema):
    """A ticket (号票); it names nobody."""

    id: int
    label: str = Field(examples=["A012"])
    state: str
    centre: str
    queue: str = Field(description="The queue's name.")
    booked: bool
    appointment: str | None
    issued_at: Instant
    called_at: Instant | None
    counter: int | None = Field(description="The counter's number, once called.")
    areas: list[str]
    ahead: int
    estimate: int = Field(description="Minutes to wait, rough.")


class Called(Ticket):
    """Who is called, and why that one (R5.3)."""

    why: str


class Event(Schema):
    """One thing that happened, in the order of the feed; no personal data."""

    position: int
    at: Instant
    kind: str
    by: str
    centre: str | None
    appointment: str | None
    ticket: int | None
    clause: str
    reason: str
    data: dict[str, Any]


class Events(Schema):
    """A page of the feed; ask again with `after=cursor`."""

    events: list[Event]
    cursor: str
    more: bool


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class FieldProblem(Schema):
    """One field that is wrong."""

    field: str
    code: str = Field(examples=["bad_certificate"])
    message: str


class InvalidProblem(Problem):
    """422, or 404 of something that the request names."""

    errors: list[FieldProblem] = []


class RefusedProblem(Problem):
    """409: refused by the regulation, every reason with its clause; `code` for what only the hall's state forbids."""

    refusals: list[Refusal]
    code: str | None = None
