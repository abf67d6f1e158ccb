"""The calling console of a clerk (R4.2, R5.3)."""
