"""The levels of the seal (PAdES B-B, B-T, B-LT): each is what the settings ask or there is none; its proof admits one time-stamp and one
revision that keeps what it is judged by, and nothing else."""

import io
import random
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from django.core.exceptions import ImproperlyConfigured

from edsh_portal import environment, pdf
from edsh_portal.intake import held, proof
from edsh_portal.passing import Away
from edsh_portal.pdf import fictitious, keys, stamp


def blank() -> bytes:
    """A page of nothing: what is sealed matters little here."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("seal")
    pdf.make_seal_key(folder)
    return folder


@pytest.fixture(autouse=True)
def installed(settings, made) -> None:
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = made / "seal.key.pem", made / "seal.cert.pem"
    settings.SEAL_AUTHORITIES_PATH, settings.SEAL_REVOCATION_DIR = made / "authorities.pem", made / "revocation"
    settings.TSA_URL = "local"


def at(level: str, settings, **more) -> bytes:
    settings.SEAL_LEVEL = level
    return pdf.seal(blank(), reason="Essai", **more)


def checked(content: bytes) -> dict:
    """What the cage finds, asked here."""
    return proof.checked(content, Path(keys.settings.SEAL_CERT_PATH).read_text(), keys.authorities())


@pytest.mark.parametrize("level", pdf.LEVELS)
def test_each_level_is_proven_in_the_cage(settings, level):
    began = datetime.now(UTC).replace(microsecond=0)
    found = pdf.check(at(level, settings))
    assert (found.valid, found.level, found.signer, found.why) == (True, level, fictitious.DEMO_NAME, "")
    if level == "B-B":
        assert (found.stamped_at, found.stamped_by) == (None, "")
    else:
        assert found.stamped_by == fictitious.STAMPS_NAME
        assert began <= found.stamped_at <= datetime.now(UTC)


def regions(content: bytes) -> dict[str, range]:
    """The parts of a sealed file: what the seal covers, the seal and its time-stamp, what is kept after it."""
    ((_start, first, second, rest),) = (tuple(map(int, found)) for found in proof.BYTE_RANGE.findall(content))
    return {
        "before": range(first),
        "seal": range(first, second),
        "after": range(second, second + rest),
        "kept": range(second + rest, len(content)),
    }


@pytest.mark.parametrize("level", pdf.LEVELS)
def test_one_flipped_bit_of_each_region_breaks_it(settings, level):
    content, chance = at(level, settings), random.Random(20230403)  # noqa: S311
    parts = {name: part for name, part in regions(content).items() if part}
    assert list(parts) == ["before", "seal", "after", *(["kept"] if level == "B-LT" else [])]
    survivors = []
    for name, part in parts.items():
        for place in {part[0], part[-1], *chance.choices(part, k=20)}:
            flipped = bytearray(content)
            flipped[place] ^= 1 << chance.randrange(8)
            if checked(bytes(flipped))["valid"]:
                survivors.append((name, place))
    assert survivors == []


def test_nothing_else_may_follow(settings, monkeypatch):
    """One seal, one time-stamp, one revision: twice what is kept, a revision after it, or one after a seal that has no time-stamp."""
    plain, stamped, long = (at(level, settings) for level in pdf.LEVELS)
    kept = held.read(long)
    for other in (
        held.revision(plain, kept),
        held.revision(long, kept),
        held.revision(stamped, kept._replace(lists=[])),
    ):
        assert checked(other)["valid"] is False
    for content in (stamped, long):
        for more in (b"\n", b"%", content[-200:]):
            assert checked(content + more)["valid"] is False
    open_to_more = at("B-T", settings, signable=True)
    assert checked(open_to_more)["valid"]
    monkeypatch.setattr(stamp, "FIELD", "Second")
    again = pdf.seal(open_to_more, reason="Deux fois", signable=True)
    assert "2 seals" in checked(again)["why"]


def test_a_list_of_another_authority_is_not_kept(settings, made, tmp_path):
    """Nor proves anything when somebody puts it there."""
    pdf.make_seal_key(tmp_path)
    foreign = (tmp_path / "revocation" / "fictitious.crl").read_bytes()
    stamped = at("B-T", settings)
    above = [one.dump() for one in proof._certificates(keys.authorities())]
    assert checked(held.revision(stamped, held.Held(above, [], [foreign])))["valid"] is False
    settings.SEAL_REVOCATION_DIR = tmp_path / "revocation"
    with pytest.raises(Away, match="no answer nor list"):
        at("B-LT", settings)


def test_a_list_out_of_date_holds_the_seal(settings, made, tmp_path):
    settings.SEAL_REVOCATION_DIR = tmp_path
    with pytest.raises(Away, match="no answer nor list"):
        at("B-LT", settings)
    (tmp_path / "a.crl").write_bytes((made / "revocation" / "fictitious.crl").read_bytes())
    assert checked(at("B-LT", settings))["level"] == "B-LT"


@pytest.fixture
def authority(made, tmp_path, settings):
    """Fictitious, with its key in hand: it answers and revokes."""
    from cryptography.hazmat.primitives.asymmetric import ec

    above = ec.generate_private_key(ec.SECP256R1())
    root = fictitious._certificate(fictitious.AUTHORITY_NAME, above, fictitious.AUTHORITY_NAME, above)
    pem = serialization.Encoding.PEM
    made_keys = {}
    for name, file in ((fictitious.DEMO_NAME, "seal.key.pem"), (fictitious.STAMPS_NAME, fictitious.STAMPS_FILE)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = fictitious._certificate(name, key, fictitious.AUTHORITY_NAME, above)
        fictitious._write_key(tmp_path / file, key, certificate.public_bytes(pem) if "stamps" in file else b"")
        made_keys[name] = certificate
    (tmp_path / "seal.cert.pem").write_bytes(made_keys[fictitious.DEMO_NAME].public_bytes(pem))
    (tmp_path / "authorities.pem").write_bytes(root.public_bytes(pem))
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = tmp_path / "seal.key.pem", tmp_path / "seal.cert.pem"
    settings.SEAL_AUTHORITIES_PATH = tmp_path / "authorities.pem"
    settings.SEAL_REVOCATION_DIR = tmp_path / "held"
    settings.SEAL_REVOCATION_DIR.mkdir()
    return above, root, made_keys


def answers(authority, status: ocsp.OCSPCertStatus) -> None:
    """An OCSP answer of each certificate, in the folder of the settings."""
    above, root, certificates = authority
    now = datetime.now(UTC)
    for number, certificate in enumerate(certificates.values()):
        revoked = (
            (now - timedelta(days=1), x509.ReasonFlags.key_compromise) if status.name == "REVOKED" else (None, None)
        )
        answer = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                certificate,
                root,
                hashes.SHA1(),
                status,
                now - timedelta(hours=1),
                now + timedelta(hours=1),
                *revoked,  # noqa: S303
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, root)
            .sign(above, hashes.SHA256())
        )
        from django.conf import settings as portal

        path = Path(portal.SEAL_REVOCATION_DIR) / f"{number}.ocsp"
        path.write_bytes(answer.public_bytes(serialization.Encoding.DER))


def test_answers_are_kept_as_well_as_lists_and_a_revoked_certificate_seals_nothing(settings, authority):
    answers(authority, ocsp.OCSPCertStatus.GOOD)
    content = at("B-LT", settings)
    assert (checked(content)["level"], len(held.read(content).answers)) == ("B-LT", 2)
    chance, part = random.Random(20230403), regions(content)["kept"]  # noqa: S311
    survivors = []
    for place in chance.choices(part, k=40):
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        if checked(bytes(flipped))["valid"]:
            survivors.append(place)
    assert survivors == []
    answers(authority, ocsp.OCSPCertStatus.REVOKED)
    with pytest.raises(pdf.SealError, match="is revoked"):
        at("B-LT", settings)


# ── the authority over HTTP ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def served(settings) -> Iterator[dict]:
    """A time-stamp authority on the loopback, which answers as it is told and remembers what it was asked."""
    from edsh_portal.pdf.stamping import Local

    told: dict = {"status": 200, "asked": []}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told["asked"].append((self.headers["Content-Type"], self.headers["Authorization"]))
            own = Local(proof._certificates(keys.authorities()))
            given = told.get("body") or own.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(told["status"])
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, *_said):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/tsa"
        yield told
        server.shutdown()
        thread.join()


def test_an_authority_is_asked_once_and_said_who_asks(settings, served):
    settings.TSA_USER, settings.TSA_PASSWORD = "edsh", "secret"
    assert pdf.check(at("B-T", settings)).level == "B-T"
    assert served["asked"] == [("application/timestamp-query", "Basic ZWRzaDpzZWNyZXQ=")]


@pytest.mark.parametrize(
    ("told", "raised"),
    [
        ({"status": 503}, Away),
        ({"body": b"<html>"}, pdf.SealError),
        # a status and no token: « rejection »
        ({"body": b"\x30\x05\x30\x03\x02\x01\x02"}, pdf.SealError),
    ],
)
def test_an_authority_that_answers_otherwise_stamps_nothing(settings, served, told, raised):
    served.update(told)
    with pytest.raises(raised):
        at("B-T", settings)


def test_a_stamp_of_a_stranger_is_refused(settings, made, tmp_path):
    pdf.make_seal_key(tmp_path)
    settings.SEAL_AUTHORITIES_PATH = tmp_path / "authorities.pem"  # those of the seal are others
    with pytest.raises(pdf.SealError, match="answers something else"):
        at("B-T", settings)


def test_nobody_answers_where_nobody_listens(settings):
    settings.TSA_URL = "http://127.0.0.1:9/"
    with pytest.raises(Away, match="does not answer"):
        at("B-T", settings)


# ── the key ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def packed(made, settings, tmp_path):
    """The key and its certificate in one PKCS#12 file, under a passphrase."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key, certificate = keys.private(), keys.certificates()[0]
    path = tmp_path / "seal.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, BestAvailableEncryption(b"phrase"))
    )
    settings.SEAL_KEY_PATH, settings.SEAL_PASSPHRASE = path, "phrase"
    return path


def test_a_key_in_pkcs12(settings, packed):
    assert checked(at("B-B", settings))["valid"]
    settings.SEAL_PASSPHRASE = "another"
    with pytest.raises(pdf.SealError, match="key unreadable"):
        at("B-B", settings)


MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "648219"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A software token (SoftHSM2) with a key of ours in it, that cannot be read out; its certificate is the first of the seal."""
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        key, above = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        fictitious._write_key(folder / "key.pem", key)
        certificate = fictitious._certificate(fictitious.DEMO_NAME, key, fictitious.AUTHORITY_NAME, above)
        (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made = ["--init-token", "--free", "--label", "Essai", "--so-pin", PIN, "--pin", PIN]
        kept = ["--import", folder / "key.pem", "--token", "Essai", "--label", "cachet", "--id", "01", "--pin", PIN]
        for asked in (made, kept):
            subprocess.run(["/usr/bin/softhsm2-util", *asked], check=True, capture_output=True)  # noqa: S603
        (folder / "key.pem").unlink()
        yield folder


@pytest.fixture
def held_by_a_token(token, settings, monkeypatch):
    monkeypatch.setenv("PORTAL_SEAL_TOKEN", f"pkcs11:token=Essai;object=cachet?module-path={MODULE}")
    settings.SEAL_TOKEN, settings.SEAL_PASSPHRASE = environment.token("PORTAL_SEAL_TOKEN"), PIN
    settings.SEAL_CERT_PATH, settings.SEAL_KEY_PATH = token / "cert.pem", token / "absent.pem"


def test_a_key_that_stays_in_its_token(settings, held_by_a_token):
    """The seal and the signed root are those of any key of ours; nothing is read of a file."""
    content = at("B-B", settings)
    assert checked(content) | {"at": ""} == checked(content) | {"at": "", "valid": True, "level": "B-B", "why": ""}
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    assert checked(bytes(flipped))["valid"] is False
    settings.SEAL_LEVEL = "B-B"
    public = keys.certificates()[0].public_key()
    from cryptography.hazmat.primitives.asymmetric import ec

    assert public.verify(keys.signed(b"root"), b"root", ec.ECDSA(hashes.SHA256())) is None


@pytest.mark.parametrize(
    ("changed", "raised", "why"),
    [
        ({"SEAL_PASSPHRASE": "000000"}, pdf.SealError, "PinIncorrect"),  # never tried again: a token shuts itself
        ({"SEAL_TOKEN": {"token": "Essai", "object": "autre", "module-path": MODULE}}, pdf.SealError, "does not sign"),
        (
            {"SEAL_TOKEN": {"token": "Essai", "object": "cachet", "module-path": "/absent.so"}},
            pdf.SealError,
            "does not sign",
        ),
        ({"SEAL_TOKEN": {"token": "Autre", "object": "cachet", "module-path": MODULE}}, Away, "is not there"),
    ],
)
def test_a_token_that_does_not_sign(settings, held_by_a_token, changed, raised, why):
    for name, value in changed.items():
        setattr(settings, name, value)
    with pytest.raises(raised, match=why):
        at("B-B", settings)


def test_a_token_of_another_certificate(settings, held_by_a_token, made):
    settings.SEAL_CERT_PATH = made / "seal.cert.pem"
    with pytest.raises(pdf.SealError, match="not that of the key of its token"):
        at("B-B", settings)


@pytest.mark.parametrize(
    "uri", ["token=a;object=b?module-path=/c", "pkcs11:token=a?module-path=/c", "pkcs11:token=a;object=b?module-path=c"]
)
def test_what_names_no_token(monkeypatch, uri):
    monkeypatch.setenv("PORTAL_SEAL_TOKEN", uri)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_SEAL_TOKEN"):
        environment.token("PORTAL_SEAL_TOKEN")


def test_a_key_that_is_not_that_of_its_certificate(settings, tmp_path):
    settings.SEAL_KEY_PATH, _certificate = pdf.make_seal_key(tmp_path)
    with pytest.raises(pdf.SealError, match="not that of its key"):
        at("B-B", settings)


# ── what is asked of the operator ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("value", "local"), [("", False), ("https://tsa.invalid/tsr", False), ("local", True)])
def test_the_address_of_an_authority(monkeypatch, value, local):
    monkeypatch.setenv("PORTAL_TSA_URL", value)
    assert environment.time_stamps("PORTAL_TSA_URL", local=local) == value


@pytest.mark.parametrize("value", ["local", "ftp://tsa.invalid/", "tsa.invalid"])
def test_what_is_no_authority_outside_the_demonstration(monkeypatch, value):
    monkeypatch.setenv("PORTAL_TSA_URL", value)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_TSA_URL"):
        environment.time_stamps("PORTAL_TSA_URL", local=False)
