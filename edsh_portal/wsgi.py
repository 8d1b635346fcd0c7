"""WSGI entry point of the web process."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edsh_portal.settings")
os.environ.setdefault("PORTAL_ROLE", "web")

application = get_wsgi_application()
# What is loaded stays, shared between the processes that are forked from here. A full collection would go through it, everyone waiting.
gc.collect()
gc.freeze()
