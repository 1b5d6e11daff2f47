"""Where things are, for whoever needs to know it before Django does."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_ADDRESS = "http://127.0.0.1:8000"


def data_folder() -> Path:
    """Return where the data of the house lies."""
    return Path(os.environ.get("PERENNE_DATA") or ROOT / "var")


def demo_folder() -> Path:
    """Return where the sample business lies, apart from one's own data."""
    return data_folder() / "demo"


def last_address(folder: Path) -> str:
    """Return where the house of a data folder was served last."""
    kept = folder / "address"
    return kept.read_text("utf-8").strip() if kept.is_file() else DEFAULT_ADDRESS


def keep_address(folder: Path, site_url: str) -> None:
    """Remember it, for the links that bin/perenne prints."""
    (folder / "address").write_text(site_url, "utf-8")
