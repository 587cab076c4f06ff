"""What tests of printed text share."""


def unfolded(text: str) -> str:
    """Return a text on one line: a sentence is found wherever the screen folded it."""
    return " ".join(text.split())
