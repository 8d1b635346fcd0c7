"""Gates and panels of the money, asked directly: nobody, the wrong person, the right one."""

from django.contrib.auth.models import AnonymousUser

from edsh_portal.workflow import portal_only
from funding import permissions
from funding.models import Convention, Entry, Grant
from funding.panels import finance_queue

NOBODY = AnonymousUser()


def test_nobody_may_do_anything(money):
    first, _second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    instalment, account = money.plan(first, 1), first.accounts.get()
    subject = {
        "can_validate_iban": account,
        "can_read_rib": account,
        "can_see_iban": account,
        "can_sign": first,
        "can_sign_for": first.share.establishment_id,
        "can_propose_iban": first,
        "can_claim": first,
        "can_file_agreement": first.share.grant,
        "can_ask_amendment": first.share.grant,
    }
    claim = money.claim(first, {"staff": 1})
    subject |= dict.fromkeys(("can_write_claim", "can_certify_claim", "can_check_claim", "can_return_claim"), claim)
    gates = [name for name in dir(permissions) if name.startswith("can_")]
    assert len(gates) == 29
    for name in gates:
        assert getattr(permissions, name)(NOBODY, subject.get(name, instalment)) is False, name
    assert not portal_only(money.cast.adam)
    for nouns in (Grant, Convention, Entry):
        assert not nouns.objects.visible_to(NOBODY).exists()


def test_a_closed_account_signs_nothing(money):
    first, _second = money.contracted()
    sophie = money.cast.sophie
    assert permissions.can_sign(sophie, first)
    sophie.is_active = False
    assert not permissions.can_sign(sophie, first) and not Convention.objects.visible_to(sophie).exists()


def test_the_queue_of_each_finance_role(money):
    first, _second = money.contracted()
    money.plan(first, 3)
    assert finance_queue(money.cast.emma) == [{"role": "certifier", "state": "planned", "count": 1, "cents": 3}]
    assert finance_queue(money.cast.farid) == [{"role": "payer", "state": "ordered", "count": 0, "cents": 0}]
    assert finance_queue(money.cast.dora) == []
