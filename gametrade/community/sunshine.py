"""Where the sun stands and what a tilted panel gets from a clear or cloudy sky; simple published formulas."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray


def sun_vector(day_of_year: FloatArray, hour: FloatArray, latitude: float) -> FloatArray:
    """Unit vector that points at the sun: south, west, up.

    Parameters
    ----------
    day_of_year : ndarray of shape (T,)
        1 to 366.
    hour : ndarray of shape (T,)
        Local solar time. [h]
    latitude : float
        North is positive. [°]

    Returns
    -------
    ndarray of shape (3, T)
        The third row is the sine of the sun's altitude.

    Notes
    -----
    Declination of Cooper (1969): ``23.45° sin(2 pi (284 + day) / 365)``; 15° of hour angle an hour.

    References
    ----------
    .. [1] P. I. Cooper, "The absorption of radiation in solar stills," Solar Energy 12(3), 1969,
       :doi:`10.1016/0038-092X(69)90047-4`.

    Examples
    --------
    >>> noon = sun_vector(np.array([81.0]), np.array([12.0]), 50.0)     # about the equinox
    >>> float(np.degrees(np.arcsin(noon[2, 0])).round(1))
    40.0
    """
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    angle, place = np.radians(15 * (hour - 12)), np.radians(latitude)
    up = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(angle)
    south = np.sin(place) * np.cos(declination) * np.cos(angle) - np.cos(place) * np.sin(declination)
    west = np.cos(declination) * np.sin(angle)
    return np.stack([south, west, up])


def panel_normal(tilt: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Unit vector that panels look along: south, west, up.

    Parameters
    ----------
    tilt : ndarray of shape (k,)
        From horizontal. [°]
    azimuth : ndarray of shape (k,)
        From south, west positive. [°]

    Returns
    -------
    ndarray of shape (k, 3)
        One row a panel.
    """
    lean, turn = np.radians(tilt), np.radians(azimuth)
    return np.stack([np.sin(lean) * np.cos(turn), np.sin(lean) * np.sin(turn), np.cos(lean)], axis=1)


def panel_irradiance(sun: FloatArray, normals: FloatArray, tilt: FloatArray, clearness: FloatArray) -> FloatArray:
    """Irradiance on tilted panels under a sky of given clearness.

    Parameters
    ----------
    sun : ndarray of shape (3, T)
        As from `sun_vector`.
    normals : ndarray of shape (k, 3)
        As from `panel_normal`.
    tilt : ndarray of shape (k,)
        From horizontal. [°]
    clearness : ndarray of shape (T,)
        Share of the clear-sky beam that comes through, 0 to 1.

    Returns
    -------
    ndarray of shape (k, T)
        Irradiance, 0 while the sun is down. [kW/m²]

    Notes
    -----
    Clear-sky beam of Meinel, ``1.353 * 0.7 ** (AM ** 0.678)``, with the air mass ``AM`` of Kasten and Young
    (1989). The sky adds 10 % of the clear beam's horizontal part, and a third of the beam that clouds hold
    back, seen by a panel of tilt b as ``(1 + cos b) / 2``.

    References
    ----------
    .. [1] A. B. Meinel and M. P. Meinel, *Applied Solar Energy*, Addison-Wesley, 1976.
    .. [2] F. Kasten and A. T. Young, "Revised optical air mass tables," Applied Optics 28(22), 1989,
       :doi:`10.1364/AO.28.004735`.
    """
    height = np.maximum(sun[2], 0.0)
    degrees = np.degrees(np.arcsin(np.minimum(height, 1.0)))
    air_mass = 1 / (height + 0.50572 * (degrees + 6.07995) ** -1.6364)
    beam = np.where(height > 0, 1.353 * 0.7 ** (air_mass**0.678), 0.0)
    sky = height * beam * (0.1 + (1 - clearness) / 3)
    direct = np.maximum(normals @ sun, 0.0)
    direct *= beam * clearness
    direct += np.outer((1 + np.cos(np.radians(tilt))) / 2, sky)
    return direct
