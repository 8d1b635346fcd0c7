"""Files: bytes before their row, under their hash; damage is seen; names are harmless."""

import pytest

from edsh_portal import documents
from edsh_portal.verify_ground import verify_documents


def test_store_and_read(db):
    document = documents.store(
        documents.keep(b"hello"), name="a.pdf", media_type="application/pdf", kind="piece", by=None
    )
    assert documents.read(document) == b"hello"
    assert document.size == 5
    assert list(verify_documents()) == []


def test_damage_is_named(db):
    document = documents.store(
        documents.keep(b"hello"), name="a.pdf", media_type="application/pdf", kind="piece", by=None
    )
    path = documents.path_of(document.sha256)
    path.write_bytes(b"hellO")
    with pytest.raises(documents.Damaged):
        documents.read(document)
    path.unlink()
    assert [f.code for f in verify_documents()] == ["documents.bytes"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "document"),
        ("..", "document"),
        ("é" * 200 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_names(typed, kept):
    assert documents.clean_name(typed) == kept


def test_response_is_an_attachment(db):
    document = documents.store(
        documents.keep(b"x"), name="été.pdf", media_type="application/pdf", kind="piece", by=None
    )
    answer = documents.response(document)
    assert answer["Content-Disposition"] == "attachment; filename=\"_t_.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
