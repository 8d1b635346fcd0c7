"""manage.py in the environment of the running demonstration."""

import json
import os
import sys

import servers

card = servers.LOCAL / "demo.json"
if not card.exists():
    raise SystemExit("Aucune démonstration ne tourne : lancez bin/demo d’abord.")
environment = {**os.environ, **json.loads(card.read_text())["environment"]}
environment["PORTAL_ROLE"] = os.environ.get("PORTAL_ROLE", "owner")
environment.pop(servers.MARK)  # a command run by hand is not the demonstration's to end
os.execve(sys.executable, [sys.executable, str(servers.ROOT / "manage.py"), *sys.argv[1:]], environment)
