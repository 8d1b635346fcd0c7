"""Where a request comes from: the one reading of a client's address. What a header says is believed of the declared proxies only."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
NOWHERE: Address = IPv6Address("::")
FORWARDED = "HTTP_X_FORWARDED_"
NETWORK = {4: 24, 6: 64}  # bits that one owner of addresses usually holds


def address(request: HttpRequest) -> str:
    """The client's address, as text. Each declared proxy adds on the right whom it heard: the list is read from there, for as
    long as who speaks is declared. What is no address stops the reading at the proxy that sent it: the counters of all who come
    so are then one, and a forged list gives nobody a new one."""
    said = [word.strip() for word in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    here = _parsed(request.META.get("REMOTE_ADDR", ""))
    declared = _declared(request)
    while declared and said:
        before = _parsed(said.pop())
        if before is None:
            break
        here, declared = before, _is_proxy(before)
    return str(here or NOWHERE)


def network(of: str) -> str:
    """The network of an address: /24, or /64."""
    found = ip_address(of)
    return str(ip_network(f"{found}/{NETWORK[found.version]}", strict=False))


def origin(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before all that reads a header: X-Forwarded-… of whoever is no declared proxy was never sent."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _declared(request):
            for name in [name for name in request.META if name.startswith(FORWARDED)]:
                del request.META[name]
        return get_response(request)

    return middleware


def _parsed(text: str) -> Address | None:
    """An IPv4 address in IPv6 clothes is the same one; the interface a neighbour was heard on is not part of its address."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_proxy(found: Address | None) -> bool:
    return found is not None and any(found in proxies for proxies in settings.PROXIES)


def _declared(request: HttpRequest) -> bool:
    """Who speaks to this process is a declared proxy; over a Unix socket, which has no address, the setting says « unix »."""
    peer = request.META.get("REMOTE_ADDR", "")
    return _is_proxy(_parsed(peer)) if peer else settings.PROXY_ON_SOCKET
