"""A portal that has no call yet: its figures are not found, rather than wrong."""

import pytest
from django.http import Http404

from dashboards import permissions


def test_figures_without_a_call_are_not_found(db):
    with pytest.raises(Http404):
        permissions.call_or_404()
