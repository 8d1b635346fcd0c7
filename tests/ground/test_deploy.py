"""What deploy/ says of the portal is what the portal says of itself."""

import importlib
import re
from pathlib import Path

from django.conf import settings
from django.urls import URLPattern, get_resolver

ROOT = Path(__file__).resolve().parents[2]
MEGA = 1 << 20


def routes(patterns, above=""):
    for one in patterns:
        path = above + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one.callback
        else:
            yield from routes(one.url_patterns, path)


def limits() -> tuple[int, list[tuple[str, int]]]:
    """Bytes of a body that the proxy lets through: by default, and by expression of a path."""
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    said = r"client_max_body_size (\d+)([km]);"

    def size(number: str, unit: str) -> int:
        return int(number) * {"k": 1 << 10, "m": MEGA}[unit]

    found = re.findall(r"location (=|~) (\S+) \{\s*" + said, conf)
    places = [(path if how == "~" else f"^{re.escape(path)}$", size(*most)) for how, path, *most in found]
    usual = re.search(r"^    " + said, conf, re.M)
    assert usual is not None
    return size(*usual.groups()), places


def test_these_tests_run_on_the_settings_of_production_but_for_the_cost_of_a_password():
    real = importlib.import_module("edsh_portal.settings")
    differ = {name for name in dir(real) if name.isupper() and getattr(real, name) != getattr(settings, name)}
    django_s = {
        "ALLOWED_HOSTS",
        "DATABASES",
        "EMAIL_BACKEND",
        "STATIC_URL",
    }  # what it completes at its start, or for tests
    assert differ - django_s - {"MEDIA_ROOT", "ROOTS_DIR"} == {"PASSWORD_HASHERS"}  # files_apart() gives these two
    assert real.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_the_proxy_lets_through_what_each_view_takes_and_hardly_more():
    usual, places = limits()
    files = 0
    for path, view in routes(get_resolver().url_patterns):
        sample = "/" + re.sub(r"<int:\w+>", "7", re.sub(r"<(slug:|uuid:|str:)?\w+>", "abc", path))
        most = next((size for expression, size in places if re.search(expression, sample)), usual)
        takes = getattr(view, "takes", None)
        files += takes is not None
        wished = takes[0] if takes else settings.WEB_MOST_BYTES
        if sample == "/connexion/":
            wished = settings.WEB_MOST_BYTES_ANONYMOUS
        assert wished <= most, sample
        if takes:
            assert most < 1.1 * wished, sample
    assert files == 16
