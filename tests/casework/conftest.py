"""The world of the dossiers is that of these tests too."""

from tests.applications.conftest import after, built, deposited, draft, filled, ready, stand, world

__all__ = ["after", "built", "deposited", "draft", "filled", "ready", "stand", "world"]
