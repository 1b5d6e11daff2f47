"""`bin/up`: prepare the data, then serve: web server, worker and scheduler as one.

Nothing of Django is imported here: a start with nothing to prepare is quick and the
supervisor stays small.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from config.places import ROOT, data_folder, demo_folder, keep_address
from config.supervisor import Child, Supervisor

_WATCHED = ("src", "config", "demo")
_FIRST_PAGE_SECONDS = 60


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the command line's choices."""
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Install, prepare and serve Pérenne."
    )
    parser.add_argument("--demo", action="store_true", help="a sample business to try")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    return parser.parse_args(arguments)


def environment(choices: argparse.Namespace) -> dict[str, str]:
    """Return the settings the child processes get; the caller's own always win."""
    given = os.environ
    data = data_folder()
    shown = "127.0.0.1" if choices.host == "0.0.0.0" else choices.host  # noqa: S104
    values = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        "PERENNE_SITE_URL": f"http://{shown}:{choices.port}",
    }
    if choices.host not in {"127.0.0.1", "localhost"}:
        values["PERENNE_ALLOWED_HOSTS"] = f"{choices.host},127.0.0.1,localhost"
    if choices.demo:
        data = demo_folder()
        values |= demo_environment(choices.port)
    merged = {**values, **given, "PERENNE_DATA": str(data)}
    merged.pop("PYTHONDONTWRITEBYTECODE", None)
    return merged


def demo_environment(port: int) -> dict[str, str]:
    """Return the demo's own mail catcher and payment simulator as settings."""
    return {
        "PERENNE_DEMO": "1",
        "PERENNE_SMTP_URL": f"smtp://127.0.0.1:{port + 25}",
        "PERENNE_STRIPE_API_BASE": f"http://127.0.0.1:{port + 111}",
        "PERENNE_STRIPE_SECRET_KEY": "sk_test_demo",
        "PERENNE_STRIPE_WEBHOOK_SECRET": "whsec_demo",
    }


def fingerprint() -> str:
    """Return a digest of the program's files: when it changes, there is work to do."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for folder in _WATCHED:
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                "__pycache__" not in path.parts
                and path.suffix != ".mo"
                and path.is_file()
            ):
                state = path.stat()
                digest.update(f"{path}{state.st_size}{state.st_mtime_ns}".encode())
    return digest.hexdigest()


def prepare(settings: dict[str, str], *, demo: bool) -> None:
    """Bring catalogues, database and static files up to date, when anything changed."""
    data = Path(settings["PERENNE_DATA"])
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp, wanted = data / ".prepared", f"{fingerprint()} {demo}"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    print("Preparing the data …", flush=True)
    command = [sys.executable, "-m", "config.prepare", *(["--demo"] if demo else [])]
    subprocess.run(command, env=settings, check=True)  # noqa: S603 - built by us
    stamp.write_text(wanted, "utf-8")


def children(choices: argparse.Namespace, settings: dict[str, str]) -> list[Child]:
    """Return the processes to keep running."""
    # One process holds a solo business in 160 MiB; a second thread keeps a slow answer
    # (a payment provider's) from holding up all others.
    workers = settings.get("PERENNE_WEB_WORKERS") or "1"
    tools = Path(sys.executable).parent
    web = [
        str(tools / "granian"),
        *("--interface", "wsgi", "--host", choices.host, "--port", str(choices.port)),
        *("--workers", workers, "--blocking-threads", "2", "--no-ws"),
        *("--log-level", "warning", "config.wsgi:application"),
    ]
    worker = [
        sys.executable,
        str(ROOT / "manage.py"),
        "ox_worker",
        *("--concurrency", "2", "--verbosity", "0"),
    ]
    found = [Child("The web server", web), Child("The worker", worker)]
    if choices.demo:
        data = Path(settings["PERENNE_DATA"])
        found += demo_children(choices.port, data, settings["PERENNE_SITE_URL"])
    return found


def demo_children(port: int, data: Path, site: str) -> list[Child]:
    """Return the demo's mail catcher and payment simulator."""
    catcher = ["--port", str(port + 25), "--folder", str(data / "outbox")]
    simulator = [
        *("--port", str(port + 111), "--webhook-secret", "whsec_demo"),
        *("--webhook-url", f"{site}/hooks/stripe/"),
        *("--state", str(data / "stripe.json")),
    ]
    return [
        Child("The mail catcher", [sys.executable, "-m", "demo.catcher", *catcher]),
        Child(
            "The payment simulator",
            [sys.executable, "-m", "simulators.stripe", *simulator],
        ),
    ]


def is_taken(host: str, port: int) -> bool:
    """Tell whether another program listens there.

    The web server would share the port with it, and each visitor get one or the other.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as refused:
        return refused.errno == errno.EADDRINUSE
    return False


def answers(choices: argparse.Namespace, site: str) -> bool:
    """Tell whether the web server answers, at whatever address visitors will use.

    By hand: an HTTP client would cost this process 9 MiB for as long as it runs.
    """
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(choices.host, choices.host)  # noqa: S104
    name = site.split("://", 1)[-1].split("/", 1)[0]
    asked = f"HEAD /health/ HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((here, choices.port), timeout=5) as wire:
            wire.sendall(asked.encode())
            return wire.recv(5) == b"HTTP/"
    except OSError:
        return False


def announce(
    choices: argparse.Namespace, settings: dict[str, str], started: float
) -> None:
    """Wait for the first page, then print the address and the owner's one-time link."""
    link = subprocess.Popen(  # noqa: S603 - built by us
        [sys.executable, str(ROOT / "manage.py"), "owner_link"],
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.setpriority(os.PRIO_PROCESS, link.pid, 10)  # the first page comes first
    for _try in range(_FIRST_PAGE_SECONDS * 10):
        if answers(choices, settings["PERENNE_SITE_URL"]):
            break
        time.sleep(0.1)
    printed, refused = link.communicate()
    site = settings["PERENNE_SITE_URL"]
    print(f"\nPérenne is ready after {time.monotonic() - started:.1f} s.")
    print(f"  Site          {site}/")
    if link.returncode == 0:
        print(f"  Owner, once   {printed.strip()}")
    else:
        print(refused.strip())
    if settings.get("PERENNE_DEMO") == "1":
        print(f"  Mail sent     {site}/outbox/")
    print("Ctrl-C stops it.\n", flush=True)


def main(arguments: list[str]) -> int:
    """Prepare and serve until stopped; return the exit code."""
    started = time.monotonic()
    choices = parse(arguments)
    if is_taken(choices.host, choices.port):
        print(
            f"Port {choices.port} is taken: is Pérenne running? --port names another."
        )
        return 1
    settings = environment(choices)
    os.environ.update(settings)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        prepare(settings, demo=choices.demo)
    except subprocess.CalledProcessError as error:
        print("The data could not be prepared; the reason stands above.")
        return error.returncode
    keep_address(Path(settings["PERENNE_DATA"]), settings["PERENNE_SITE_URL"])
    threading.Thread(
        target=announce, args=(choices, settings, started), daemon=True
    ).start()
    return Supervisor(children(choices, settings)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
