"""Pages of the call, for those of the State who prepare it."""

from django.urls import path, re_path

from .views import call

app_name = "calls"

SETTINGS = "appel/reglages/"
urlpatterns = [
    path("appel/nouveau/", call.new_call, name="new_call"),
    path(SETTINGS, call.call_settings, name="call_settings"),
    path(f"{SETTINGS}nouvelle-version/", call.new_settings, name="new_settings"),
    path(f"{SETTINGS}<int:version>/limites/", call.settings_bounds, name="settings_bounds"),
    path("appel/releves/nouvelle/", call.new_wave, name="new_wave"),
    path("appel/publication/", call.publish_call, name="publish_call"),
    path("appel/cloture/", call.close_call, name="close_call"),
    re_path(
        r"^appel/reglages/(?P<version>[0-9]{1,4})/(?P<part>criteres|pieces|taux|competences|liens)/$",
        call.settings_part,
        name="settings_part",
    ),
]
