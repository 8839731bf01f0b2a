from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.setup_trial import MOST_ACTIONS, TRIALS, run
from bench.x_screen import NEEDED


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {' and '.join(NEEDED)}")
def test_a_real_window_is_set_up_by_keys_alone(tmp_path: Path) -> None:
    """From first start to measuring on a scanner's screen that nobody has said anything about."""
    trial = next(t for t in TRIALS if t.name == "lm")
    outcome = run(trial, tmp_path, pause_s=0.0)
    assert outcome.border
    assert outcome.actions <= MOST_ACTIONS
