"""Nouns of the directory."""

from .establishments import Establishment, GcsMembership
from .people import Affiliation, ApiToken, Invitation, Password, PasswordReading, User
from .sites import RegisterImport, Site
from .territories import Departement, Region

__all__ = [
    "Affiliation",
    "ApiToken",
    "Departement",
    "Establishment",
    "GcsMembership",
    "Invitation",
    "Password",
    "PasswordReading",
    "Region",
    "RegisterImport",
    "Site",
    "User",
]
