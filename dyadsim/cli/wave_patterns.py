"""Patterns of columns, such as bdi_s{time}, as they may be typed."""

import re

_QUOTED = re.compile(r"[^{}:,\"']*(?:\{(?:time|item)\}[^{}:,\"']*)+")


def with_patterns_quoted(word: str) -> str:
    """Return a word of the command line, patterns of columns in quotes: Hydra reads braces else.

    Examples
    --------
    >>> with_patterns_quoted("data.wide=bdi_s{time}")
    'data.wide="bdi_s{time}"'
    >>> with_patterns_quoted("data.wide={score:bdi_{time},alliance:wai_{time}}")
    'data.wide={score:"bdi_{time}",alliance:"wai_{time}"}'
    """
    name, equals, text = word.partition("=")
    if name.partition(".wide")[0] != "data" or not {'"', "'"}.isdisjoint(text):
        return word
    return name + equals + _QUOTED.sub(lambda match: f'"{match[0]}"', text)
