"""The world of the dossiers is that of these tests too."""

from tests.applications.conftest import built, draft, filled, ready, stand, world

__all__ = ["built", "draft", "filled", "ready", "stand", "world"]
