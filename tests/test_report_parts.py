"""Formulas and figures of the report.

The oracles are MathML Core's rules as browsers implement them, written out here as markup: a
formula that they cannot set must stop the report with a sentence rather than reach it broken.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from reports import ReportError
from reports.figures import svg
from reports.mathml import formula, prose, prose_or_source
from reports.plain import spoken
from reports.render import _seconds
from reports.styles import styles_once
from verify.claims.evidence import Plot, Series
from verify.claims.picture import Line


@pytest.mark.parametrize(
    ("latex", "why"),
    [
        (r"\foo{x}", r"the command \foo is unknown"),
        (r"\frac{1}", "<mfrac> needs 2 arguments and has 1"),
        (r"\limits", "<munderover> needs 3 arguments and has 0"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "the environment 'aligned'"),
        (r"\begin{gather} a \end{gather}", "the environment 'gather'"),
        (r"\begin{matrix} 1", "does not parse"),
        (r"\left( a", "does not parse"),
        ("x_", "does not parse"),
        ("x^2^3", "does not parse"),
        ("", "does not parse"),
        (r"a \\ b", "would carry linebreak"),
        ("a & b", "'&' stands where"),
        ("a } b", "'}' stands where"),
        (r"\text{open", "'{' stands where"),
        (r"\operatorname{arg\,min}", "an operator name is empty"),
        (r"\mathop{\mathrm{diag}}", "<mo> holds a whole formula"),
        (r"\boxed{x}", "browsers do not draw <menclose>"),
        (r"\href{https://example.org}{x}", "would carry href"),
        (r"\style{color:red}{x}", "would carry style"),
    ],
)
def test_a_formula_that_cannot_be_shown_is_refused_by_name(latex: str, why: str) -> None:
    with pytest.raises(ReportError) as refusal:
        formula(latex)
    message = str(refusal.value)
    assert message.startswith(f"The formula {latex!r} cannot be shown: ")
    assert why in message
    assert message.endswith(".")


def test_dollar_signs_pair_up() -> None:
    with pytest.raises(ReportError, match="odd number"):
        prose("from $5 to 6")
    assert prose(r"from \$5") == "from $5"
    assert prose("type `verify <x>` here") == "type <code>verify &lt;x&gt;</code> here"
    assert prose_or_source("<from> $5") == "&lt;from&gt; $5"


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("H_{\\mathrm{eff}}", "<mi>eff</mi>"),
        ("A \\succeq 0", "<mo>⪰</mo>"),
        ("s''(a)", '<mi>s</mi><mi class="prime">″</mi>'),
        ("s''_j", '<msub><mrow><mi>s</mi><mi class="prime">″</mi></mrow><mi>j</mi></msub>'),
        ("h_*''", '<msub><mrow><mi>h</mi><mi class="prime">″</mi></mrow><mo>*</mo></msub>'),
        ("f(-z)", '<mo form="prefix">−</mo>'),
        ("\\ker J", '<mo lspace="0" rspace="0.167em">ker</mo>'),
        ("\\dot h", '<mrow><mi>h</mi><mspace height="0.8em" /></mrow><mo>˙</mo>'),
        ("\\ddot x", '<mrow><mi>x</mi><mspace height="0.58em" /></mrow><mo>¨</mo>'),
        ("m_1, .., m_N", "<mi>…</mi>"),
        ("\\hat h", '<mover accent="true"><mi>h</mi><mo'),
    ],
)
def test_mathml_is_set_as_tex_would_set_it(latex: str, expected: str) -> None:
    assert expected in formula(latex)


def test_limits_of_a_sum_stand_above_and_below_it_in_display() -> None:
    inside = formula(r"\left( \sum_{i=1}^{n} a_i \right)", "block")
    assert "<munderover><mo>∑</mo>" in inside


def test_a_long_inline_formula_may_break_after_a_relation() -> None:
    assert formula("a_1 + a_2 + a_3 + a_4 + a_5 = b_1 + b_2 + b_3 + b_4").count("<math") == 2
    assert formula("f(a_1 = a_2, a_3 = a_4, a_5 = a_6, a_7)").count("<math") == 1
    assert formula("a_1 + a_2 + a_3 + a_4 + a_5 = b_1 + b_2", "block").count("<math") == 1


def test_a_wide_formula_breaks_before_its_outermost_sums_and_after_a_slash() -> None:
    terms = " + ".join(f"a_{{{i}}} b_{{{i}}} c_{{{i}}}" for i in range(10))
    assert formula(terms, "block").count("<math") == 10
    assert formula(terms).count("<math") == 10
    assert formula(f"f({terms})").count("<math") == 1
    assert formula("f(a)^2 g(b)^2 h(c)^2 m(n)^2 / k(d)^2 l(e)^2").count("<math") == 2
    assert formula("f(a)^2 g(b)^2 h(c)^2 m(n)^2 (1 / k(d)^2) l(e)^2").count("<math") == 1


def test_what_does_not_break_and_is_broad_is_marked_for_paper() -> None:
    terms = " + ".join(f"a_{{{i}}} b_{{{i}}} c_{{{i}}}" for i in range(10))
    assert 'class="broad"' in formula(f"f({terms})")
    assert 'class="broad"' not in formula(terms)


def test_a_wide_vector_breaks_after_its_commas_inside_the_brackets() -> None:
    entry = r"\frac{\left(a + b\right)^{2} z_{1}}{C + 1}"
    drawn = str(formula(rf"\left( {', '.join([entry] * 5)} \right)"))
    assert drawn.count("<math") == 5
    assert str(formula(f"({', '.join([entry] * 5)})")).count("<math") == 5
    assert str(formula(rf"\left( {entry} \right) c_{{1}}")).count("<math") == 1


def test_a_formula_carries_its_source_and_how_it_is_said() -> None:
    latex = r"\lambda_{\min}(H) \geq 0"
    assert formula(latex).startswith(f'<math aria-label="λ_min(H) ≥ 0" alttext="{latex}">')


def test_a_formula_that_reads_as_it_is_written_says_nothing_twice() -> None:
    assert formula("d=2") == '<math aria-label="d = 2"><mi>d</mi><mo>=</mo><mn>2</mn></math>'
    assert 'alttext="d = 2 x^2"' in formula("d = 2 x^2")
    assert r'alttext="\rho"' in formula(r"\rho")


@pytest.mark.parametrize(
    ("latex", "kept"),
    [
        (r"\left(a\right)^2", "<mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow>"),
        (r"a \left|b\right|", '<mo stretchy="true" fence="true" form="prefix">|</mo>'),
        (r"{-1} + {a b}", '<mrow><mo form="prefix">−</mo><mn>1</mn></mrow><mo>+</mo><mi>a</mi>'),
        ("-x", '<math aria-label="−x" alttext="-x"><mo form="prefix">−</mo><mi>x</mi></math>'),
        (r"x_{i}^{2}", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"(\frac{1}{2})", '<mo stretchy="false">(</mo>'),
    ],
)
def test_what_is_left_out_of_a_formula_changes_nothing(latex: str, kept: str) -> None:
    """Brackets stretch and signs are prefixes as before; groups go that hold one thing or only stand in a row."""
    assert kept in formula(latex)


def test_a_short_side_of_a_relation_is_not_left_alone() -> None:
    long = "a_1 + a_2 + a_3 + a_4 + a_5 + a_6"
    assert formula(f"M = {long}").count("<math") == 1
    assert formula(f"{long} = M").count("<math") == 1
    assert formula(f"{long} = {long} = M").count("<math") == 2


def test_no_line_breaks_between_a_formula_and_its_full_stop() -> None:
    assert prose("for all $t$, so") == f'for all <span class="nowrap">{formula("t")},</span> so'
    assert prose("for all $t$ so") == f"for all {formula('t')} so"
    assert prose("a $d$-plane") == f'a <span class="nowrap">{formula("d")}-</span>plane'


def test_no_line_breaks_beside_the_sign_of_a_short_relation() -> None:
    assert prose("where T = 0, and c > 0") == "where T = 0, and c > 0".replace(
        " = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"
    ).replace(" > ", "\N{NO-BREAK SPACE}&gt;\N{NO-BREAK SPACE}")
    assert prose("z = exp(-c t) x") == "z =\N{NO-BREAK SPACE}exp(-c t) x"


def test_an_index_in_parentheses_stands_below_its_letter() -> None:
    assert prose("W_l x_(l-1)") == prose("$W_{l}$ $x_{l-1}$")


def test_no_line_breaks_between_a_formula_and_the_bracket_before_it() -> None:
    assert prose("as ($t$), so") == f'as <span class="nowrap">({formula("t")}),</span> so'
    assert prose("as ($t$ so)") == f'as <span class="nowrap">({formula("t")}</span> so)'


def test_no_line_breaks_after_the_bar_that_opens_a_modulus() -> None:
    joined = "|\N{WORD JOINER}"
    assert prose("at |x| of (|y| + |z|)") == f"at {joined}x| of ({joined}y| + {joined}z|)"
    assert prose("Least |J_h|") == f'Least <span class="nowrap">|{formula("J_{h}")}|</span>'
    assert prose("a | b of A |u|") == f"a | b of A {joined}u|"


def test_a_long_fraction_breaks_at_its_bar_alone() -> None:
    assert prose("[404237659286799/562949953421312, 3/4]") == (
        "[404237659286799/<wbr>562949953421312, 3/4]"
    )


def test_no_line_breaks_in_a_percentage_and_in_a_power_of_ten() -> None:
    assert prose("in 100 % of 2 states") == "in 100\N{NO-BREAK SPACE}% of 2 states"
    assert (
        prose("on CIFAR-10, d-dimensional")
        == "on CIFAR\N{NON-BREAKING HYPHEN}10, d\N{NON-BREAKING HYPHEN}dimensional"
    )
    assert prose("cifar10-1 and half-dimensional") == "cifar10-1 and half-dimensional"
    assert prose("weights x 0.1 here") == "weights ×\N{NO-BREAK SPACE}0.1 here"
    assert prose("3.5e+11 at most") == "3.5\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10¹¹ at most"


@pytest.mark.parametrize(("seconds", "said"), [(0.031, "31 ms"), (31.04, "31.0 s"), (310, "5 min")])
def test_no_line_parts_a_time_from_its_unit(seconds: float, said: str) -> None:
    assert _seconds(seconds) == said.replace(" ", "\N{NO-BREAK SPACE}")


def test_a_power_of_ten_that_is_typed_in_a_formula_is_one() -> None:
    assert 'aria-label="x ≤ 1.1 · 10⁻¹⁴"' in formula("x \\leq 1.1e-14")
    assert "10" not in formula("x_{1e}")
    assert 'aria-label="2e^x"' in formula("2e^{x}")


@pytest.mark.parametrize(
    ("latex", "said", "source"),
    [
        ("rho - r e = 0", "ρ − re = 0", r"\rho  - r e = 0"),
        ("- phi'' + {e}_{i}", "−ϕ″ + eᵢ", r"- \phi '' + {e}_{i}"),
        (r"\operatorname{diag}(lambda)", "diag(λ)", r"\operatorname{diag}(\lambda )"),
        ("- inf + sup", "−inf + sup", r"- \mathrm{inf} + \mathrm{sup}"),
        ("D_{intra}", "D_intra", r"D_{\mathrm{intra}}"),
        (r"\operatorname{atan}{\left(u \right)}", "arctan(u)", r"\arctan {\left(u \right)}"),
    ],
)
def test_a_letter_or_word_that_a_formula_spells_is_one(latex: str, said: str, source: str) -> None:
    drawn = formula(latex)
    assert f'aria-label="{said}"' in drawn
    assert f'alttext="{source}"' in drawn


@pytest.mark.parametrize("latex", [r"\mathrm{eta}", r"\text{the psi of}", "e t a", r"\beta"])
def test_what_is_no_name_in_a_formula_stays(latex: str) -> None:
    assert "η" not in spoken(latex)
    assert "ψ" not in spoken(latex)


def plot(**changes: object) -> Plot:
    cloud = Series(label="cloud", x=(1.0, 2.0, 4.0), y=(1.0, 0.5, 0.1))
    fields = {"title": "t", "kind": "scatter", "series": (cloud,), "xlabel": "$x$", "ylabel": "y"}
    return Plot(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["line", "scatter", "bar"])
def test_figures_take_the_colours_of_the_page(kind: str) -> None:
    drawing = svg(plot(kind=kind, xscale="log"), "p")
    assert "currentColor" in drawing
    assert "var(--series-1)" in drawing
    assert not re.search(r"(fill|stroke): ?(#[0-9a-f]{6}|black|white)", drawing)
    ids = set(re.findall(r' id="([^"]*)"', drawing))
    assert ids == set(re.findall(r'(?:href="#|url\(#)([^")]+)', drawing))
    assert all(id.startswith("p-") for id in ids)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "pie"},
        {"xlabel": r"$\undefined$"},
        {"series": (Series(label="", x=(1.0, 2.0), y=(1.0,)),)},
        {"series": (Series(label="", x=(1.0,), y=(1.0,), low=(0.0,)),)},
    ],
)
def test_a_plot_that_cannot_be_drawn_is_refused_by_title(changes: dict[str, object]) -> None:
    with pytest.raises(ReportError, match="'t'"):
        svg(plot(**changes), "p")


def drawn_series(number: int, **changes: object) -> ElementTree.Element:
    names = [f"relu, no BatchNorm, projector × 0.{i}" for i in range(number)]
    series = tuple(Series(label=name, x=(1.0, 2.0, 3.0), y=(0.0, 1.0, 4.0)) for name in names)
    return ElementTree.fromstring(svg(plot(**{"kind": "line", "series": series} | changes), "p"))


@pytest.mark.parametrize("number", [1, 6, 13])
def test_a_long_legend_leaves_the_axes_their_height(number: int) -> None:
    (axes,) = drawn_series(number).findall(".//clipPath/rect")
    assert float(axes.get("height", "")) > 160


def test_no_two_series_of_a_figure_look_alike() -> None:
    root = drawn_series(13)
    lines = [path.get("style", "") for path in root.findall("path[@clip-path]")]
    assert len(set(lines)) == len(lines) == 13


def test_axes_have_the_signs_of_mathematics() -> None:
    few = Series(label="", x=(1e-6, 0.01, 1.0), y=(1.0, 2.0, 3.0))
    labels = {"xlabel": "learning rate x steps", "ylabel": "kappa - 1"}
    drawing = svg(plot(series=(few,), xscale="log", **labels), "p")
    words = list(ElementTree.fromstring(drawing).itertext())
    assert {"10⁻⁶", "0.01", "learning rate × steps", "κ − 1"} <= set(words)


def test_ticks_of_a_logarithmic_axis_near_1_are_decimals() -> None:
    near = Series(label="a", x=(1.0, 2.0), y=(0.02, 0.7))
    far = replace(near, y=(2e-7, 7e-6))
    for series, here, there in ((near, "0.2", "×"), (far, "×", "e-07")):
        drawing = svg(plot(series=(series,), yscale="log"), "p")
        ticks = "".join(ElementTree.fromstring(drawing).itertext())
        assert here in ticks
        assert there not in ticks


@pytest.mark.parametrize("kind", ["line", "scatter"])
def test_what_is_counted_is_not_labelled_in_fractions(kind: str) -> None:
    words = list(drawn_series(1, kind=kind).itertext())
    assert {"1", "2", "3"} <= set(words)
    assert not {"1.25", "1.5", "1.50"} & set(words)


def test_the_words_of_a_figure_can_be_searched() -> None:
    words = "".join(ElementTree.fromstring(svg(plot(ylabel="error in %"), "p")).itertext())
    assert "error in %" in words
    assert "cloud" in words


def test_places_and_lines_of_a_picture_are_named() -> None:
    drawing = svg(plot(), "p", ("none", "one", "two"), (Line("y", 0.5, "half"),))
    words = list(ElementTree.fromstring(drawing).itertext())
    assert words.count("half") == 1
    assert [word for word in words if word in ("none", "one", "two")] == ["none", "one", "two"]
    assert "half" not in svg(plot(), "p")


def test_drawings_on_a_page_share_their_styles_and_no_name() -> None:
    first, second = svg(plot(title="first"), "p"), svg(plot(title="second", kind="line"), "q")
    page = f"<style>b {{}}</style>{first}<p style='x'>{second}"
    both = styles_once(page)
    drawings = re.findall("<svg.*?</svg>", both)
    rules = dict(re.findall(r"\.(d\d+)\{([^}]*)\}", both.partition("</style>")[0]))
    for before, after in zip((first, second), drawings, strict=True):
        assert ' style="' not in after
        alone = re.sub(
            r'<g( class="d\d+")>((?:<use [^>]*/>)+)</g>',
            lambda group: group[2].replace("/>", f"{group[1]}/>"),
            after,
        )
        kept = [rules[name] for name in re.findall(r' class="([^"]*)"', alone)]
        assert kept == re.findall(r' style="([^"]*)"', before)
    ids = re.findall(r' id="([^"]*)"', both)
    assert len(set(ids)) == len(ids) > 1
    assert set(ids) == set(re.findall(r'(?:href="#|url\(#)([^")]+)', both))
    assert len(both) < len(page)
