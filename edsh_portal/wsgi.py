"""WSGI entry point of the web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edsh_portal.settings")
os.environ.setdefault("PORTAL_ROLE", "web")

application = get_wsgi_application()
