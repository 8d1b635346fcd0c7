"""manage.py in the environment of the running demonstration; what answers for a file alone needs none."""

import json
import os
import sys

import check
import servers

PURE = ("allocate", "expected_ranks")  # they answer for a file, and read nothing of a portal

card = servers.LOCAL / "demo.json"
if card.exists():
    environment = {**os.environ, **json.loads(card.read_text())["environment"]}
    environment.pop(servers.MARK)  # a command run by hand is not the demonstration's to end
elif sys.argv[1:2] and sys.argv[1] in PURE:
    environment = {**os.environ, **check.ENVIRONMENT}
else:
    raise SystemExit("Aucune démonstration ne tourne : lancez bin/demo d’abord.")
environment["PORTAL_ROLE"] = os.environ.get("PORTAL_ROLE", "owner")
os.execve(sys.executable, [sys.executable, str(servers.ROOT / "manage.py"), *sys.argv[1:]], environment)
