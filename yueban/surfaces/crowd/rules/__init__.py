"""Who comes when, and how long it takes: pure functions of the demand file, a day and a seed."""

from yueban.surfaces.crowd.rules.chances import Chance, count, lognormal, pick, seeded
from yueban.surfaces.crowd.rules.conduct import Conduct, conduct, minutes_until_break, pause
from yueban.surfaces.crowd.rules.peaks import DayFacts, day_factor, peaks_of, season_of
from yueban.surfaces.crowd.rules.people import certificate_of, name_of, number_of, offender, phone_of, visitor
from yueban.surfaces.crowd.rules.places import Place, left_to_people
from yueban.surfaces.crowd.rules.visits import Booked, Ending, Plan, Visit, Want, arrival, choose_hour, plan

__all__ = [
    "Booked",
    "Chance",
    "Conduct",
    "DayFacts",
    "Ending",
    "Place",
    "Plan",
    "Visit",
    "Want",
    "arrival",
    "certificate_of",
    "choose_hour",
    "conduct",
    "count",
    "day_factor",
    "left_to_people",
    "lognormal",
    "minutes_until_break",
    "name_of",
    "number_of",
    "offender",
    "pause",
    "peaks_of",
    "phone_of",
    "pick",
    "plan",
    "season_of",
    "seeded",
    "visitor",
]
