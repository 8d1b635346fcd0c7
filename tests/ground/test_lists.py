"""A list read page by page is the list: nobody is missing, nobody comes twice, each in its place."""

from django.test import RequestFactory

from edsh_portal import lists
from funding.models import Instalment
from tests.funding import stage as paying


def pages(rows, **more) -> list:
    ask = lambda number: lists.page_of(RequestFactory().get("/", {"page": number}), rows, **more)  # noqa: E731
    return [list(ask(number)) for number in range(1, ask(1).paginator.num_pages + 1)]


def test_its_pages_are_the_list(db, set_clock, monkeypatch):
    set_clock(paying.NOW, frozen=True)
    money = paying.build()
    convention = money.contracted()[0]
    planned = [money.plan(convention, cents) for cents in range(1_00, 8_00, 1_00)]
    for row in planned[2:4]:
        money.pay(row)
    monkeypatch.setattr(lists, "PER_PAGE", 3)
    for rows in (
        Instalment.objects.visible_to(money.cast.emma).for_list().waiting_first(["paid"]),
        Instalment.objects.matching(state="planned").for_list().order_by("-cents"),
    ):
        read = pages(rows)
        assert [len(page) for page in read[:-1]] == [3] * (len(read) - 1) and len(read) > 1
        assert [row for page in read for row in page] == list(rows)
    assert pages(Instalment.objects.none()) == [[]]
    nearest = lists.page_of(RequestFactory().get("/", {"page": "99"}), Instalment.objects.order_by("pk"))
    assert nearest.number == 3 and [row.pk for row in nearest] == [planned[-1].pk]


def test_what_is_counted_elsewhere_is_not_counted_again_and_nobody_is_not_read(db, django_assert_num_queries):
    rows = Instalment.objects.order_by("pk")
    with django_assert_num_queries(0):
        page = lists.page_of(RequestFactory().get("/"), rows, count=0)
        assert (list(page), page.paginator.count) == ([], 0)


def test_more_than_enough_is_said_so():
    assert [lists.told(number) for number in (0, 100, 101)] == ["0", "100", "plus de 100"]
