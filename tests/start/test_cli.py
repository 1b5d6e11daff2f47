"""The command line, as somebody who has just arrived uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def perenne(tmp_path):
    """Run `bin/perenne` on a data folder of its own: perenne("doctor", MAIL_FROM="…")."""

    def run(*words, **settings):
        given = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PERENNE_")
        }
        ours = {f"PERENNE_{name}": value for name, value in settings.items()}
        return subprocess.run(
            [sys.executable, "-m", "config.cli", *words],
            cwd=ROOT,
            env={
                **given,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "PERENNE_DATA": str(tmp_path / "data"),
                **ours,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("words", [("owner", "link"), ("bilan", "--json")])
def test_without_data_a_command_says_what_to_do(perenne, tmp_path, words):
    answer = perenne(*words)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        f"There is no data in {tmp_path / 'data'} yet: start bin/up once. For the sample "
        "business of bin/up --demo, begin with: bin/perenne --demo\n"
    )
    assert not (tmp_path / "data" / "perenne.sqlite3").exists()


def test_a_wrong_setting_is_one_sentence(perenne):
    answer = perenne("doctor", TRUSTED_PROXIES="somewhere")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == (
        "PERENNE_TRUSTED_PROXIES: somewhere is neither an address nor a network.\n"
    )


def test_the_demo_has_its_own_data_and_address(perenne, tmp_path):
    folder = tmp_path / "data" / "demo"
    folder.mkdir(parents=True)
    (folder / "address").write_text("http://127.0.0.1:8123", "utf-8")
    answer = perenne("--demo", "doctor", "--json")
    found = {look["check"]: look["detail"] for look in json.loads(answer.stdout)}
    assert found["data folder"].startswith(f"{folder},")
    assert found["address"].startswith("http://127.0.0.1:8123")
    assert found["payments"] == "payments are simulated: no money moves"


def test_help_names_every_command_and_the_demo(perenne):
    answer = perenne("--help")
    assert answer.returncode == 0
    assert "bin/perenne --demo COMMAND" in answer.stdout
    assert "  owner link  " in answer.stdout


def test_a_new_data_folder_is_closed_to_others(perenne, tmp_path):
    perenne("doctor")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
