"""The same examples on every run, unless asked for new ones."""

from __future__ import annotations

import os

from hypothesis import settings

# `make test` must not turn red by luck on somebody else's change; `make fuzz` looks for
# new examples with NEWSINGEST_FUZZ=1.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("fuzz" if os.environ.get("NEWSINGEST_FUZZ") else "steady")
