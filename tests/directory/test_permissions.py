"""Gates, person by person: a table written by hand."""

from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser

from directory import actions, permissions
from directory.models import Affiliation, ApiToken, Establishment, Invitation, User

from .world import AT


def who(town, gate, *things) -> set[str]:
    names = ("adam", "aude", "driss", "alice", "sophie", "zoe")
    assert not gate(AnonymousUser(), *things)
    return {name for name in names if gate(getattr(town, name), *things)}


def test_gates(town):
    here, p = town.here, permissions
    token = SimpleNamespace(user_id=town.zoe.pk)
    invitation = Invitation(establishment=here, kind="writer", role="")
    assert who(town, p.can_manage_people) == {"adam"}
    assert who(town, p.can_list_people) == who(town, p.can_read_registers) == {"adam", "aude"}
    assert who(town, p.can_invite_colleague, here) == {"adam", "alice", "sophie"}
    assert who(town, p.can_invite_signatory, here) == {"adam", "sophie"}
    assert (
        who(town, p.can_invite, here, "writer", "") == who(town, p.can_renew, invitation) == {"adam", "alice", "sophie"}
    )
    assert who(town, p.can_invite, here, "signatory", "") == {"adam", "sophie"}
    assert who(town, p.can_invite, here, "writer", "expert") == who(town, p.can_invite, None, "", "expert") == {"adam"}
    assert who(town, p.can_end_affiliation, Affiliation.objects.get(user=town.zoe)) == {"adam"}
    assert who(town, p.can_see_people_of, here) == {"adam", "aude", "driss", "alice", "sophie"}
    assert who(town, p.can_see_person, town.zoe) == {"adam", "aude", "zoe"}
    assert who(town, p.can_change_account, town.zoe) == who(town, p.can_revoke_token, token) == {"zoe"}


def test_a_shut_account_or_an_ended_link_opens_nothing(town):
    actions.deactivate(town.alice, by=town.adam)
    actions.end_affiliation(Affiliation.objects.get(user=town.sophie), by=None)
    assert who(town, permissions.can_invite_colleague, town.here) == {"adam"}


def test_what_is_visible(town):
    actions.issue_token(town.zoe, label="x", scopes=["read"], days=1, by=town.zoe, at=AT)
    actions.invite(email="n@edsh.example", full_name="N", establishment=town.here, kind="writer", by=town.alice, at=AT)
    nobody = AnonymousUser()
    counts = {"adam": (8, 2, 1, 0), "aude": (8, 2, 1, 0), "zoe": (1, 2, 0, 1), "alice": (1, 2, 1, 0)}
    for name, expected in counts.items():
        user = getattr(town, name)
        seen = [model.objects.visible_to(user).count() for model in (User, Establishment, Invitation, ApiToken)]
        assert tuple(seen) == expected, name
    assert [m.objects.visible_to(nobody).count() for m in (User, Establishment, Invitation, ApiToken, Affiliation)] == [
        0
    ] * 5
