"""Sphinx: how the pages that `assemble.py` has gathered become the documentation site."""

import datetime
import importlib.metadata
import os
import re

SOURCE_TIME = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
TODAY = (
    datetime.datetime.fromtimestamp(SOURCE_TIME, datetime.UTC)
    if SOURCE_TIME
    else datetime.datetime.now(datetime.UTC)
)

project = "dyadsim"
author = "The dyadsim authors"
copyright = f"{TODAY:%Y}, the dyadsim authors; MIT licence"
version = release = importlib.metadata.version("dyadsim")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
root_doc = "index"
exclude_patterns = ["_extra", "_static", "_templates"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_extra_path = ["_extra"]
html_css_files = ["site.css"]
html_theme = "pydata_sphinx_theme"
html_title = "dyadsim"
html_show_sourcelink = False
html_copy_source = False
html_permalinks_icon = "#"
html_theme_options = {
    "logo": {"text": "dyadsim"},
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_center": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
html_sidebars = {"index": [], "README": [], "docs/gallery": []}

myst_heading_anchors = 5
myst_links_external_new_tab = False
suppress_warnings = ["myst.header", "myst.xref_ambiguous"]
nb_execution_mode = "cache"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_output_stderr = "remove"
nb_merge_streams = True
nb_execution_cache_path = os.environ.get("DYADSIM_NOTEBOOK_CACHE", "build/site/notebooks")

autosummary_generate = True
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_inherit_docstrings = False
autodoc_typehints = "signature"  # units and shapes stand in the docstrings
autodoc_typehints_format = "short"
maximum_signature_line_length = 80  # then a parameter a line
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False


EQUATIONS = re.compile(r" {4}|\||\w+ {2,}\S|\w+: .*#")


def show_equations_as_written(app, what, name, obj, options, lines):
    """Make equations and tables in docstrings literal, and bars in sentences plain.

    In the docstring of a module a paragraph that is indented, a table or aligned is literal.
    """
    result = []
    for paragraph in "\n".join(lines).split("\n\n"):
        if what == "module" and EQUATIONS.match(paragraph):
            result.append("::\n\n" + "\n".join(f"    {line}" for line in paragraph.split("\n")))
        elif ">>>" in paragraph:
            result.append(paragraph)
        else:
            result.append(paragraph.replace("|", "\\|"))
    lines[:] = "\n\n".join(result).split("\n")


def without_marks(signature):
    """Return a signature in which `Annotated[float, ...]` is `float`.

    What is declared beside a type (unit, range, source) stands in tables of its own.
    """
    start = signature.find("Annotated[")
    while start >= 0:
        depth, ends, quote = 0, [], ""
        for place in range(start + len("Annotated"), len(signature)):
            letter = signature[place]
            if quote:
                quote = "" if letter == quote and signature[place - 1] != "\\" else quote
            elif letter in "'\"":
                quote = letter
            elif letter in "[(":
                depth += 1
            elif letter in "])":
                depth -= 1
            elif letter == "," and depth == 1:
                ends.append(place)
            if depth == 0:
                break
        inner = signature[start + len("Annotated[") : ends[0] if ends else place]
        signature = signature[:start] + inner + signature[place + 1 :]
        start = signature.find("Annotated[")
    return signature


def show_types_alone(app, what, name, obj, options, signature, returned):
    """Leave out of signatures what is declared beside a type."""
    return signature and without_marks(signature), returned and without_marks(returned)


def setup(app):
    """Read docstrings and signatures as they are written."""
    app.connect("autodoc-process-docstring", show_equations_as_written, priority=400)
    app.connect("autodoc-process-signature", show_types_alone)
