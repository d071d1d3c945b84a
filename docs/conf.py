"""Documentation of gametrade: ``sphinx-build -W docs docs/_build`` needs no network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_ext")]
# Notebook kernels are separate processes; they import the same checkout.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(DOCS.parent), os.environ.get("PYTHONPATH")]))
os.environ["PLOTLY_RENDERER"] = "notebook"  # plotly.js once inside each page, not from a network

import gametrade

project = "gametrade"
author = copyright = "The gametrade developers"
version = release = gametrade.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.extlinks",
    "numpydoc",
    "mathml",
    "registry_pages",
    "offline",
]
exclude_patterns = ["_build", "_ext", "jupyter_execute", "README.md"]
templates_path: list[str] = []

html_theme = "furo"
html_title = f"gametrade {release}"
html_math_renderer = "mathml"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]

myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True

extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
nitpick_ignore_regex = [("py:.*", r".*")]
