# Sourced by every door of bin/: makes a bare machine able to run the portal (system libraries, then .venv from the hashed locks). POSIX sh.
# Before sourcing, a door sets `needs` to "run" or "test". After it, the shell stands at the root of the project and $python is the interpreter.
# shellcheck shell=sh
PORTAL_STARTED=${PORTAL_STARTED:-$(date +%s.%N)}
cd "$(dirname "$0")/.." || exit 1
umask 022
export PORTAL_STARTED PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 UV_NO_CONFIG=1 UV_LINK_MODE=copy
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV DJANGO_SETTINGS_MODULE
python=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

# The first Python ≥ 3.11 able to make an environment; the system's own comes first, because every user of the machine can run it.
find_python() {
  for base in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    command -v "$base" >/dev/null 2>&1 || continue
    "$base" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && return 0
  done
  base=
  return 1
}

has_library() { case $libraries in *"$1"*) return 0 ;; esac; return 1; }

# The shell without a window spends half as much as the whole browser, and does (tests/browser/driver.py).
has_browser() {
  [ -n "${CHROMIUM:-}" ] || command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1
}

# Names in $missing the Debian packages that this machine lacks.
find_missing() {
  missing=
  find_python || missing="python3 python3-venv"
  libraries=$({ /sbin/ldconfig -p || ldconfig -p; } 2>/dev/null || true)
  has_library libpango-1.0.so.0 && has_library libpangoft2-1.0.so.0 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0"
  has_library libharfbuzz-subset.so.0 || missing="$missing libharfbuzz-subset0"
  [ -n "${SSL_CERT_FILE:-}" ] || [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] ||
    [ -e /etc/ssl/cert.pem ] || missing="$missing ca-certificates"
  if [ "$needs" = test ]; then
    has_browser || missing="$missing chromium-headless-shell"
    [ -n "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null)" ] || missing="$missing libfaketime"  # webs whose clock lies
    [ -e /usr/lib/softhsm/libsofthsm2.so ] || missing="$missing softhsm2"  # a token for the seal
    has_library libatomic.so.1 || missing="$missing libatomic1"  # the browser driver's own runtime loads it
  fi
  missing=${missing# }
}

install_missing() {
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=none; fi
  fi
  command -v apt-get >/dev/null 2>&1 || {
    say "Il manque sur cette machine : $missing (noms des paquets Debian). Installez-les, puis relancez $0."
    exit 1
  }
  [ "$as_root" != none ] || {
    say "Il manque des paquets du système. Lancez ceci en administrateur, puis relancez $0 :"
    say "  apt-get update && apt-get install -y --no-install-recommends $missing"
    exit 1
  }
  say "Installation des paquets du système : $missing"
  log=$(mktemp) || exit 1
  # shellcheck disable=SC2086
  { $as_root apt-get -qq -o DPkg::Lock::Timeout=300 update || true
    apt-cache show chromium-headless-shell >/dev/null 2>&1 || # an older system has the whole browser alone
      missing=$(echo "$missing" | sed 's/chromium-headless-shell/chromium/')
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends $missing
  } >"$log" 2>&1 || { tail -n 15 "$log" >&2; rm -f "$log"; say "L’installation par apt a échoué : $missing"; exit 1; }
  rm -f "$log"
}

# One stamp a lock: .venv/.stamp-run says that requirements.txt is installed as it is now, .venv/.stamp-test the same of requirements-dev.txt.
stamp_of() { cat "$1" requirements-uv.txt | cksum; }
is_current() { [ "$(cat ".venv/.stamp-$1" 2>/dev/null)" = "$(stamp_of "$2")" ]; }
ready() {
  "$python" -c '' >/dev/null 2>&1 || return 1
  is_current test requirements-dev.txt && return 0
  [ "$needs" = run ] && is_current run requirements.txt
}

make_environment() {
  "$python" -c '' >/dev/null 2>&1 || {  # absent, or made with an interpreter that this user may not run
    find_python || { say "Aucun Python ≥ 3.11 avec le module venv."; exit 1; }
    rm -rf .venv 2>/dev/null || { say "L’environnement .venv appartient à un autre utilisateur : supprimez-le, puis relancez $0."; exit 1; }
    "$base" -m venv .venv || exit 1
  }
  [ -w .venv ] || { say "L’environnement .venv n’est pas à jour et appartient à un autre utilisateur : supprimez-le, puis relancez $0."; exit 1; }
  lock=requirements.txt
  [ "$needs" = run ] || lock=requirements-dev.txt
  say "Installation des bibliothèques Python ($lock)"
  [ -x .venv/bin/uv ] || "$python" -m pip install -qq --no-input --require-hashes -r requirements-uv.txt || exit 1
  .venv/bin/uv pip install -q --require-hashes --python "$python" -r "$lock" || exit 1
  stamp_of "$lock" >".venv/.stamp-$needs"
}

find_missing
[ -z "$missing" ] || { install_missing; find_missing; }
[ -z "$missing" ] || { say "Toujours absent après l’installation : $missing"; exit 1; }
ready || {
  mkdir -p .local 2>/dev/null || { say "Ce répertoire n’est pas inscriptible : copiez le projet chez vous, puis relancez $0."; exit 1; }
  if command -v flock >/dev/null 2>&1; then  # two doors opened at once build one environment
    ( flock 9; ready || make_environment ) 9>.local/setup.lock || exit 1
  else
    ( make_environment ) || exit 1
  fi
}
