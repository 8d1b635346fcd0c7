"""How every window for programs tells an establishment."""

from rest_framework import serializers

from .models import Establishment


class EstablishmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Establishment
        fields = ("finess", "siret", "name", "kind", "category", "fictitious")
