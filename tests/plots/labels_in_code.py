"""The words that figures may say, read from their code, also where no test draws them."""

import ast
from collections.abc import Iterator
from pathlib import Path

PLOTS = Path(__file__).parents[2] / "dyadsim/plots"
SAID_BY = {  # functions of matplotlib (and of ours) whose words are read
    "add_legend",
    "annotate",
    "beside",
    "legend",
    "set_title",
    "set_xlabel",
    "set_xticks",
    "set_ylabel",
    "set_yticks",
    "suptitle",
    "supxlabel",
    "supylabel",
    "text",
}
KEYWORDS = {"label", "title"}
LOCAL = {"label", "title", "words", "said", "bars", "legend", "doses", "side", "note", "text"}
TABLES = {  # dictionaries whose values are words
    "LABELS",
    "PANELS",
    "SHARES",
    "_ENDINGS",
    "_LABELS",
    "_LOOKS",
    "_SHORT",
    "_TEXTS",
    "_TITLES",
    "ARM_LABELS",
    "_AXES",
}
NOT_SAID = {  # of the arguments: places, styles, names of columns
    *("left", "right", "center", "top", "bottom", "data", "axes fraction", "offset points"),
    *("upper left", "upper right", "lower left", "lower right", "outside lower center"),
    *("outside upper center", "center left", "bold", "normal", "black", "white", "x", "y"),
}
SAMPLE = "7"  # for what stands in braces


def _words(node: ast.expr) -> Iterator[str]:
    """Yield the texts of an expression, with a sample for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else SAMPLE for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)
    elif isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from _words(part)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _words(value)
    elif isinstance(node, ast.BinOp):
        sides = [*_words(node.left)], [*_words(node.right)]
        yield from (a + b for a in sides[0] for b in sides[1])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "Look":
            return
        if node.func.attr in ("fill", "wrap"):
            yield from _words(node.args[0])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def labels_of(file: Path) -> list[str]:
    """Return the words of one module."""
    labels: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            keywords = [keyword.value for keyword in node.keywords if keyword.arg in KEYWORDS]
            said = node.args if _called(node) in SAID_BY else []
            for value in (*said, *keywords):
                labels += _words(value)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {getattr(target, "id", "") for target in targets}
            if names & LOCAL and node.value is not None:
                labels += _words(node.value)
            if names & TABLES and isinstance(node.value, ast.Dict):
                for value in node.value.values:
                    labels += _words(value)
    texts = [text.replace("{}", "7 (published 7)") for text in labels if text not in NOT_SAID]
    return [text for text in dict.fromkeys(texts) if text.strip(SAMPLE)]


def all_labels() -> dict[str, list[str]]:
    """Return the words of every module of figures."""
    return {file.stem: labels_of(file) for file in sorted(PLOTS.glob("[a-z]*.py"))}


if __name__ == "__main__":
    for module, labels in all_labels().items():
        for label in labels:
            print(f"{module}: {label!r}")
