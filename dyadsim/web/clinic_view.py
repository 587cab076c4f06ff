"""One clinic in the browser, session by session: `solara run dyadsim.web.clinic_view`.

Mesa's SolaraViz with its play, step and reset, sliders for a few parameters, and the figure of
`plots.clinic`. It needs the extra `viz`: pip install 'dyadsim[viz]'.
"""

from typing import Any

from dyadsim.plots import clinic as plot
from dyadsim.simulation.mesa_model.clinic import SESSIONS, Clinic, visual_parts

try:
    import solara
except ImportError:  # the module can be read without; `solara run` is not there then
    solara = None
_component: Any = solara.component if solara else lambda function: function
_BESIDE_CONTROLS = "400px"  # the width of Solara's sidebar, which lies on the page


def model_parameters() -> dict[str, Any]:
    """Return a slider for each parameter that can be moved."""
    slider = visual_parts().Slider
    return {
        "clients": slider("Clients", 120, 20, 400, 20),
        "specificity": slider("Specificity of treatment", 0.5, 0.0, 1.0, 0.1),
        "therapist_spread": slider("Spread of therapists", 1.0, 0.2, 2.0, 0.2),
        "alliance_rate": slider("Speed of the alliance", 0.4, 0.1, 0.9, 0.1),
        "rng": slider("Seed", 1, 1, 50, 1),
    }


@_component  # type: ignore[untyped-decorator]
def Picture(clinic: Clinic) -> None:
    """Draw the clinic as it is, anew after every step."""
    visual_parts().utils.update_counter.get()
    figure = plot.figure(clinic.people(), clinic.course(), SESSIONS)
    solara.FigureMatplotlib(figure, format="png", bbox_inches="tight")


@_component  # type: ignore[untyped-decorator]
def Page() -> None:
    """Show one clinic with its controls.

    The picture stands below the controls and not in Mesa's grid of components, whose script comes
    from the network: the page works without.
    """
    clinic = solara.use_reactive(solara.use_memo(Clinic, []))
    visual_parts().SolaraViz(
        clinic,
        components=[],
        model_params=model_parameters(),
        name="One clinic, session by session",
        play_interval=400,
    )
    with solara.Column(style={"padding-left": _BESIDE_CONTROLS}):  # it keeps margins at 0
        solara.Text("A slider that was moved counts from the next Reset on.")
        Picture(clinic.value)
