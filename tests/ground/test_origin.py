"""The client's address: what a header says is believed of the declared proxies, and of nobody else."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from edsh_portal import environment, origin

PROXIES = "10.0.0.0/8, 2001:db8:ffff::1"


def declared(text: str):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_PROXIES", text)
        proxies, on_socket = environment.proxies("PORTAL_PROXIES")
    return override_settings(PROXIES=proxies, PROXY_ON_SOCKET=on_socket)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("", "192.0.2.7", "203.0.113.9", "192.0.2.7"),  # nobody is declared: nobody is believed
        (PROXIES, "192.0.2.7", "203.0.113.9", "192.0.2.7"),  # a stranger says so
        (PROXIES, "10.1.1.1", "203.0.113.9", "203.0.113.9"),
        (PROXIES, "10.1.1.1", None, "10.1.1.1"),
        (PROXIES, "10.1.1.1", "203.0.113.9, 10.2.2.2", "203.0.113.9"),  # through two of ours
        (
            PROXIES,
            "10.1.1.1",
            "198.51.100.1, 203.0.113.9",
            "203.0.113.9",
        ),  # the client's own list is before what we heard
        (PROXIES, "10.1.1.1", "10.3.3.3, 203.0.113.9", "203.0.113.9"),
        (PROXIES, "10.1.1.1", "203.0.113.9, nonsense", "10.1.1.1"),  # a proxy of ours that says nonsense: all are one
        (PROXIES, "10.1.1.1", "203.0.113.9:4711", "10.1.1.1"),
        (PROXIES, "10.1.1.1", "nonsense, 203.0.113.9", "203.0.113.9"),
        (PROXIES, "10.1.1.1", ",,, ,", "10.1.1.1"),
        (PROXIES, "10.1.1.1", "::ffff:203.0.113.9", "203.0.113.9"),
        (PROXIES, "::ffff:10.1.1.1", "203.0.113.9", "203.0.113.9"),
        (PROXIES, "2001:db8:ffff::1", "2001:DB8::0001", "2001:db8::1"),
        (PROXIES, "fe80::1%eth0", "203.0.113.9", "fe80::1"),
        (PROXIES, "", "203.0.113.9", "::"),  # a socket nobody declared
        ("unix", "", "203.0.113.9", "203.0.113.9"),
        ("unix", "", "nonsense", "::"),
        ("unix", "192.0.2.7", "203.0.113.9", "192.0.2.7"),
    ],
)
def test_the_address_of_a_client(proxies, peer, forwarded, client):
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    with declared(proxies):
        assert origin.address(RequestFactory().get("/", REMOTE_ADDR=peer, **more)) == client


def test_headers_of_whoever_is_no_proxy_were_never_sent():
    heard = []

    def view(request):
        heard.append(sorted(name for name in request.META if name.startswith("HTTP_X_FORWARDED")))
        return HttpResponse()

    forged = {"HTTP_X_FORWARDED_FOR": "1.2.3.4", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "evil"}
    with declared(PROXIES):
        for peer in ("192.0.2.7", "10.1.1.1"):
            origin.origin(view)(RequestFactory().get("/", REMOTE_ADDR=peer, **forged))
    assert heard == [[], sorted(forged)]


def test_the_network_of_an_address():
    assert [origin.network(of) for of in ("203.0.113.9", "2001:db8:1:2:3::4", "::")] == [
        "203.0.113.0/24", "2001:db8:1:2::/64", "::/64",
    ]  # fmt: skip


@pytest.mark.parametrize("nonsense", ["10.0.0.1/8", "proxy.example", "0.0.0.0/0", "::/0", "1"])
def test_nonsense_is_refused_at_start(nonsense):
    with pytest.raises(ImproperlyConfigured, match="PORTAL_PROXIES"), declared(nonsense):
        pass
