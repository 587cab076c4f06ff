"""Typeset the equations of ODD.md: its indented blocks become MathML, which browsers draw alone.

The notation is that of the page: `x'` a new value, `q.name` a parameter, `name_k` an index, two
names side by side a product, `[condition]` 1 or 0. Nothing is evaluated, and every word stays.
"""

import html
import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?(?:e-?\d+)?)"
    r"|(?P<code>`[^`]+`)"
    r"|(?P<words>follow-up|a (?=therap|session|step))"
    r"|(?P<times>(?<=human )x(?= )|(?<=scheduled )x(?= )|(?<=\] )x(?= ))"
    r"|(?P<name>[A-Za-z](?:\w|\.(?=[a-z]))*(?:'s\b)?[*+]?(?=\W|$)|[A-Za-z]\w*)"
    r"|(?P<prime>')"
    r"|(?P<operator>->|>=|<=|\.\.\.|\S)"
    r"|(?P<space>\s+)"
)
SYMBOLS = {"->": "→", ">=": "≥", "<=": "≤", "...": "…", "-": "−"}
WORDS = (
    "if else is where and the of at in to as given therapy otherwise out treatment everybody "
    "nobody session assessment follow up when not missing kept own does waits last first that "
    "which this step steps arm phases rule after has one with client therapist standard "
    "normal distribution cut off from instrument or points true SD without feedback clinical "
    "support therapies medium takes part bodily channel training it all four alike for stays "
    "mean over there what leaves weekly loss pair values an intake other submodels add "
    "position"
)
IS_WORD = re.compile(rf"(?:{WORDS.replace(' ', '|')})|\w+'s")
SLASH = "<mo>/</mo>"
OPENING, CLOSING = {"(": ")", "[": "]"}, {")", "]"}


def typeset_blocks(text: str) -> str:
    """Return a Markdown text with each indented block as MathML."""
    block = re.compile(r"(?<=\n\n)(?: {4}.*\n)(?:(?: {4}.*|)\n)*?(?=\n(?! {4})|\Z)")
    return block.sub(lambda match: _raw(block_to_mathml(match[0])) + "\n", text)


def _raw(markup: str) -> str:
    """Return markup as a MyST directive that passes it on as it is."""
    return f"```{{raw}} html\n{markup}\n```\n"


def block_to_mathml(block: str) -> str:
    """Return one block of equations as a table: left side, right side, remark."""
    lines = [line[4:].rstrip() for line in block.splitlines() if line.strip()]
    is_left = [follower.lstrip().startswith("= ") for follower in (*lines[1:], "")]
    rows = "\n".join(map(_row, lines, is_left))
    table = f'<mtable displaystyle="true">\n{rows}\n</mtable>'
    return f'<div class="equations"><math display="block">{table}</math></div>'


def _row(line: str, is_left: bool) -> str:
    """Return a line as a row; what stands behind a wide gap is a remark.

    A left side whose right side stands on the next line takes the row's whole width.
    """
    if is_left:
        return f'<mtr><mtd class="left" columnspan="4">{expression(line)}</mtd></mtr>'
    body, _, remark = _split_remark(line)
    left, sign, right = _split_equality(body)
    cells = [
        _cell("left", left),
        _cell("sign", sign),
        _cell("right", right),
        f'<mtd class="remark"><mtext>{html.escape(remark)}</mtext></mtd>',
    ]
    return f"<mtr>{''.join(cells)}</mtr>"


def _split_remark(line: str) -> tuple[str, str, str]:
    """Return equation, gap and remark of a line."""
    parts = re.split(r"(?<=\S)( {5,})(?=[A-Za-z1(])", line.rstrip(), maxsplit=1)
    body, gap, remark = parts if len(parts) == 3 else (parts[0], "", "")
    return body, gap, remark


def _split_equality(body: str) -> tuple[str, str, str]:
    """Return both sides of the first `=` that stands alone; without one all is the right side."""
    parts = re.split(r"(?:(?<=\s)|^)=(?=\s)", body, maxsplit=1)
    if len(parts) == 1:
        return "", "", body
    return parts[0], "=", parts[1]


def _cell(kind: str, text: str) -> str:
    """Return a cell with a typeset expression."""
    return f'<mtd class="{kind}">{expression(text)}</mtd>'


def expression(text: str) -> str:
    """Return an expression as MathML."""
    tokens = [
        (kind, match[0]) for match in TOKEN.finditer(text.strip()) for kind in [match.lastgroup]
    ]
    return "".join(_fractions(list(_nodes(iter(tokens), "")[0])))


def _nodes(tokens: Iterator[tuple[str | None, str]], closing: str) -> tuple[list[str], bool]:
    """Return the nodes up to a closing bracket, and whether it came."""
    nodes: list[str] = []
    for kind, text in tokens:
        if text == closing and kind == "operator":
            return nodes, True
        if kind == "space":
            nodes.append(" ")
        elif text in OPENING:
            nodes.append(_group(tokens, text, nodes))
        elif kind == "prime":
            nodes.append(f'<mrow>{nodes.pop()}<mo lspace="0" rspace="0">′</mo></mrow>')
        elif text == "^":
            nodes.append("^")
        elif text == "-" and nodes and nodes[-1] == "^":
            nodes.append(f"<mrow><mo>−</mo>{_leaf(*next(tokens))}</mrow>")
        else:
            nodes.append(_leaf(kind, text))
        nodes = _powers(nodes)
    return nodes, False


def _group(tokens: Iterator[tuple[str | None, str]], opening: str, nodes: list[str]) -> str:
    """Return a bracketed group; a square root takes the place of its name."""
    inside, closed = _nodes(tokens, OPENING[opening])
    content = "".join(_fractions(inside))
    if closed and nodes and nodes[-1] == "<mi>sqrt</mi>":
        nodes.pop()
        return f"<msqrt>{content}</msqrt>"
    end = f'<mo stretchy="false">{OPENING[opening]}</mo>' if closed else ""
    group = f'<mrow><mo stretchy="false">{opening}</mo>{content}{end}</mrow>'
    is_function = closed and opening == "(" and nodes and nodes[-1].startswith("<mi>")
    return f"<mrow>{nodes.pop()}{group}</mrow>" if is_function else group


def _powers(nodes: list[str]) -> list[str]:
    """Return the nodes with `base ^ exponent` at their end joined."""
    places = [place for place, node in enumerate(nodes) if node != " "]
    if len(places) < 3 or nodes[places[-2]] != "^":
        return nodes
    base, _, exponent = (nodes[place] for place in places[-3:])
    return [*nodes[: places[-3]], _raised(base, _bare(exponent))]


def _fractions(nodes: list[str]) -> list[str]:
    """Return the nodes with `a / b` as a fraction, and spaces as thin ones."""
    result: list[str] = []
    above, below = "", ""  # what waits for its denominator, and a sum sign that waits for its terms
    for node in nodes:
        if node == SLASH and "<mi>sum</mi>" not in nodes:
            above = _last_value(result)
        elif above and node.startswith("<munder>"):
            below = node
        elif above and node != " ":
            result.append(f"<mfrac>{_bare(above)}<mrow>{below}{_bare(node)}</mrow></mfrac>")
            above, below = "", ""
        elif not above:
            result.append(node)
    return ['<mspace width="0.25em"/>' if node == " " else node for node in _applied(result)]


def _last_value(nodes: list[str]) -> str:
    """Take the last node that is no space."""
    while nodes[-1] == " ":
        nodes.pop()
    return nodes.pop()


def _applied(nodes: list[str]) -> list[str]:
    """Return the nodes with a gap only between two that stand for values or words."""
    framed = ["<mo>", *nodes, "<mo>"]
    return [
        node
        for before, node, after in zip(framed, nodes, framed[2:], strict=False)
        if node != " " or not (before.startswith("<mo") or after.startswith("<mo"))
    ]


def _bare(node: str) -> str:
    """Return a bracketed group without its round brackets: a fraction bar does their work."""
    start, end = '<mrow><mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo></mrow>'
    if node.startswith(start) and node.endswith(end):
        return f"<mrow>{node.removeprefix(start).removesuffix(end)}</mrow>"
    return node


def _raised(base: str, exponent: str) -> str:
    """Return a node with another above it, on the right."""
    return f"<msup>{base}{exponent}</msup>"


def _leaf(kind: str | None, text: str) -> str:
    """Return a number, a name, a word or a sign."""
    if kind == "number":
        mantissa, _, exponent = text.partition("e")
        if not exponent:
            return f"<mn>{text}</mn>"
        power = _raised("<mn>10</mn>", f"<mn>{exponent.replace('-', '−')}</mn>")
        return power if mantissa == "1" else f"<mrow><mn>{mantissa}</mn>{power}</mrow>"
    if kind == "code":
        return f"<mtext>{html.escape(text[1:-1])}</mtext>"
    if kind == "words":
        return f"<mtext>{text.replace(chr(32), chr(160))}</mtext>"
    if kind == "times":
        return "<mo>×</mo>"
    if kind == "name":
        return _name(text)
    fixed = ' stretchy="false"' if text in CLOSING or text == "|" else ""
    return f"<mo{fixed}>{html.escape(SYMBOLS.get(text, text))}</mo>"


def _name(text: str) -> str:
    """Return a variable, a parameter or a word of a sentence."""
    if text in ("sum_k", "mean_m"):
        sign, index = ("∑", "k") if text == "sum_k" else ("mean", "m")
        return f"<munder><mo>{sign}</mo><mi>{index}</mi></munder>"
    if text == "Phi":
        return "<mi>Φ</mi>"
    if IS_WORD.fullmatch(text):
        return f"<mtext>{text}</mtext>"
    if text[-1] in "*+":
        return _raised(_name(text[:-1]), f"<mo>{text[-1]}</mo>")
    match = re.fullmatch(r"(\w+)_(\w)", text)
    if match:
        return f"<msub>{_name(match[1])}<mi>{match[2]}</mi></msub>"
    kind = ' class="parameter"' if text.startswith("q.") else ""
    return f"<mi{kind}>{text}</mi>"
