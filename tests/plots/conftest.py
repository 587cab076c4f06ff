"""What the tests of figures share; every figure that they draw is tried in every language."""

import re
from collections.abc import Callable, Iterator

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from dyadsim.model.parameters import catalogue
from dyadsim.plots import style
from dyadsim.plots.language import languages, translate_figure, untranslated
from dyadsim.plots.panels import fit_words

SAMPLES = re.compile(  # what tests make up, and parameters, which are named as they are typed
    r"a title\nof lines\nand lines|a long label of an axis|one literature|(word\s?)+|title|t"
    r"|one sided|far|noisy|mood|Effect\n\(g\)|Dropout\n\(share\)|to come, %|long, g|our own, r"
    r"|early minus late, .*|gain in therapy, .*|To find it|Scores|Pilot|Share"
    r"|Where gain>=5|\d+ clients|ilardi_craighead1994 …|spread of doses|[ab]: mean, 0|output_\d.*"
    r"|.*\nNOT to be trusted: the data are unlike it"
    r"|therapists ignored|mixed model|(third|fourth|fifth) = .*|some world.*|(Wait|Gain) \(points\)"
    r"|changed: alliance.rate = 0.4.*|BDI-II\n12 weeks,\ntherapy|gain|dropout|a: even|b: uneven|"
    + "|".join(re.escape(style.parameter_label(name)) for name in catalogue()),
    re.DOTALL,
)
DIGITS = re.compile(r"\d+")
TRIED: set[frozenset[str]] = set()  # texts of figures that were tried in every language


@pytest.fixture
def texts_of() -> Callable[[Figure], str]:
    """Give a function that returns all text of a figure, drawn once as a check that it can be."""

    def texts(figure: Figure) -> str:
        figure.draw_without_rendering()
        return "\n".join(text.get_text() for text in figure.findobj(Text))

    return texts


def words_of(figure: Figure) -> list[str]:
    """Return the texts of a figure that somebody can read, but for made-up names."""
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_visible()]
    return [
        text.get_text()
        for text in texts
        if not SAMPLES.fullmatch(text.get_text())
        and text.get_text() not in getattr(figure, "dyadsim_kept", ())
    ]


@pytest.fixture(autouse=True)
def every_language(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """After a test, try the figures that it drew in every language: no text without translation."""
    drawn: list[Figure] = []
    new_figure = style.new_figure

    def kept(width: float, height: float) -> Figure:
        drawn.append(new_figure(width, height))
        return drawn[-1]

    monkeypatch.setattr(style, "new_figure", kept)
    yield
    if request.module.__name__.endswith(
        ("test_style", "test_language", "test_panels", "test_drawing")
    ):
        return  # figures of nothing
    with style.drawing_style():
        for figure in drawn:
            words = words_of(figure)
            kind = frozenset(DIGITS.sub("", text) for text in words)
            if kind in TRIED:
                continue  # by another test of the same figure
            TRIED.add(kind)
            for language in languages()[1:]:
                assert untranslated(words, language) == []
            translate_figure(figure, "de")
            fit_words(figure)
