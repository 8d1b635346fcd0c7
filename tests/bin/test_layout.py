"""The layout of templates: what a reader of the source sees, and that a reader of the page sees nothing of it."""

import itertools
import random
import re

import layout
import pytest
from django.template import Context, Engine
from markup import BLOCK, BLOCK_CLASSES, LOOSE_CLASSES, Trees
from servers import ROOT

ENGINE = Engine(builtins=["django.templatetags.i18n"])
WORDS = (
    "Cette phrase est plus longue que ce qui tient sur une ligne de cent vingt colonnes, même commencée tout à gauche."
)


@pytest.fixture
def laid(tmp_path):
    return layout.Layout(Trees(tmp_path)).laid


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ul><li>{{ a }}</li><li>{{ b }}</li></ul>\n", "<ul><li>{{ a }}</li><li>{{ b }}</li></ul>\n"),
        (
            "<ul>{% for one in all %}<li>{{ one }}</li>{% endfor %}</ul>",
            "<ul>\n  {% for one in all %}<li>{{ one }}</li>{% endfor %}\n</ul>",
        ),
        (
            "<div><h2>{{ a }}</h2><p>{{ b }}</p></div>",
            "<div>\n  <h2>{{ a }}</h2>\n  <p>{{ b }}</p>\n</div>",
        ),
        (
            f"<p>{WORDS} <b>Fin</b>.</p>",
            f"<p>\n  {WORDS}\n  <b>Fin</b>.\n</p>",
        ),
        (
            f'<p class="{"a" * 60}" id="{"b" * 60}">x</p>',
            f'<p class="{"a" * 60}"\n   id="{"b" * 60}">\n  x\n</p>',
        ),
        (
            f'<a{{% if on %}} class="{"a" * 60}"{{% endif %}} href="{"b" * 60}">x</a>',
            f'<a {{% if on %}}class="{"a" * 60}"{{% endif %}}\n   href="{"b" * 60}">x</a>',
        ),
        (
            f"<td>{{% if a %}}{'a' * 60}{{% else %}}{'b' * 60}{{% endif %}}</td>",
            f"<td>\n  {{% if a %}}\n    {'a' * 60}\n  {{% else %}}\n    {'b' * 60}\n  {{% endif %}}\n</td>",
        ),
        (
            "{% url 'a' as b %}{% load c %}<p>{{ b }}</p>",
            "{% url 'a' as b %}\n{% load c %}\n<p>{{ b }}</p>",
        ),
    ],
)
def test_structure_is_seen(laid, old, new):
    assert laid(old) == new
    assert laid(new) == new


@pytest.mark.parametrize(
    "text",
    [
        "<b>{{ a }}</b>{% if b %}, {{ b }}{% endif %}.",  # nothing may come between
        "<pre>\n   a\n</pre>",
        f'<textarea name="a">mot\n {WORDS} {WORDS}</textarea>',
        f"{{% blocktranslate %}}{WORDS}{WORDS}{{% endblocktranslate %}}",  # another sentence for who translates
        '<tr><td class="a">{{ b }}</td></tr>',
    ],
)
def test_what_would_show_is_left(laid, text):
    assert laid(text) == text


def test_a_cell_that_may_be_empty_stays_empty(laid):
    cell = f"<td>{{% if a %}}{'a' * 80}{{% endif %}}{{% if b %}}{'b' * 80}{{% endif %}}</td>"
    rows = laid(f'<table class="table-rows"><tr>{cell}</tr></table>')
    assert re.sub(r"\s", "", rendered(rows).split("<td>")[1]).startswith("</td>")
    assert "<td></td>" in rendered(rows)
    assert "<td></td>" not in rendered(laid(f'<table class="table"><tr>{cell}</tr></table>'))


def test_a_sentence_is_wrapped_without_becoming_another(laid):
    text = f"<p>{{% blocktranslate trimmed with a=b %}}« {{{{ a }}}} » : {WORDS} {WORDS}{{% endblocktranslate %}}</p>"
    new = laid(text)
    assert new.startswith("<p>\n  {% blocktranslate trimmed with a=b %}\n    « {{ a }} » : Cette")
    said = [ENGINE.from_string(one).nodelist[1].singular for one in (text, new)]
    assert " ".join("".join(token.contents for token in said[1]).split()) == "".join(
        token.contents for token in said[0]
    )


def test_lines_too_long_are_told_and_what_is_not_closed(tmp_path):
    (tmp_path / "templates").mkdir()
    file = tmp_path / "templates" / "a.html"
    file.write_text("<ul>\n<li>" + "a" * 120 + "</li></ul>\n")
    assert [said.split(" : ")[0] for said in layout.faults(tmp_path)] == [
        "templates/a.html",
        "templates/a.html:3: 124 colonnes, plus de 120",
    ]
    layout.write(tmp_path)
    assert len(layout.faults(tmp_path)) == 1
    file.write_text("{% if a %}")
    with pytest.raises(ValueError, match=r"templates/a.html : {% if a %} n’est pas fermé"):
        layout.faults(tmp_path)


def test_the_templates_of_the_project_find_their_layout_again():
    """Their indentation, lost, is found again; and so is it from where it is."""
    known = layout.Layout(Trees(ROOT / "templates"))
    for file in layout.templates(ROOT):
        text = file.read_text()
        assert known.laid(text) == text, file
        if not re.search(r"<(pre|textarea|style|script)\b(?! src)|content='", text):
            assert known.laid("\n".join(line.lstrip(" ") for line in text.split("\n"))) == text, file


def test_the_classes_that_are_blocks_are_so_in_the_style_sheets():
    rules = "\n".join(path.read_text() for path in (ROOT / "static" / "css").glob("*.css"))
    for names, display in ((BLOCK_CLASSES, "block"), (LOOSE_CLASSES, "flex")):
        for name in names:
            assert re.search(rf"^\.{name} {{[^}}]*display: {display};", rules, re.M), name


# ── the page is the same ─────────────────────────────────────────────────────────────────────────────────────────────
def rendered(text: str, **context: bool) -> str:
    return ENGINE.from_string(text).render(Context({"x": "un deux", "two": (1, 2), **context}))


def shown(html: str) -> list[str]:
    """Tags and words, and the spaces that show: whitespace once, and none beside the edge of a block."""
    found: list[str] = []
    for part in re.findall(r"<[^>]*>|\s+|[^<\s]+", html):
        edge = found and (name := re.match(r"</?(\w+)", found[-1])) and name[1] in BLOCK
        if part.isspace():
            if found and not edge and found[-1] != " ":
                found.append(" ")
            continue
        if (name := re.match(r"</?(\w+)", part)) and name[1] in BLOCK and found[-1:] == [" "]:
            found.pop()
        found.append(" ".join(part.split()).replace(" >", ">"))
    return found


def written(chance: random.Random, depth: int) -> str:
    """A template made at random: blocks, words and conditions, with and without spaces between them."""
    parts = []
    for _ in range(chance.randint(1, 4)):
        inner = written(chance, depth - 1) if depth else chance.choice(("mot", "{{ x }}", "un mot", ""))
        parts.append(
            chance.choice(
                (
                    "mot" * chance.randint(1, 12),
                    "{{ x }}",
                    "<br>",
                    f"<div>{inner}</div>",
                    f"<ul><li>{inner}</li></ul>",
                    f'<a href="/{"a" * chance.randint(1, 90)}/" class="b">{inner}</a>',
                    f"{{% if a %}}{inner}{{% endif %}}",
                    f"{{% if b %}}{inner}{{% else %}}autre {{{{ x }}}}{{% endif %}}",
                    f"{{% for one in two %}}{inner}{{% endfor %}}",
                    f"{{% with y=x %}}{inner}{{% endwith %}}",
                    '{% firstof "a" as z %}',
                )
            )
        )
        parts.append(chance.choice(("", "", " ", "\n")))
    return "".join(parts)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_template_its_page_is_the_same(laid, seed):
    chance = random.Random(seed)
    for _ in range(150):
        text = written(chance, 3)
        new = laid(text)
        assert laid(new) == new
        for a, b in itertools.product((True, False), repeat=2):
            assert shown(rendered(new, a=a, b=b)) == shown(rendered(text, a=a, b=b)), text
