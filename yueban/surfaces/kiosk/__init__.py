"""自助终端: take a ticket at the hall's terminal (R4.1.3)."""
