"""The world of the dossiers is that of these tests too."""

from tests.applications.conftest import *  # noqa: F403
