"""The way in for a program: what there is to read, and the contract itself."""

from django.conf import settings
from django.urls import re_path
from django.utils import translation
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from .contract import document
from .reading import Asked, Reads, choice

PREFIX = "/api/v1"


class Resource(serializers.Serializer):
    url = serializers.URLField()
    summary = serializers.CharField()


class Index(serializers.Serializer):
    documentation = serializers.URLField()
    schema = serializers.URLField()
    resources = Resource(many=True)


class OpenDoor(Reads):
    """For anyone: neither says what there is, only what may be asked."""

    authentication_classes = ()
    permission_classes = ()


class IndexView(OpenDoor):
    @extend_schema(operation_id="index", tags=["index"], responses=Index)
    def get(self, request: Request) -> Response:
        lists = [
            (path, of["get"]["summary"])
            for path, of in document(translation.get_language())["paths"].items()
            if "{" not in path and path != PREFIX
        ]
        told = {
            "documentation": reverse("dashboards:interface", request=request),
            "schema": reverse("schema", request=request),
            "resources": [{"url": request.build_absolute_uri(path), "summary": said} for path, said in lists],
        }
        return Response(Index(told).data)


class SchemaAsked(Asked):
    lang = choice(settings.LANGUAGES)


class SchemaView(OpenDoor):
    """In YAML; in JSON to who accepts application/vnd.oai.openapi+json."""

    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)
    asks = SchemaAsked

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document(self.asked.get("lang", translation.get_language())))


urlpatterns = [
    re_path(r"^api/v1/?$", IndexView.as_view(), name="index"),
    re_path(r"^api/v1/schema/?$", SchemaView.as_view(), name="schema"),
]
