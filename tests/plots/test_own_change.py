import pandas as pd

from dyadsim.plots import own_change


def test_every_client_is_in_a_bar(texts_of) -> None:
    kinds = list(own_change.KINDS)
    changes = pd.DataFrame(
        {
            "arm": ["a"] * 4 + ["b"] * 2,
            "change": [-8.0, 0.0, 7.0, 12.5, 0.0, 6.0],
            "kind": [kinds[0], kinds[1], kinds[2], kinds[2], kinds[1], kinds[2]],
        }
    )
    figure = own_change.figure(changes, instrument="bdi2", reliable_change=6.0)
    counts = [
        sum(patch.get_height() for bars in axes.containers for patch in bars)
        for axes in figure.axes
    ]
    assert counts == [4, 2]
    text = texts_of(figure)
    assert "reliably improved: 2 (50%)" in text
    assert "reliably worse: 0 (0%)" in text
    assert "BDI-II points (above 0 = better)" in text
