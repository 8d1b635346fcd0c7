"""Installs the first two administrators of a new portal, by name, once: afterwards a role is given and taken by two of them."""

import getpass
import re

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from edsh_portal.workflow import Refused

from ... import actions
from ...models import User

NAMED = re.compile(r"(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+)>")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("people", nargs=2, metavar="'NAME <ADDRESS>'")

    def handle(self, **options) -> None:
        try:
            with transaction.atomic():
                actions.seat_administrators(*(self.person(words) for words in options["people"]))
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write("The first two administrators are seated.")

    def person(self, words: str) -> User:
        """Who has this address; a new account, whose password is typed here, when nobody has."""
        found = NAMED.fullmatch(words.strip())
        if found is None:
            raise CommandError(f"Write each person as 'Name <address>': {words}")
        user = User.objects.filter(email=found["email"].lower()).first()
        if user is None:
            password = getpass.getpass(f"Password of {found['name']}: ")
            user = actions.create_user(email=found["email"], full_name=found["name"], password=password, by=None)
        return user
