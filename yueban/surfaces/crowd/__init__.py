"""模拟人群: simulated applicants and clerks that make `yueban demo` a living hall; never in production.

They are actors like any others: they book, take tickets, call and finish only through the operations of the domain, so
every rule holds for them. `rules` decides who comes when and how long it takes; the rest carries it out.
"""
