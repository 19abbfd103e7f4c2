"""Mathematics as one types it, ``rho^T M <= eps0``, in texts for readers: with the letters of Unicode, or as LaTeX."""

from __future__ import annotations

import re

DOLLAR = re.compile(r"(?<!\\)\$")
"""What encloses a formula in LaTeX; ``\\$`` is a dollar sign."""

_GREEK = dict(
    zip(
        (
            *("alpha", "beta", "gamma", "delta", "eps", "epsilon", "eta", "theta", "kappa"),
            *("lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "psi", "pi", "Gamma"),
            *("Delta", "Lambda", "Sigma", "Phi"),
        ),
        "αβγδϵϵηθκλμνξρστφψπΓΔΛΣΦ",
        strict=True,
    )
)
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "|->": "↦", "->": "→", "^T": "ᵀ", "^+": "⁺", "<>": "≠"}
_SIGNS |= {"''": "″", " o ": " ∘ ", " . ": " · ", "Gauss-Newton": "Gauss–Newton"}
_SUPER, _SUB = (str.maketrans("0123456789-", digits) for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉₋"))
_NAMES = "|".join(sorted(_GREEK, key=len, reverse=True))
_TYPED = re.compile(
    rf"(?<![A-Za-z.<])(?<![A-Za-z]{{2}}/)(?<!--)(?P<greek>{_NAMES})(?P<index>\d*)(?![A-Za-z])"
    r"|(?<![A-Za-z])(?P<operator>hess|grad) (?!of\b)(?=[A-Za-z(])"
    r"|\^(?P<power>-?\d+)|(?<=[A-Za-z])_(?P<below>\d+)(?!\w)"
    r"|(?:(?<![\w.])|(?<=[ (]x))(?P<size>\d+(?:\.\d+)?)e(?P<ten>[+-]\d+)(?!\w)"
    r"|(?P<times>(?<=[\w,)]) x (?=\d)|(?<=[\w,]) x(?=\d+\.\d)|(?<=\d)(?<!\b0)x(?=\d)|(?<=\d)x(?![\w(])|(?<=[ (])x(?=1e[+-]\d))"
    r"|(?P<nothing>(?<![\w.)\]-])-(?=0(?:\.0+)?(?![\w.])))"
    r"|(?P<minus>(?<![\w.)\]-])-(?=\d)|(?<= )-(?= )|(?<=\()- (?=\w))"
    r"|(?P<root>(?<![A-Za-z])sqrt(?: (?=[\w|(])|(?=\()))"
    r"|(?P<sign>\^T(?!\w)|\^\+|<=|>=|!=|<>|\|->|->|(?<=\w)''(?=\()|(?:^|(?<=[\w)])) o (?=[\w(])|(?<=[\w)]) \. (?=[\w(])|Gauss-Newton)"
)


def lettered(text: str) -> str:
    """Mathematics as one types it into a source file, with the letters of Unicode: ``rho^T M <= eps0`` is ``ρᵀ M ≤ ϵ₀``, ``8x8`` ``8×8`` and ``-2e-7`` ``−2 · 10⁻⁷``, ``2.8e+02`` ``280``."""

    def letter(typed: re.Match[str]) -> str:
        if typed["greek"]:
            return _GREEK[typed["greek"]] + typed["index"].translate(_SUB)
        if typed["operator"]:
            return "∇²" if typed["operator"] == "hess" else "∇"
        if typed["size"]:
            return _sized(typed["size"], int(typed["ten"]))
        if typed["nothing"]:
            return ""
        if typed["times"]:
            return " × " if typed["times"].startswith(" ") else "×"
        if typed["minus"]:
            return "−"
        if typed["root"]:
            return "√"
        if typed["power"]:
            return typed["power"].translate(_SUPER)
        return typed["below"].translate(_SUB) if typed["below"] else _SIGNS[typed["sign"]]

    return _TYPED.sub(letter, text)


def _sized(size: str, ten: int) -> str:
    """A number as it is written: ``2.8e+02`` is 280; far from 1, and where ``1e-3`` is meant, it has its power of ten."""
    _, point, decimals = size.partition(".")
    if (-3 if point else 0) <= ten <= 3:
        return f"{float(f'{size}e{ten}'):.{max(len(decimals) - ten, 0)}f}"
    return f"{'' if float(size) == 1 else f'{size} · '}10{str(ten).translate(_SUPER)}"


_LONG = {"eps": "epsilon"}
_COMMANDS = {*_GREEK, "min", "max", "sum"}
_CODE = re.compile(r"(`[^`]*`)")
_INDEXED = re.compile(
    rf"(?<![\w.\\])(?P<base>[A-Za-z]\|(?=_)|[A-Za-z]|{_NAMES}|sum(?=_[a-z](?!\w)))"
    rf"(?:_(?P<below>[a-z]{{1,5}}|[A-Z]|[-+]|(?:{_NAMES})\d|\([A-Za-z][-+]\w\))(?:\^(?P<above>T|[a-z]+))?"
    r"|\^(?P<first>[a-z])_(?P<indices>[a-z]{1,4})|\^(?P<power>[a-z]|\([A-Za-z][-+]\w\)))(?!\w|\.\w)"
)


def typeset(text: str) -> str:
    r"""Text with the mathematics in it that is neither LaTeX nor code: ``kappa of H_eff`` is ``κ of $H_{\mathrm{eff}}$``."""
    pieces = DOLLAR.split(text)
    pieces[::2] = ["".join(_outside_code(piece)) for piece in pieces[::2]]
    return "$".join(pieces)


def _outside_code(text: str) -> list[str]:
    pieces = _CODE.split(text)
    pieces[::2] = [_set(piece) for piece in pieces[::2]]
    return pieces


def _set(text: str) -> str:
    out, end = "", 0
    for found in _INDEXED.finditer(text):
        out += f"{lettered(text[end : found.start()])}${_latex(found)}$"
        end = found.end()
    return out + lettered(text[end:])


def _latex(found: re.Match[str]) -> str:
    below = found["below"] or found["indices"]
    power = found["above"] or found["power"] or found["first"]
    base, tensor = found["base"], found["indices"] is not None
    name = _named(base.rstrip("|")) + ("|" if base.endswith("|") else "")
    return f"{name}{f'_{{{_named(below, tensor)}}}' if below else ''}{f'^{{{_named(power)}}}' if power else ''}"


def _named(word: str, tensor: bool = False) -> str:
    """A letter, a Greek one by its name, an index in parentheses, a word, or the indices of a tensor."""
    if len(word) == 1 or word.startswith("("):
        return word.strip("()")
    if word[-1].isdigit():
        return f"{_named(word[:-1])}_{word[-1]}"
    if word in _COMMANDS:
        return rf"\{_LONG.get(word, word)}"
    return word if tensor else rf"\mathrm{{{word}}}"


_UPRIGHT = "exp|log|cos|sin|max|min|inf|sup|diag|const|least|low|high|relu|softmax"
_WORD = re.compile(r"[A-Za-z]{3,}|\*m|\\")
_KNOWN = re.compile(rf"{_UPRIGHT}|eff|aug|sum|sqrt|hess|grad|[i-q]+|{_NAMES}")
_SPACE = re.compile(r"\bR(?=\^[dkn]\b(?!_))")
_SPACES = re.compile(rf"{_SPACE.pattern}|(?<=→ )R\b")
_MARKED = re.compile(r"[_^]|(?<![A-Za-z])[A-Za-z]0")
_HIGH, _LOW = (f"[{digits}]+" for digits in ("ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉"))
_BACK = str.maketrans("ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉", "T0123456789-0123456789")


def as_latex(code: str) -> str:
    """A formula as one types it into a comment, ``R_ijlm = sum_p g^(-1) L_jlp``, as LaTeX.

    Empty where nothing in it is raised or lowered, and where it has words that are none of mathematics.
    """
    words = _WORD.findall(code)
    if not _MARKED.search(code) or not all(map(_KNOWN.fullmatch, words)):
        return ""
    text = re.sub(r"(?<![_^])\{([^{}]*)\}", r"\\{\1\\}", lettered(code))
    text = re.sub(r"(?<![A-Za-z])([A-Za-z])0", r"\1_{0}", text)
    if _SPACE.search(text):
        text = _SPACES.sub(r"\\mathbb{R}", text)
    text = re.sub(r"√(?:\(([^()]*)\)|(\w))", lambda root: rf"\sqrt{{{root[1] or root[2]}}}", text)
    text = re.sub(rf"(?<![_\w])({_UPRIGHT})(?![a-z])", r"\\operatorname{\1}", text)
    text = re.sub(r"\bsum_", r"\\sum_", text)
    text = re.sub(rf"([_^])(?:\(([^()]*)\)|([A-Za-z]+{_LOW}|[A-Za-z]+))", _grouped, text)
    text = re.sub(_HIGH, lambda raised: f"^{{{raised[0].translate(_BACK)}}}", text)
    text = re.sub(_LOW, lambda lowered: f"_{{{lowered[0].translate(_BACK)}}}", text)
    return text.replace(" · ", r" \cdot ").replace("−", "-")


def _grouped(index: re.Match[str]) -> str:
    inside = index[2] or index[3]
    return f"{index[1]}{{{_named(inside) if inside in ('eff', 'aug') else inside}}}"
