# Sourced by the scripts beside it: finds an interpreter, makes the virtual environment once
# and installs the locked packages when the lock has changed. Needs a Python, nothing else.
# $1: the lock file to install from.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
unset PYTHONDONTWRITEBYTECODE # without compiled modules every start takes three times as long
export PYTHONPATH="$root:$root/src" DJANGO_SETTINGS_MODULE=config.settings
export UV_PYTHON_DOWNLOADS=never
venv=${PERENNE_VENV:-$root/.venv}
python=$venv/bin/python

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in python3.13 python3.12 "$HOME"/.pyenv/versions/3.13*/bin/python3.13 \
    "$HOME"/.pyenv/versions/3.12*/bin/python3.12 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' \
      2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  if command -v uv >/dev/null; then
    uv python find '>=3.12,<3.14' 2>/dev/null && return
  fi
  say "Pérenne needs Python 3.12 or 3.13 (with its venv module), and found neither."
  say "On Debian or Ubuntu: sudo apt-get install python3.12 python3.12-venv"
  exit 1
}

lock_stamp() { printf '%s %s' "$(cat requirements-bootstrap.txt "$1" | cksum)" "$1"; }

install_packages() {
  local lock=$1 stamp=$venv/.installed installed interpreter
  installed=$(cat "$stamp" 2>/dev/null || true)
  # The development lock holds everything that the plain one does.
  if [ -x "$python" ] && { [ "$installed" = "$(lock_stamp "$lock")" ] ||
    [ "$installed" = "$(lock_stamp requirements-dev.txt)" ]; }; then
    return
  fi
  if [ ! -x "$python" ]; then
    interpreter=$(find_python)
    say "Making a Python environment in ${venv/#$root\//} …"
    "$interpreter" -m venv "$venv"
  fi
  say "Installing packages (once; needs the network) …"
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r requirements-bootstrap.txt
  "$venv/bin/uv" pip sync --quiet --system-certs --compile-bytecode --python "$python" --require-hashes \
    "$lock" requirements-bootstrap.txt
  lock_stamp "$lock" >"$stamp"
}

install_packages "$1"
