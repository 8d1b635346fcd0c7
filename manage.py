#!/usr/bin/env python
"""Django's commands; they run as the owner of the database unless PORTAL_ROLE names another role."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edsh_portal.settings")
    os.environ.setdefault("PORTAL_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
