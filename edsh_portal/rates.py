"""How often one address may ask for what costs: counted in PostgreSQL, for all processes together; addresses are kept as digests alone."""

import ipaddress
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import tasks
from .models import Rate

COUNT = """
INSERT INTO rate (what, who, began_at, count) VALUES (%s, %s, clock_timestamp(), 1)
ON CONFLICT (what, who) DO UPDATE SET
  count = CASE WHEN rate.began_at > clock_timestamp() - %s * interval '1 second' THEN rate.count + 1 ELSE 1 END,
  began_at = CASE WHEN rate.began_at > clock_timestamp() - %s * interval '1 second' THEN rate.began_at ELSE clock_timestamp() END
RETURNING count
"""
KEPT = timedelta(hours=1)


def within(request: HttpRequest, what: str, *, most: int, span: timedelta) -> bool:
    """Counts this asking; False when the address has asked more than `most` times since its span began. Outside any transaction."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [what, _who(request), span.total_seconds(), span.total_seconds()])
        return cursor.fetchone()[0] <= most


def _who(request: HttpRequest) -> str:
    """The address, or the network an IPv6 subscriber has for themselves."""
    address = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    if address.version == 6:
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return salted_hmac("edsh_portal.rates", str(address)).hexdigest()


@tasks.clock
def forget() -> None:
    Rate.objects.filter(began_at__lt=Now() - KEPT).delete()
