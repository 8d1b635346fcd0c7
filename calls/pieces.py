"""Codes of the pieces that a rule or a sheet knows by name; the others are words of the call's settings alone. Pure."""

LETTER = "lettre-engagement"  # of a member, stands for its mandate
ANNEX = "annexe-financiere"  # the budget as a workbook, joined by hand
