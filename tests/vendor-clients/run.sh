#!/usr/bin/env bash
# Runs the vendors' own clients against the simulated venues: if they understand it, it speaks the real protocol.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
venv=$target/vendor-clients

if ! python3 -c 'import venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo 'skipped: vendor clients need python3, 3.10 or later, with venv'
    exit 0
fi

stamp=$venv/installed-$(cksum < "$here/requirements.txt" | tr ' ' '-')
if [[ ! -e $stamp ]]; then
    python3 -m venv --clear "$venv"
    if ! "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        if [[ -n ${CI:-} ]]; then
            echo 'failed: the vendor clients could not be installed' >&2
            exit 1
        fi
        echo 'skipped: the vendor clients could not be installed (is the package registry within reach?)'
        exit 0
    fi
    touch "$stamp"
fi

cargo build --quiet --locked -p tapewire-cli
ready=$(mktemp)
"$target/debug/tapewire" sim binance --listen 127.0.0.1:0 --seed 7 > "$ready" &
venue=$!
trap 'kill "$venue" 2>/dev/null || true; wait "$venue" 2>/dev/null || true; rm -f "$ready"' EXIT
for _ in $(seq 100); do
    [[ -s $ready ]] && break
    kill -0 "$venue" 2>/dev/null || { echo 'failed: the simulated venue ended' >&2; exit 1; }
    sleep 0.1
done
address() { "$venv/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$ready" "$1"; }
websocket=$(address ws)
rest=$(address rest)

for client in with_python_binance with_binance_sdk_spot; do
    PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/$client.py" "$websocket" "$rest"
done
