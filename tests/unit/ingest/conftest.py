"""Property tests here are many: fewer examples each, and no deadline that a busy machine would miss."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("busy", max_examples=60, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "busy"))
