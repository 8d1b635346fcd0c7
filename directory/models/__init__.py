"""Nouns of the directory."""

from .accounts import AccountRequest, PasswordReset
from .corrections import Correction
from .establishments import Establishment, GcsMembership
from .people import Affiliation, ApiToken, Incompatible, Invitation, Password, PasswordReading, RoleException, User
from .sites import RegisterImport, Site
from .territories import Departement, Region

__all__ = [
    "AccountRequest",
    "Affiliation",
    "ApiToken",
    "Correction",
    "Departement",
    "Establishment",
    "GcsMembership",
    "Incompatible",
    "Invitation",
    "Password",
    "PasswordReading",
    "PasswordReset",
    "Region",
    "RegisterImport",
    "RoleException",
    "Site",
    "User",
]
