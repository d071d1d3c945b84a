"""Line charts as small SVG files: no script, a few kilobytes, readable in a browser and on a repository page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 44, 56
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
DASHES = ("", "7 4", "2 4", "10 4 2 4")


def line_chart(
    path: Path,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    x_label: str,
    y_label: str,
    log_x: bool = False,
) -> None:
    """Draw named curves of (x, y) points with a legend at the right."""
    xs = sorted({x for points in curves.values() for x, _ in points})
    ys = [y for points in curves.values() for _, y in points]
    place_x = math.log if log_x else float
    low_x, high_x = place_x(xs[0]), place_x(xs[-1])
    ticks = nice_ticks(min(0.0, *ys), max(ys))
    low_y, high_y = ticks[0], ticks[-1]

    def at(x: float, y: float) -> tuple[float, float]:
        across = (place_x(x) - low_x) / (high_x - low_x or 1.0)
        up = (y - low_y) / (high_y - low_y or 1.0)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(LEFT, 24, title, "start", size=15),
    ]
    for y in ticks:
        (x0, level), (x1, _) = at(xs[0], y), at(xs[-1], y)
        parts.append(f'<line x1="{x0:.1f}" y1="{level:.1f}" x2="{x1:.1f}" y2="{level:.1f}" stroke="#ddd"/>')
        parts.append(text(x0 - 8, level + 4, f"{y:g}", "end"))
    for x in xs if len(xs) <= 10 else xs[:: len(xs) // 8]:
        across, down = at(x, low_y)
        parts.append(text(across, down + 18, f"{x:g}", "middle"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_label, "middle"))
    turned = f"translate(18 {(HEIGHT - BOTTOM + TOP) / 2:.0f}) rotate(-90)"
    parts.append(f'<g transform="{turned}">{text(0, 0, y_label, "middle")}</g>')
    for k, (name, points) in enumerate(curves.items()):
        style = f'stroke="{COLOURS[k % len(COLOURS)]}" stroke-dasharray="{DASHES[k % len(DASHES)]}"'
        places = [at(x, y) for x, y in points]
        route = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{route}" fill="none" stroke-width="2.2" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[k % len(COLOURS)]}"/>' for x, y in places]
        level = TOP + 12 + 20 * k
        start, end = WIDTH - RIGHT + 14, WIDTH - RIGHT + 44
        key = f'x1="{start}" y1="{level - 4}" x2="{end}" y2="{level - 4}"'
        parts += [f'<line {key} stroke-width="2.2" {style}/>', text(end + 6, level, name, "start")]
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def text(x: float, y: float, words: str, anchor: str, size: int = 13) -> str:
    """One label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'


def nice_ticks(low: float, high: float) -> list[float]:
    """Four to ten round numbers that cover a range."""
    if high <= low:
        high = low + 1.0
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(k * step, 12) for k in range(first, last + 1)]
