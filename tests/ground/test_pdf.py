"""Documents of legal value: marks of the norms, our fonts only, walls of the press, a seal that one bit breaks."""

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from edsh_portal import pdf
from edsh_portal.intake import keeper
from edsh_portal.pdf.press import PAGES
from tests import printed

AT = datetime(2023, 4, 3, 8, 30, tzinfo=UTC)
TITLE = "Décision n° 2023-0001"
DATA = {"numero": "2023-0001", "montant_cents": 123456, "membres": ["CHU fictif", "Cœur d’été"], "accord": True}
LETTER = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{{ title }}</title><style>
@font-face { font-family: "Source Sans 3"; src: url("font:SourceSans3-Regular.ttf") }
@font-face { font-family: "Source Sans 3"; font-weight: 700; src: url("font:SourceSans3-Bold.ttf") }
@page { size: A4; @bottom-right { font-family: "Source Sans 3"; content: counter(page) " / " counter(pages) } }
body { font: 10pt "Source Sans 3" }</style></head><body><h1>{{ title }}</h1><p>{{ text }}</p>{{ raw|safe }}
<table><thead><tr><th>Membre</th><th>Montant</th></tr></thead><tbody>
{% for row in rows %}<tr><th>Établissement {{ row }}</th><td>1 234,56 €</td></tr>{% endfor %}</tbody></table></body></html>"""
IN_ANOTHER_PROCESS = """
import hashlib, sys, django
django.setup()
from edsh_portal import pdf
from tests.ground.test_pdf import AT, DATA, TITLE, letter
from django.conf import settings
settings.TEMPLATES[0]["DIRS"] = [sys.argv[1]]
print(hashlib.sha256(letter()).hexdigest())
"""

KILLED_AFTER_A_LETTER = """
import os
from edsh_portal.intake import keeper
letter()
print(keeper.PRESS.kept.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def letter(raw: str = "", text: str = "L’aide s’élève à 1 234,56 €.", rows: int = 45, title: str = TITLE) -> bytes:
    return pdf.render(
        "letter.html", {"at": AT, "text": text, "raw": raw, "rows": range(rows)}, title=title, attachment=DATA
    )


@pytest.fixture
def folder(settings, tmp_path):
    (tmp_path / "letter.html").write_text(LETTER, encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return tmp_path


@pytest.fixture
def key(settings, tmp_path):
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = pdf.make_seal_key(tmp_path / "seal")


@pytest.fixture
def sealed(folder, key):
    return pdf.seal(letter(), reason="Décision d’attribution", location="Paris")


def test_norms_language_and_title(sealed):
    for content in (letter(), sealed):
        assert printed.markers(content) == printed.Markers(
            pdfa="3A", pdfua="1", lang="fr", title=TITLE, output_intent=True, identifier=True, tagged=True
        )


def test_fonts_are_embedded_and_only_ours(sealed):
    assert printed.fonts(sealed) == [printed.Font("Source-Sans-3", True), printed.Font("Source-Sans-3-Bold", True)]


def test_characters_that_the_text_lacks_are_drawn_by_another_face_or_named_and_hidden_ones_go(folder):
    content = letter(text="logo 😀 日本 ﬁn \u202emorf\u200b")
    assert {font.name for font in printed.fonts(content)} == {"Source-Sans-3", "Source-Sans-3-Bold", "Noto-Emoji"}
    assert "logo 😀 [U+65E5][U+672C] ﬁn morf" in printed.text(content)
    assert letter(text="a\u200bb") == letter(text="a\u202eb")


def test_attached_data_come_back_equal(sealed):
    assert pdf.attached_json(sealed) == DATA


def test_attachment_is_declared_as_data_once(sealed):
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(sealed)) as document:
        assert [str(entry.AFRelationship) for entry in document.Root.AF] == ["/Data"]
        scopes = {
            str(e.A.Scope) for e in document.objects if isinstance(e, pikepdf.Dictionary) and e.get("/S") == "/TH"
        }
        fields = [str(field.TU) for field in document.Root.AcroForm.Fields]
    assert scopes == {"/Column", "/Row"}
    assert fields == ["Cachet électronique de l’administration"]


def test_without_attachment(folder):
    content = pdf.render("letter.html", {"at": AT, "rows": []}, title=TITLE)
    assert pdf.attached_json(content) is None
    assert printed.markers(content).pdfa == "3A"


def test_same_input_same_bytes_in_another_process(folder):
    import hashlib

    out = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, str(folder)],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert out.stdout.split()[-1] == hashlib.sha256(letter()).hexdigest()
    assert letter(text="autre") != letter()


def test_the_date_is_compulsory(folder):
    with pytest.raises(ValueError, match="aware datetime"):
        pdf.render("letter.html", {"at": datetime(2023, 4, 3)}, title=TITLE)  # noqa: DTZ001


# ── seal ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_seal_is_valid_and_names_its_signer(sealed):
    seal = pdf.check(sealed)
    assert (seal.valid, seal.signer, seal.covers_whole_file) == (
        True,
        "Cachet de démonstration, sans valeur légale",
        True,
    )
    assert abs((datetime.now(UTC) - seal.at).total_seconds()) < 60


def test_seal_may_claim_an_instant(folder, key):
    assert pdf.check(pdf.seal(letter(), reason="Essai", at=AT)).at == AT


def test_one_flipped_bit_anywhere_breaks_it(sealed):
    """60 positions over the file, then the seal's own container, where a signature covers nothing by nature."""
    chance = random.Random(20230403)  # noqa: S311
    hole = sealed.rindex(b"/Contents")
    end = sealed.index(b">", hole)
    places = [chance.randrange(len(sealed)) for _ in range(60)]
    places += [chance.randrange(hole, end) for _ in range(60)] + [end - 2, 0, len(sealed) - 1]
    survivors = []
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chance.randrange(8)
        if pdf.check(bytes(changed)).valid:
            survivors.append(place)
    assert survivors == []


def test_letter_case_and_padding_of_the_container_count(sealed):
    hole = sealed.rindex(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", hole)
    lower = sealed[:hole] + sealed[hole:end].lower() + sealed[end:]
    padded = sealed[: end - 2] + b"01" + sealed[end:]
    assert [pdf.check(content).valid for content in (lower, padded)] == [False, False]


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\0" * 4096, b"/ByteRange [0 1 2 3]", b"/ByteRange [0 0 0 20] <"]
)
def test_what_is_no_sealed_document_is_invalid(content):
    assert pdf.check(content).valid is False


def test_additions_and_unsealed_documents_are_invalid(sealed):
    assert pdf.check(letter()).valid is False
    assert pdf.check(sealed + b"\n").valid is False
    assert pdf.check(sealed[:-1]).valid is False


def test_a_seal_by_another_key_is_invalid(sealed, settings, tmp_path):
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = pdf.make_seal_key(tmp_path / "other")
    assert "another certificate" in pdf.check(sealed).why


def test_a_former_certificate_still_vouches(sealed, settings, tmp_path):
    former = Path(settings.SEAL_CERT_PATH).read_bytes()
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = pdf.make_seal_key(tmp_path / "other")
    Path(settings.SEAL_CERT_PATH).write_bytes(Path(settings.SEAL_CERT_PATH).read_bytes() + former)
    assert pdf.check(sealed).valid
    assert pdf.check(pdf.seal(letter(), reason="Après renouvellement")).valid


def test_missing_key_is_said(folder, settings, tmp_path):
    settings.SEAL_KEY_PATH = tmp_path / "none.pem"
    with pytest.raises(pdf.SealError, match="unreadable"):
        pdf.seal(b"%PDF-1.7", reason="Essai")


def test_seal_key_command_never_replaces(settings, tmp_path, capsys):
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = tmp_path / "k.pem", tmp_path / "c.pem"
    call_command("seal_key")
    first = settings.SEAL_KEY_PATH.read_bytes()
    assert settings.SEAL_KEY_PATH.stat().st_mode & 0o777 == 0o600
    call_command("seal_key")
    assert (settings.SEAL_KEY_PATH.read_bytes(), "déjà en place" in capsys.readouterr().out) == (first, True)
    settings.SEAL_CERT_PATH.unlink()
    with pytest.raises(CommandError):
        call_command("seal_key")


# ── the press and its walls ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def listener():
    """A server on the loopback that counts who calls."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def answer():
            while not over.is_set():
                try:
                    calls.append(server.accept()[0].close())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        time.sleep(0.1)
        over.set()
        thread.join()


HOSTILE = [
    '<script>fetch("{u}/a")</script>',
    '<img src="{u}/a">',
    "<style>@import url({u}/a.css); body {{ background: url({u}/a.png) }}</style>",
    '<link rel="attachment" href="file:///etc/passwd">',
    '<link rel="stylesheet" href="{u}/a.css">',
    '<iframe src="{u}"></iframe><object data="{u}/a"></object><embed src="{u}/a">',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{u}/a.png"/><use href="file:///etc/passwd#a"/></svg>',
    '<a rel="attachment" href="{u}/a">pièce</a>',
    '<style>@font-face {{ font-family: x; src: url("{u}/f.ttf") }}</style>',
    "{{% include '/etc/passwd' %}}{{{{ settings.SECRET_KEY }}}}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text(folder, listener, text):
    address, calls = listener
    content = letter(text=text.format(u=address), title=text.format(u=address))
    assert printed.markers(content).title == text.format(u=address)
    assert pdf.attached_json(content) == DATA
    assert calls == []


@pytest.mark.parametrize("raw", HOSTILE[1:-1])
def test_even_unescaped_it_reaches_nothing(folder, listener, raw):
    """What a template would let through by mistake: refused by the address rules, with nothing fetched."""
    address, calls = listener
    try:
        content = letter(raw=raw.format(u=address))
    except pdf.RenderError as error:
        assert "address refused" in str(error)
    else:
        assert b"root:" not in content
    assert calls == []
    assert letter()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "font:../../settings.py", "font:x.ttf", "ftp://127.0.0.1/", "css:a"]
)
def test_addresses_refused(folder, address):
    with pytest.raises(pdf.RenderError, match="address refused"):
        letter(raw=f'<img src="{address}">')


def test_the_press_has_an_empty_network(folder):
    letter()
    ours, theirs = (os.readlink(f"/proc/{pid}/ns/net") for pid in (os.getpid(), keeper.PRESS.kept.process.pid))
    if ours == theirs:
        pytest.skip("this kernel gives no network namespace here: the address rules are the wall")
    table = Path(f"/proc/{keeper.PRESS.kept.process.pid}/net/dev").read_text().splitlines()[2:]
    assert [
        line.split(":")[0].strip() for line in table if not line.strip().startswith(("lo", "tunl", "sit", "ip6tnl"))
    ] == []


def test_the_press_holds_no_secret(folder):
    letter()
    environment = Path(f"/proc/{keeper.PRESS.kept.process.pid}/environ").read_bytes()
    assert b"PORTAL" not in environment
    assert b"DATABASE" not in environment


BOMBS = {
    "colspan": "<table><tr><td colspan=100000>x</td></tr></table>",
    "nested": "<div>" * 3000,
    "words": "mot " * 200_000,
    "font size": '<p style="font-size:1e9px">x</p>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_layout_bomb_ends_and_the_next_letter_comes(folder, settings, name):
    assert settings.PDF_SECONDS <= 20
    letter()
    warm, began, bound = keeper.PRESS.kept.process.pid, time.monotonic(), settings.PDF_SECONDS
    settings.PDF_SECONDS = 2  # what has no end meets it as it would the other, ten times later
    with pytest.raises(pdf.RenderError):
        letter(raw=BOMBS[name])
    settings.PDF_SECONDS = bound
    assert time.monotonic() - began < 10
    assert printed.markers(letter()).pdfa == "3A"
    assert keeper.PRESS.kept.process.pid == warm


def test_pages_are_counted(folder):
    with pytest.raises(pdf.RenderError, match=rf"\b4\d\d pages, {PAGES} at most"):
        letter(raw='<p style="page-break-after:always">x</p>' * PAGES)


def test_time_is_bounded(folder, settings):
    letter()
    settings.PDF_SECONDS, began = 1, time.monotonic()
    with pytest.raises(pdf.RenderError, match="no layout after 1 s"):
        letter(raw="<p>" + "mot " * 140_000)
    assert time.monotonic() - began < 5


def test_memory_is_bounded(folder, settings):
    settings.PDF_MEMORY_BYTES = 100_000_000
    with pytest.raises(pdf.RenderError):
        letter(raw="<p>" + "mot " * 100_000)


def test_nothing_is_left_in_the_temporary_folder(folder, monkeypatch, tmp_path):
    keeper.stop()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    letter()
    with pytest.raises(pdf.RenderError):
        letter(raw=BOMBS["nested"])
    (only,) = (tmp_path / "tmp").iterdir()
    assert len(list(only.iterdir())) <= 1
    keeper.stop()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_dead_press_is_replaced(folder):
    first = letter()
    os.kill(keeper.PRESS.kept.process.pid, 9)
    time.sleep(0.1)
    assert letter() == first


def test_a_forked_process_starts_its_own(folder):
    letter()
    ours, (reader, writer) = keeper.PRESS.kept.process.pid, os.pipe()
    if (child := os.fork()) == 0:
        try:
            letter()
            os.write(writer, b"same" if keeper.PRESS.kept.process.pid == ours else b"own")
            keeper.stop()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"own"
    assert letter()


def test_no_press_outlives_its_process(folder):
    code = IN_ANOTHER_PROCESS.replace("print(hashlib.sha256(letter()).hexdigest())", KILLED_AFTER_A_LETTER)
    out = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    for _ in range(50):
        if not Path(f"/proc/{out.stdout.strip()}/environ").exists() or not alive(int(out.stdout)):
            return
        time.sleep(0.1)
    pytest.fail("the press is still there")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_seconds_of_a_sealed_letter(folder, key, capsys):
    pdf.seal(letter(), reason="Chauffe")
    seconds = []
    for number in range(9):
        began = time.perf_counter()
        pdf.seal(letter(text=f"Lettre {number}"), reason="Mesure")
        seconds.append(time.perf_counter() - began)
    with capsys.disabled():
        print(f"\nsealed letter, two pages: median {statistics.median(seconds):.2f} s of {len(seconds)}")
    assert statistics.median(seconds) < 5
