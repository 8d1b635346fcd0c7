"""Brings one database to the state that the code expects, as its owner; each step says how long it took."""

import io
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LABELS = {
    "migrate": "tables",
    "roles": "rôles et droits",
    "seal": "clé du cachet",
    "static": "fichiers statiques",
    "demo": "appel de démonstration",
    "accounts": "comptes",
}


def run(step: str) -> None:
    from django.core.management import call_command, get_commands

    name, _, argument = step.partition(":")
    known = get_commands()
    if name == "migrate":
        call_command("migrate", verbosity=0, interactive=False)
    elif name == "roles":
        call_command("roles", stdout=io.StringIO())
    elif name == "seal" and "seal_key" in known:
        from django.conf import settings

        if not Path(settings.SEAL_KEY_PATH).exists():
            call_command("seal_key", stdout=io.StringIO())
    elif name == "static":
        call_command("collectstatic", verbosity=0, interactive=False)
    elif name == "demo" and "demo" in known:
        call_command("demo", **({"stage": argument} if argument else {}), stdout=sys.stderr)
    elif name == "accounts" and "demo" in known:
        out = io.StringIO()
        call_command("demo", accounts=True, stdout=out)
        json.loads(out.getvalue())
        Path(argument).write_text(out.getvalue())


def main() -> None:
    sys.path[:0] = [str(ROOT)]
    os.environ.setdefault("PORTAL_ROLE", "owner")
    import django

    django.setup()
    loud = os.environ.get("PORTAL_QUIET") != "1"
    for step in sys.argv[1:]:
        began = time.monotonic()
        run(step)
        if loud:
            label = LABELS[step.partition(":")[0]]
            print(f"  {label} : {time.monotonic() - began:.1f} s".replace(".", ","), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
