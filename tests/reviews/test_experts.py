"""Who may judge: the profile that an expert writes, the links they declare, the undertaking of a wave, and who reads them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions
from reviews.models import Profile, Tie, Undertaking
from tests.pages import tight
from tests.tables import rows

from .world import REVIEWING, person


def text(answer):
    return tight(answer.content.decode())


WHOLE = {"skills": ["droit", "cancer"], "capacity": 8, "languages": ["fr"]}


def test_a_profile_is_written_by_its_expert_and_by_nobody_else(small):
    claire = small.claire
    profile = actions.write_profile(claire, **WHOLE, by=claire)
    assert (profile.skills, profile.capacity, profile.written_at) == (["cancer", "droit"], 8, REVIEWING)
    again = actions.write_profile(claire, **WHOLE | {"capacity": 3, "civility": "woman"}, by=claire)
    assert Profile.objects.get() == again
    events = Event.objects.filter(kind="profile.written").order_by("seq")
    assert [e.data["fields"] for e in events] == [["skills", "capacity", "languages"], ["capacity", "civility"]]
    assert {e.stream for e in events} == {f"expert:{claire.pk}"}
    for other in (small.driss, small.chloe):
        with pytest.raises(PermissionDenied):
            actions.write_profile(claire, **WHOLE, by=other)
    with pytest.raises(PermissionDenied):
        actions.write_profile(small.driss, **WHOLE, by=small.driss)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skills": []}, "skills"),
        ({"skills": ["cancer", "voile"]}, "skills"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 61}, "capacity"),
        ({"languages": []}, "languages"),
        ({"available_from": date(2022, 12, 1), "available_until": date(2022, 11, 1)}, "available_until"),
    ],
)
def test_what_a_profile_cannot_say_is_one_sentence(small, changes, field):
    with pytest.raises(Refused) as refused:
        actions.write_profile(small.claire, **WHOLE | changes, by=small.claire)
    assert (refused.value.code, refused.value.field, Profile.objects.count()) == ("R57", field, 0)


def test_a_tie_is_declared_then_withdrawn_and_never_erased(small):
    claire, siren = small.claire, small.partner.siret[:9]
    tie = actions.declare_tie(
        claire, kind="advice", body=" CH partenaire ", siren=f"{siren[:3]} {siren[3:]}", by=claire
    )
    assert (tie.body, tie.siren, tie.until_on) == ("CH partenaire", siren, None)
    for wrong, field in (
        ({"body": "  "}, "body"),
        ({"siren": "123456789"}, "siren"),
        ({"since_on": date(2020, 1, 1), "until_on": date(2019, 1, 1)}, "until_on"),
    ):
        with pytest.raises(Refused) as refused:
            actions.declare_tie(claire, **{"kind": "advice", "body": "X", "by": claire} | wrong)
        assert (refused.value.code, refused.value.field) == ("R50", field)
    with pytest.raises(PermissionDenied):
        actions.withdraw_tie(tie, by=small.chloe)
    actions.withdraw_tie(tie, by=claire)
    with pytest.raises(Refused, match="déjà retiré"):
        actions.withdraw_tie(tie, by=claire)
    assert (Tie.objects.count(), Tie.objects.standing().count()) == (1, 0)


def test_an_undertaking_is_signed_once_in_the_words_that_were_read(small):
    lea, leo = (person(name, role="expert") for name in ("lea", "leo"))
    signed = actions.sign_undertaking(lea, small.wave, by=lea)
    assert signed.text == small.wave.settings.undertaking and "intelligence artificielle" in signed.text
    with pytest.raises(Refused, match="déjà signé"):
        actions.sign_undertaking(lea, small.wave, by=lea)
    with pytest.raises(PermissionDenied):
        actions.sign_undertaking(leo, small.wave, by=lea)
    with pytest.raises(Refused, match="pas ouverte"):
        actions.sign_undertaking(leo, small.wave, by=leo, at=small.wave.opens_at - timedelta(seconds=1))
    assert Undertaking.objects.filter(expert__in=(lea, leo)).get() == signed


def test_the_expert_s_pages(small, at):
    claire, here = small.claire, reverse("reviews:profile")
    typed = {"skills": ["cancer"], "capacity": "4", "languages": ["fr", "en"], "available_until": "2022-12-31"}
    assert at(claire, here, typed).headers["Location"] == here
    wrong = at(claire, here, typed | {"capacity": "0"})
    assert wrong.status_code == 422 and "Indiquez un nombre d’au moins 1" in text(wrong)
    tie = {"kind": "employer", "body": "CHU d’avant", "since_on": "2015-01-01", "until_on": "2021-06-30"}
    assert at(claire, reverse("reviews:declare_tie"), tie).headers["Location"] == here
    assert rows(at(claire, here), "Liens déclarés")[0][:4] == ["CHU d’avant", "Emploi", "01/01/2015", "30/06/2021"]
    withdraw = reverse("reviews:withdraw_tie", args=[Tie.objects.get().pk])
    assert at(small.chloe, withdraw).status_code == 404
    assert at(claire, withdraw, {}).headers["Location"] == here and at(claire, withdraw).status_code == 404
    sign, claire = reverse("reviews:undertaking", args=[1]), person("lea", role="expert")
    assert "Je garde confidentiels" in text(at(claire, sign))
    assert at(claire, sign, {}).headers["Location"] == reverse("reviews:my_files")
    assert "Je m’engage et je signe" not in text(at(claire, sign))
    assert at(claire, reverse("reviews:undertaking", args=[7])).status_code == 404


def test_the_officer_s_list_tells_skills_load_and_availability(small, at):
    directory.affiliate(small.paul, small.company, kind="employee", by=None)
    actions.write_profile(small.paul, **WHOLE, by=small.paul)
    actions.write_profile(small.claire, **WHOLE | {"available_until": date(2022, 10, 1)}, by=small.claire)
    actions.assign(small.dossiers[0], small.claire, by=small.driss)
    page = at(small.driss, reverse("reviews:experts"))
    assert rows(page, "Experts") == [
        ["Chloe Essai", "–", "profil à remplir", "–", "0 / –", "–"],
        ["Claire Essai", "–", "Cancer · Droit", "français", "1 / 8", "indisponible aujourd’hui"],
        ["Paul Essai", "Données SAS", "Cancer · Droit", "français", "0 / 8", "oui"],
    ]
    asked = at(small.driss, reverse("reviews:experts") + "?skill=cancer&q=paul")
    assert [row[0] for row in rows(asked, "Experts")] == ["Paul Essai"]


def test_parity_is_told_of_all_together_or_not_at_all(small, at):
    here = reverse("reviews:experts")
    told = ("woman", "man", "man", "woman", "")
    for number, civility in enumerate(told):
        assert "Parité" not in text(at(small.driss, here))
        one = person(f"expert{number}", role="expert")
        actions.write_profile(one, **WHOLE | {"civility": civility}, by=one)
    page = text(at(small.driss, here))
    assert "2 femmes, 2 hommes, 1 sans réponse" in page and "Madame" not in page
