"""Vérifie une boîte de l’auditeur, sans le portail : python3 -I check.py [dossier de la boîte]. Bibliothèque standard seule, Python 3.8 ou plus.

Il recalcule : l’empreinte de chaque fichier (SHA256SUMS) ; la suite de chaque fil de faits (faits/*.txt), fait par fait ; ce que la
racine signée dit de chaque fil ; la signature de la racine (ECDSA, P-256) par le certificat de la boîte.
Il ne dit pas : que ce certificat est celui de l’État, ni que cette boîte est celle que le portail a remise. Comparez pour cela les deux
empreintes qu’il écrit à la fin avec celles que le portail affiche. Il ne lit pas les sceaux des PDF.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # la courbe P-256 : son corps, son ordre, son point de base
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# Ce qui précède la clé dans un certificat.
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def digest(path: Path) -> str:
    held = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            held.update(part)
    return held.hexdigest()


def read(path: Path):
    """Chaque ligne : une empreinte, deux espaces, ce dont elle est l’empreinte."""
    return [line.partition("  ") for line in path.read_text("utf-8").rstrip("\n").split("\n")]


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    total = None
    while k:
        total, point, k = (add(total, point) if k & 1 else total), add(point, point), k >> 1
    return total


def signed(text: bytes, signature: bytes, key) -> bool:
    """La signature est en DER : deux entiers, r et s."""
    r = int.from_bytes(signature[4 : 4 + signature[3]], "big")
    s = int.from_bytes(signature[6 + signature[3] :], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    w, e = pow(s, -1, N), int.from_bytes(hashlib.sha256(text).digest(), "big")
    point = add(times(e * w % N, G), times(r * w % N, key))
    return point is not None and point[0] % N == r


def files(box: Path):
    listed = {name: own for own, _space, name in read(box / "SHA256SUMS")}
    present = {path.relative_to(box).as_posix() for path in box.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    yield from (f"{name} : manque" for name in sorted(listed.keys() - present))
    yield from (f"{name} : n’est pas dans SHA256SUMS" for name in sorted(present - listed.keys()))
    yield from (f"{name} : a changé" for name in sorted(present & listed.keys()) if digest(box / name) != listed[name])


def stream(path: Path, heads):
    seq, last, told = 0, "0" * 64, {}
    for own, _space, body in read(path):
        said = json.loads(body)
        if said[2] != seq + 1:
            yield f"{path.name} : fait n° {seq + 1} absent"
        elif said[-1] != last:
            yield f"{path.name} : le fait n° {said[2]} ne suit pas le fait n° {seq}"
        if hashlib.sha256(body.encode()).hexdigest() != own:
            yield f"{path.name} : le fait n° {said[2]} n’a pas son empreinte"
        seq, last, name = said[2], own, said[1]
        told[seq] = own
    head, value = heads.pop(name, (0, "")) if told else (0, "")
    if told and told.get(head) != value:
        yield f"{path.name} : la racine signée dit autre chose du fait n° {head}"
    if told and seq > head:
        yield f"{path.name} : {seq - head} faits après la racine signée"


def proof(box: Path):
    root = json.loads((box / "racine" / "racine.json").read_text("utf-8"))
    heads = json.loads(root["root"])["heads"]
    for path in sorted(box.rglob("faits/*.txt")):
        try:
            yield from stream(path, heads)
        except (ValueError, LookupError, TypeError):
            yield f"{path.name} : illisible"
    lines = (box / "racine" / "certificat.pem").read_text("ascii").split("-----")
    der = base64.b64decode(lines[2])
    at = der.find(P256) + len(P256)
    key = int.from_bytes(der[at : at + 32], "big"), int.from_bytes(der[at + 32 : at + 64], "big")
    if P256 not in der or not signed(root["root"].encode(), bytes.fromhex(root["signature"]), key):
        yield "racine/racine.json : la signature n’est pas celle du certificat"
    print(f"Empreinte du certificat : {hashlib.sha256(der).hexdigest()}")
    print(f"Empreinte de la boîte   : {digest(box / 'SHA256SUMS')}")


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    found = list(files(here))
    try:
        found += proof(here)
    except (ValueError, LookupError, TypeError, OSError) as error:
        found.append(f"La racine signée ou son certificat est illisible : {error}")
    print("\n".join(found) or "Tout concorde.")
    sys.exit(bool(found))
