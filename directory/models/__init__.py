"""Nouns of the directory."""

from .establishments import Establishment, GcsMembership
from .people import Affiliation, ApiToken, Incompatible, Invitation, RoleException, User
from .sites import RegisterImport, Site
from .territories import Departement, Region

__all__ = [
    "Affiliation",
    "ApiToken",
    "Departement",
    "Establishment",
    "GcsMembership",
    "Incompatible",
    "Invitation",
    "Region",
    "RegisterImport",
    "RoleException",
    "Site",
    "User",
]
