"""`bin/perenne`: the product's commands, and nothing else of Django's.

`bin/perenne import contacts FILE` runs the management command `import_contacts`; the
longest run of leading words that names a command wins. `bin/perenne --demo COMMAND` speaks
to the sample business. Exit codes: 0 done, 1 refused or something is wrong, 2 the command
line or a setting was not understood.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

# Django's own commands that an operator needs.
PLAIN = {"migrate", "shell", "collectstatic", "dbshell"}
# These read files or their options alone.
ON_PLAIN_FILES = {
    "mail_read_bounce",
    "retention",
    "launch_forecast",
    "launch_audience_for",
}
READY_ANYWHERE = PLAIN | ON_PLAIN_FILES | {"doctor"}


def _own_commands() -> dict[str, str]:
    from django.core.management import get_commands

    return {
        name: app
        for name, app in get_commands().items()
        if (isinstance(app, str) and app.split(".")[0] in {"perenne", "demo"})
        or name in PLAIN
    }


def _command_of(words: Sequence[str], known: dict[str, str]) -> tuple[str, int] | None:
    """Return the longest command that the first words spell, and how many words it took."""
    for count in range(min(3, len(words)), 0, -1):
        name = "_".join(words[:count]).replace("-", "_")
        if name in known:
            return name, count
    return None


def _print_help(known: dict[str, str]) -> None:
    from django.core.management import load_command_class

    print("Usage: bin/perenne COMMAND [options]   (bin/perenne COMMAND --help)")
    print("       bin/perenne --demo COMMAND …     on the data of bin/up --demo\n")
    for name in sorted(set(known) - PLAIN):
        summary = load_command_class(known[name], name).help.strip().split("\n")[0]
        print(f"  {name.replace('_', ' '):24} {summary}")


def _turn_to_demo() -> None:
    """Point the settings at the sample business, as `bin/up --demo` does."""
    from config.places import demo_folder, last_address
    from config.up import environment, parse

    port = urlsplit(last_address(demo_folder())).port
    os.environ.update(environment(parse(["--demo", "--port", str(port)])))


def _missing_data() -> str:
    """Return what to say when no house was prepared here yet, else ""."""
    from django.conf import settings
    from django.db import connection

    name = Path(str(connection.settings_dict["NAME"]))
    absent = connection.vendor == "sqlite" and not name.exists()
    if not absent and "django_migrations" in connection.introspection.table_names():
        return ""
    return (
        f"There is no data in {settings.DATA} yet: start bin/up once. For the sample "
        "business of bin/up --demo, begin with: bin/perenne --demo"
    )


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if arguments and arguments[0] == "--demo":
        arguments = arguments[1:]
        _turn_to_demo()
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 2
    return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    from django.core.management import load_command_class

    known = _own_commands()
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        _print_help(known)
        return 0 if arguments else 2
    found = _command_of(arguments, known)
    if found is None:
        print(f"There is no command {arguments[0]!r}.\n", file=sys.stderr)
        _print_help(known)
        return 2
    name, count = found
    rest = list(arguments[count:])
    command = load_command_class(known[name], name)
    parser = command.create_parser("bin/perenne", name)
    parser.called_from_command_line = True  # what is typed wrong ends with 2
    parser.parse_args(rest)
    missing = "" if name in READY_ANYWHERE else _missing_data()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    command.run_from_argv(["bin/perenne", name, *rest])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
