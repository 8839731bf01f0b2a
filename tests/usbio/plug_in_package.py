"""A package with plug-ins, installed into a folder as pip does, and a process that finds it there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]


def install(folder: Path, package: str, modules: Mapping[str, str], entries: Mapping[str, str]) -> Path:
    """Put modules and what names them into a folder that is to stand on the path."""
    folder.mkdir(exist_ok=True)
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
    )
    lines = ["[usbio.sources]", *(f"{name} = {target}" for name, target in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def ran(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in a process of its own that has the folder on its path."""
    paths = os.pathsep.join(map(str, (folder, REPO)))
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths, "XDG_STATE_HOME": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(folder: Path, code: str) -> Any:
    """Return what such a process prints, as JSON."""
    done = ran(folder, code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def install_documented(folder: Path) -> Path:
    """Install the very plug-in that `docs/sources.md` shows."""
    text = (REPO / "docs" / "sources.md").read_text(encoding="utf-8")
    source, project = (
        re.findall(rf"```{language}\n(.*?)```", text, re.S)[0] for language in ("python", "toml")
    )
    assert len([line for line in source.splitlines() if line.strip()]) <= 30
    told = tomllib.loads(project)["project"]
    return install(folder, told["name"], {"acme_usbio": source}, told["entry-points"]["usbio.sources"])
