"""Lists: their pages, and how many there are, as far as anybody needs to know.

A page costs its 25 rows, not as often as there are others: its keys are chosen on what filters and orders them, then what its rows tell
is read. A list of its own page is counted to the last one. Elsewhere « plus de 100 » says enough: nobody plans a day on the difference
between 101 and 3,000, and to find it is to read them all.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Func, IntegerField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import asked, numbers

PER_PAGE, MOST = 25, 100


def page_of(
    request: HttpRequest, rows: QuerySet[Any], *, read: QuerySet[Any] | None = None, count: int | None = None
) -> Page:
    """The page that the address asks for; a wrong number is the nearest one. `read`: what is read of the rows chosen, in the same order,
    when to choose them is dear; `count`: how many they are, when it is known."""
    paginator = Paginator(rows, PER_PAGE)
    if count is not None:
        paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    if paginator.count:
        page.object_list = (rows if read is None else read).filter(among(page.object_list))
    return page


def among(chosen: Any, of: str = "pk") -> Func:
    """Whether what a row names by this key is one of the few chosen ones. They come as an array, which PostgreSQL thinks to be short and
    looks up before it reads anything else; a subquery would be the last of its joins, once there are more than eight."""
    keys = ArraySubquery(chosen.values("pk"))
    return Func(of, keys, arg_joiner=" = ANY (", template="(%(expressions)s))", output_field=BooleanField())


def counted(rows: QuerySet[Any]) -> int:
    """MOST + 1 for any more than MOST."""
    return _some(rows).count()


def in_all(rows: QuerySet[Any]) -> Func:
    """The same, as a column beside others."""
    return Func(ArraySubquery(_some(rows).values("pk")), function="cardinality", output_field=IntegerField())


def _some(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by()[: MOST + 1]


def told(count: int) -> str:
    return _("plus de %(n)s") % {"n": numbers.count(MOST)} if count > MOST else numbers.count(count)


class Slice:
    """The rows of a list that only grows, from one on: neither counted nor passed over, so that its last page costs what its first does.
    `older`: the key after which the next slice begins, None at the end; `first`: whether this one is the newest."""

    def __init__(self, rows: list[Any], older: int | None, first: bool) -> None:
        self.rows, self.older, self.first = rows, older, first

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


def slice_of(request: HttpRequest, rows: QuerySet[Any]) -> Slice:
    """PER_PAGE rows, newest key first, after that of the address (`?avant=`)."""
    after = asked.number(request.GET.get("avant", ""))
    found = rows.order_by("-pk") if after is None else rows.order_by("-pk").filter(pk__lt=after)
    held = list(found[: PER_PAGE + 1])
    return Slice(held[:PER_PAGE], held[PER_PAGE - 1].pk if len(held) > PER_PAGE else None, after is None)
