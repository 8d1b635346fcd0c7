"""What a program may do with a token, and how the schema says it."""

from datetime import timedelta

import pytest
from django.urls import path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from directory import actions
from directory.tokens import HasScope

from .world import AT


class Answer(serializers.Serializer):
    who = serializers.CharField()


class Reading(APIView):
    permission_classes = [IsAuthenticated, HasScope]

    @extend_schema(responses=Answer)
    def get(self, request):
        return Response({"who": request.user.full_name})


class Books(Reading):
    required_scope = "ledger"


def ask(view, key: str = "", *, header: str | None = None):
    words = header if header is not None else f"Bearer {key}"
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=words)
    return request, view.as_view()(request)


@pytest.fixture
def key(town):
    return actions.issue_token(town.driss, label="x", scopes=["read"], days=2, by=town.driss)[1]


def test_a_token_acts_for_its_person_within_its_scopes(town, key):
    request, answer = ask(Reading, key)
    assert (answer.status_code, answer.data) == (200, {"who": "Driss"})
    assert request.api_token.user_id == town.driss.pk
    assert ask(Books, key)[1].status_code == 403


def test_no_word_or_a_wrong_one_is_a_401_with_its_challenge(town, key):
    for header in ("", "Bearer", "Bearer a b", "Bearer edsh_unknown", "Basic eDp5", "Bearer \xff"):
        _request, answer = ask(Reading, header=header)
        assert answer.status_code == 401 and answer["WWW-Authenticate"] == 'Bearer realm="edsh"', header
        assert answer.data["status"] == 401


def test_an_expired_revoked_or_closed_one_opens_nothing(town, key, set_clock):
    set_clock(AT + timedelta(days=2), frozen=True)
    assert ask(Reading, key)[1].status_code == 401
    set_clock(AT, frozen=True)
    assert ask(Reading, key)[1].status_code == 200
    actions.deactivate(town.driss, by=town.adam)
    assert ask(Reading, key)[1].status_code == 401
    actions.reactivate(town.driss, by=town.adam)
    actions.revoke_token(town.driss.tokens.get(), by=town.driss)
    assert ask(Reading, key)[1].status_code == 401


def test_a_session_has_every_scope(town):
    from rest_framework.test import force_authenticate

    request = APIRequestFactory().get("/")
    force_authenticate(request, town.driss)
    assert Books.as_view()(request).status_code == 200


def test_the_schema_names_the_token_without_a_warning():
    GENERATOR_STATS.reset()
    schema = SchemaGenerator(patterns=[path("x/", Reading.as_view())]).get_schema(public=True)
    assert schema["components"]["securitySchemes"]["jeton"]["scheme"] == "bearer"
    assert not GENERATOR_STATS
