"""Programs sign in with `Authorization: Bearer edsh_…`: a person's rights, narrowed to the token's scopes."""

import hashlib
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """One look-up by SHA-256; unknown, expired, revoked and of a closed account get the same answer."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("L’en-tête attendu est « Authorization: Bearer edsh_… ».")
        digest = hashlib.sha256(words[1]).hexdigest()
        token = ApiToken.objects.live().select_related("user").filter(key_sha256=digest, user__is_active=True).first()
        if token is None:
            raise AuthenticationFailed("Jeton inconnu, expiré ou révoqué.")
        request.api_token = request._request.api_token = token  # type: ignore[attr-defined]  # read by the throttle and the read log
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="edsh"'


class HasScope(BasePermission):
    """The view's `required_scope` (« read » when it names none) is among the token's; a session has them all."""

    message = "Ce jeton n’a pas la portée que demande cette ressource."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        return getattr(view, "required_scope", "read") in request.auth.scopes


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = "directory.tokens.TokenAuthentication"
    name = "jeton"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object(
            header_name="Authorization", token_prefix="Bearer", bearer_format="edsh_…"
        )
