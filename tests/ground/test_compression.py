"""Pages and what draws them leave packed, never what another site asks for, and never a file."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse
from django.test import Client, RequestFactory

from edsh_portal.compression import compression

PAGE = ("<p>un secret</p>" * 100).encode()
OWN = {"accept-encoding": "gzip, br", "sec-fetch-site": "same-origin"}


def answered(made, path="/dossiers/", **headers):
    return compression(lambda _request: made)(RequestFactory().get(path, headers=OWN | headers))


def test_a_page_leaves_packed():
    made = answered(HttpResponse(PAGE))
    assert (made["Content-Encoding"], made["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(made.content) == PAGE
    assert int(made["Content-Length"]) == len(made.content) < len(PAGE) / 4


def test_its_length_says_nothing():
    """The same page, and the bytes without meaning that Django adds before it."""
    assert len({len(answered(HttpResponse(PAGE)).content) for _ in range(30)}) > 5


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None])
def test_what_another_site_asks_for_leaves_as_it_is(site):
    made = compression(lambda _request: HttpResponse(PAGE))(
        RequestFactory().get(
            "/recherche/?q=secret",
            headers={"accept-encoding": "gzip"} | ({"sec-fetch-site": site} if site is not None else {}),
        )
    )
    assert "Content-Encoding" not in made and made.content == PAGE


def test_what_is_typed_or_kept_is_ones_own():
    assert answered(HttpResponse(PAGE), **{"sec-fetch-site": "none"})["Content-Encoding"] == "gzip"


def test_who_does_not_read_gzip_gets_the_page():
    assert answered(HttpResponse(PAGE), **{"accept-encoding": "identity"}).content == PAGE


@pytest.mark.parametrize("kind", ["application/json", "text/csv; charset=utf-8", "application/pdf", "text/plain"])
def test_files_and_answers_to_programs_are_what_they_are(kind):
    assert "Content-Encoding" not in answered(HttpResponse(PAGE, content_type=kind))


def test_what_is_streamed_is_left(tmp_path):
    file = tmp_path / "piece"
    file.write_bytes(PAGE)
    made = answered(FileResponse(file.open("rb"), content_type="text/html"))
    assert "Content-Encoding" not in made and made.getvalue() == PAGE


def test_styles_and_scripts_leave_packed_from_wherever(db):
    for name in ("css/portal.css", "js/portal.js"):
        made = Client().get(f"/static/{name}", headers={"accept-encoding": "gzip"})
        assert (made.status_code, made["Content-Encoding"]) == (200, "gzip")
        assert len(made.getvalue()) < 5_000
    part = Client().get("/static/css/portal.css", headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert part.status_code == 206 and "Content-Encoding" not in part
    face = Client().get("/static/fonts/portal-sans-bold-core.woff2", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in face
