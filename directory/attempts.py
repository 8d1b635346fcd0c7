"""What a wrong password counts against, what asking for a letter does, and how the person is told to wait.

Whoever is not on a known device is counted with the account, from their own network and from anywhere, and with the address
and its network, whatever the accounts. A known device is counted alone: neither an attack on the account nor a colleague behind
the same address ever delays it. The same is counted whether the account exists or not.
"""

from math import ceil

from django.http import HttpRequest
from django.utils.translation import ngettext

from edsh_portal import origin
from edsh_portal.throttle import Limit, Subjects

from .models import User

DEVICE = Limit("device", free=5, drain=900, first=30, own=True)
HERE = Limit("account from a network", free=5, drain=900, first=30, own=True)
# More than one network alone can reach: whoever attacks from one delays nobody who comes from another.
ACCOUNT = Limit("account", free=30, drain=300, first=30, own=True)
ADDRESS = Limit("address", free=30, drain=60, first=10)  # a hospital may stand behind one, each of its people mistyping
NETWORK = Limit("network", free=100, drain=15, first=10)
OWN_PASSWORD = Limit("own password", free=5, drain=900, first=30, own=True)  # typed again by who is signed in
LETTER_HERE = Limit("letters to, from here", free=3, drain=1200, first=60)  # 3 an hour
LETTER_TO = Limit("letters to", free=6, drain=600, first=60)  # 6 an hour, wherever they are asked from
LETTER_FROM = Limit("letters from", free=10, drain=360, first=60)  # 10 an hour
LETTER_NETWORK = Limit("letters from network", free=30, drain=120, first=60)  # 30 an hour


def of_sign_in(request: HttpRequest, email: str, device: str) -> Subjects:
    if device:
        return {DEVICE: device}
    address = origin.address(request)
    network = origin.network(address)
    return {HERE: f"{email}|{network}", ACCOUNT: email, ADDRESS: address, NETWORK: network}


def of_letter(request: HttpRequest, email: str) -> Subjects:
    address = origin.address(request)
    network = origin.network(address)
    return {
        LETTER_HERE: f"{email}|{network}",
        LETTER_TO: email,
        LETTER_FROM: address,
        LETTER_NETWORK: network,
    }


def of_own_password(user: User) -> Subjects:
    return {OWN_PASSWORD: str(user.pk)}


def sentence(wait: float) -> str:
    """`wait` in seconds, rounded up: whoever comes back then is heard."""
    if wait > 60:
        told = ngettext(
            "Trop d’essais ont échoué : réessayez dans %(n)d minute.",
            "Trop d’essais ont échoué : réessayez dans %(n)d minutes.",
            ceil(wait / 60),
        )
        return told % {"n": ceil(wait / 60)}
    told = ngettext(
        "Trop d’essais ont échoué : réessayez dans %(n)d seconde.",
        "Trop d’essais ont échoué : réessayez dans %(n)d secondes.",
        ceil(wait),
    )
    return told % {"n": ceil(wait)}


def letter_sentence(wait: float) -> str:
    told = ngettext(
        "Plusieurs demandes viennent d’être faites : attendez %(n)d minute, puis recommencez.",
        "Plusieurs demandes viennent d’être faites : attendez %(n)d minutes, puis recommencez.",
        ceil(wait / 60),
    )
    return told % {"n": ceil(wait / 60)}
