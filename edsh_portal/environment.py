"""Typed readers of the process environment: nonsense is refused at start, by name, with what was expected."""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None or value == "":
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set.")
        return default
    return value


def boolean(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: expected 0 or 1.")


def whole(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    value = os.environ.get(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a whole number.") from None
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name}={number}: expected {least} to {most}.")
    return number


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    value = os.environ.get(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name}={value!r}: expected one of {', '.join(among)}.")
    return value


def folder(name: str, default: Path) -> Path:
    path = Path(os.environ.get(name) or default)
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name}={path}: expected an absolute path.")
    return path


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def http_address(name: str, default: str) -> str:
    value = os.environ.get(name) or default
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name}={value!r}: expected http(s)://host[:port].")
    return value.rstrip("/")


def proxies(name: str) -> tuple[list[IPv4Network | IPv6Network], bool]:
    """Addresses or networks, comma separated, of the proxies in front; and whether « unix », a proxy on a socket, is among them."""
    named = words(name)
    try:
        found = [ip_network(word) for word in named if word != "unix"]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}; expected addresses, networks or unix, comma separated.") from None
    if any(not network.prefixlen for network in found):
        raise ImproperlyConfigured(f"{name}: a network of everybody would let anybody say who they are.")
    return found, "unix" in named


def scanner(name: str) -> str:
    """Where clamd listens: an absolute path or tcp://host:port; empty, the default, is no scanner."""
    value = os.environ.get(name, "").strip()
    parts = urlsplit(value)
    if value and not Path(value).is_absolute() and not (parts.scheme == "tcp" and parts.hostname and not parts.path):
        raise ImproperlyConfigured(f"{name}={value!r}: expected an absolute path or tcp://host:port.")
    return value


def time_stamps(name: str, *, local: bool) -> str:
    """The address of a time-stamp authority (RFC 3161); empty, the default, is none. `local`: « local », a fictitious one, may be named."""
    value = os.environ.get(name, "").strip()
    parts = urlsplit(value)
    if value and not (parts.scheme in {"http", "https"} and parts.hostname) and not (local and value == "local"):
        raise ImproperlyConfigured(f"{name}={value!r}: expected http(s)://host/path.")
    return value


def token(name: str) -> Mapping[str, str]:
    """A key in a token, as a URI of RFC 7512, « pkcs11:token=…;object=…?module-path=/… » -> those three; empty, the default, is none."""
    value = os.environ.get(name, "").strip()
    path, _mark, query = value.removeprefix("pkcs11:").partition("?")
    told = dict(part.partition("=")[::2] for part in (*path.split(";"), *query.split("&")) if part)
    found = {key: unquote(said) for key, said in told.items()}
    whole = set(found) == {"token", "object", "module-path"} and found["module-path"].startswith("/")
    if value and not (whole and value.startswith("pkcs11:")):
        raise ImproperlyConfigured(f"{name}={value!r}: expected pkcs11:token=…;object=…?module-path=/…")
    return found


def database(name: str, default: str | None = None) -> Mapping[str, object]:
    """postgres://user:password@host:port/name -> a Django DATABASES entry (persistent connections)."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name}: expected postgres://user:password@host:port/database.")
    return {
        "ENGINE": "edsh_portal.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "edsh-portal",
            "prepare_threshold": 0,  # of statements.py alone: Django's own cursors write each value into the statement
            "options": "-c plan_cache_mode=force_generic_plan",
        },
    }


def broker(name: str, default: str) -> str:
    value = os.environ.get(name) or default
    if urlsplit(value).scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        raise ImproperlyConfigured(f"{name}: expected redis://[:password@]host:port/number.")
    return value
