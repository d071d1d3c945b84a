"""Hypothesis profiles: the same examples every time in continuous integration, fresh ones at a desk."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

slow_is_fine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("desk", max_examples=40, **slow_is_fine)
settings.register_profile("ci", max_examples=40, derandomize=True, **slow_is_fine)
settings.load_profile("ci" if os.environ.get("CI", "").lower() in ("1", "true", "yes") else "desk")
