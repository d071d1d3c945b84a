"""The figure of a study of market designs: gains against what has to be told, and who is stable."""

from __future__ import annotations

import plotly.graph_objects as go

from gametrade.analysis.studies.market_designs import DesignStudy
from gametrade.reports.figures.style import BLUE, GREY, VERMILLION, Figure


def design_figure(study: DesignStudy) -> Figure:
    """Draw the gains of each design as a bar, coloured by stability, with the messages it takes written beside it.

    Parameters
    ----------
    study : DesignStudy
        Market designs of one community.

    Returns
    -------
    Figure
        One bar a design, and a line at the best gains there are.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.studies.market_designs import market_designs
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> design_figure(market_designs(day, ["alone", "coordinated"])).id
    'market_designs'
    """
    rows = list(study.rows)[::-1]
    unit, best = study.community.tariff.currency, rows[0].best
    colours = {"stable": BLUE, "blocked": VERMILLION, "not proved": GREY}
    plot = go.Figure(
        go.Bar(
            x=[row.outcome.welfare for row in rows],
            y=[row.name for row in rows],
            orientation="h",
            marker={"color": [colours.get(row.status, BLUE) for row in rows]},
            text=[f"{row.outcome.talk.messages:,} messages, {row.status}" for row in rows],
            textposition="auto",
            hovertemplate="%{y}: %{x:.4g} " + unit + "<br>%{text}<extra></extra>",
        )
    )
    plot.add_vline(x=best, line={"dash": "dash", "color": GREY}, annotation={"text": "best plan"})
    plot.update_layout(xaxis={"title": f"gains of all homes [{unit}]", "rangemode": "tozero"}, margin={"l": 8, "r": 8})
    plot.update_yaxes(automargin=True)
    caption = (
        f"Gains over {study.community.n_steps} steps after charges. Blue: no coalition gains by sharing alone, up to "
        "what a negotiation left open; orange: some coalition does; grey: not proved. Messages of all steps."
    )
    return Figure("market_designs", "What each market design gains, and what it takes", caption, plot)


def design_page(study: DesignStudy) -> str:
    """Write the table and the figure of a study as one page that needs no network.

    Parameters
    ----------
    study : DesignStudy
        Market designs of one community.

    Returns
    -------
    str
        HTML.
    """
    from html import escape

    figure = design_figure(study)
    drawn = figure.plot.to_html(full_html=False, include_plotlyjs=True, config={"displaylogo": False})
    table = f"<pre style='overflow-x:auto'>{escape(str(study))}</pre>"
    head = "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Market designs</title></head><body>"
    return f"{head}<h1>{escape(figure.title)}</h1>{table}{drawn}<p>{escape(figure.caption)}</p></body></html>\n"
