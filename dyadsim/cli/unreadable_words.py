"""A word of the command line that Hydra's grammar cannot read: why, and how it is written.

Letters beyond A to Z, and marks such as ; and #, are read only in double quotes. The sentence says
so with the word as it must be typed, where there is one.
"""

import re
import shlex

from dyadsim.checks import is_plain_key, setting_word, short_enough

_GRAMMAR = re.compile(  # how the parser's generator words its complaints
    r"token recognition error|mismatched input|no viable alternative|extraneous input|^missing "
)
_PARTS = re.compile(  # quoted, opens, closes, comma, anything else
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([\[{(])|([\]})])|(,)|(.)""", re.DOTALL
)
_OPENS, _CLOSES, _COMMA = 2, 3, 4
_PAIRS = {"[": "]", "{": "}", "(": ")"}


def sentence(word: str, why: str) -> str:
    """Return what is wrong with a word, and how it is written.

    Parameters
    ----------
    word
        `name=value`, as it reached the program.
    why
        What the grammar says.

    Returns
    -------
    str
        A sentence without the grammar's own terms.

    Examples
    --------
    >>> print(sentence("data.path=Büro.csv", "token recognition error at: 'ü'"))
    'data.path=Büro.csv' cannot be read: names with other letters or marks than A to Z, digits \
and . / - _ stand in double quotes, all in single ones for the shell: 'data.path="Büro.csv"'.
    >>> print(sentence("outputs=[gain", "no viable alternative at input '[gain'"))
    'outputs=[gain' cannot be read: a bracket or a quotation mark in it is not closed.
    """
    if not _GRAMMAR.search(why):
        return f"'{word}' cannot be read: {why.rstrip('.')}."
    name, _, text = word.partition("=")
    if not re.fullmatch(r"[A-Za-z_][\w.@/]*", name, re.ASCII):
        return f"'{word}' cannot be read: '{name}' is no name of a setting."
    if not _is_closed(text):
        return f"'{word}' cannot be read: a bracket or a quotation mark in it is not closed."
    typed = _quoted(name, text)
    rule = (
        "names with other letters or marks than A to Z, digits and . / - _ stand in double quotes, "
        "all in single ones for the shell"
    )
    if typed and short_enough(typed):
        start = f"'{word}'" if len(word) < 80 else name
        return f"{start} cannot be read: {rule}: {typed}."
    return f"'{word}' cannot be read: it is no value, list [a,b] or pairs {{a:b}}; {rule}."


def _is_closed(text: str) -> bool:
    """Return whether every bracket and double quotation mark is closed."""
    waiting: list[str] = []
    for part in _PARTS.finditer(text):
        if part[_OPENS]:
            waiting.append(_PAIRS[part[_OPENS]])
        elif part[0] == '"' or (part[_CLOSES] and [part[_CLOSES]] != waiting[-1:]):
            return False
        elif part[_CLOSES]:
            waiting.pop()
    return not waiting


def _quoted(name: str, text: str) -> str:
    """Return the word with every name in double quotes that needs them; "": it does not help."""
    text = text.strip()
    if text and text[0] in "[{" and text[-1] in "]}":
        parts = list(map(_plain, _split(text[1:-1])))
        pairs = {key.strip(): _plain(value) for key, _, value in (p.partition(":") for p in parts)}
        mapped = text[0] == "{" and all(map(is_plain_key, pairs))
        if not all(parts) or (text[0] == "{" and not mapped and name != "data.where"):
            return ""
        typed = setting_word(name, pairs if mapped else parts)
    else:
        typed = setting_word(name, _plain(text)) if text[:1] not in ("", "=") else ""
    return typed if typed and _can_be_read(shlex.split(typed)[0]) else ""


def _split(text: str) -> list[str]:
    """Return the parts between commas that stand in no quotes and no brackets."""
    parts, depth = [""], 0
    for part in _PARTS.finditer(text):
        depth += bool(part[_OPENS]) - bool(part[_CLOSES])
        if part[_COMMA] and not depth:
            parts.append("")
        else:
            parts[-1] += part[0]
    return parts


def _plain(text: str) -> str:
    """Return a value without the quotes around it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return re.sub(r"\\([\"'])", r"\1", text[1:-1])
    return text


def _can_be_read(word: str) -> bool:
    """Return whether the grammar reads a word."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        OverridesParser.create().parse_override(word)
    except HydraException:
        return False
    return True
