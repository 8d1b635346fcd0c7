"""Start-up of the frame: finds each room's reactions, verbs and checks; lays the walls after migrations."""

from gettext import NullTranslations
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation.trans_real import translation


def _lay_walls(sender, using, **_kwargs) -> None:
    from . import walls

    walls.lay(using)


class FrenchPlural(NullTranslations):
    """French is the source language, so no catalogue says that zero is singular in it: « 0 note », « 1,5 note », « 2 notes »."""

    def ngettext(self, singular: str, plural: str, n: float) -> str:
        return singular if abs(n) < 2 else plural


class PortalConfig(AppConfig):
    name = "edsh_portal"
    verbose_name = "Portail EDSH"

    def ready(self) -> None:
        from django.apps import apps

        from . import chain, mail, seals, verify_acts, verify_ground  # noqa: F401  (they register themselves)

        translation("fr").add_fallback(FrenchPlural())
        rooms = ["directory", "calls", "applications", "casework", "reviews", "funding", "decisions", "dashboards"]
        for room in rooms:
            for module in ("actions", "panels", "reactions", "verify"):
                if apps.is_installed(room) and find_spec(f"{room}.{module}"):
                    import_module(f"{room}.{module}")
        # The signal of the last that has one, since Django sends none for an app without models: by then every table exists.
        post_migrate.connect(_lay_walls, sender=[app for app in apps.get_app_configs() if app.models_module][-1])
