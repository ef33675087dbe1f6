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

# The clients from npm are installed beside the others; without node they are left out.
modules=$venv/node
node_is_ready() {
    if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' 2>/dev/null || ! command -v npm >/dev/null; then
        echo 'skipped: okx-api needs node, 18 or later, with npm'
        return 1
    fi
    cmp --silent "$here/package.json" "$modules/package.json" && return 0
    rm -rf "$modules" && mkdir -p "$modules/install" && cp "$here/package.json" "$modules/install/"
    if ! npm install --silent --no-audit --no-fund --no-package-lock --prefix "$modules/install"; then
        if [[ -n ${CI:-} ]]; then
            echo 'failed: okx-api could not be installed' >&2
            exit 1
        fi
        echo 'skipped: okx-api could not be installed (is the package registry within reach?)'
        return 1
    fi
    mv "$modules/install/node_modules" "$modules/" && mv "$modules/install/package.json" "$modules/"
}

cargo build --quiet --locked -p tapewire-cli
ready=$(mktemp)
venue=
trap '[[ -z $venue ]] || { kill "$venue" 2>/dev/null || true; wait "$venue" 2>/dev/null || true; }; rm -f "$ready"' EXIT

# Starts a simulated venue; what it prints when it is ready is in $websocket, $rest and $ca.
start() {
    stop
    : > "$ready"
    "$target/debug/tapewire" sim "$@" --listen 127.0.0.1:0 --seed 7 > "$ready" &
    venue=$!
    for _ in $(seq 100); do
        [[ -s $ready ]] && break
        kill -0 "$venue" 2>/dev/null || { echo 'failed: the simulated venue ended' >&2; exit 1; }
        sleep 0.1
    done
    websocket=$(address ws)
    rest=$(address rest)
    ca=$(address ca)
}
stop() {
    [[ -z $venue ]] && return
    kill "$venue"
    wait "$venue" || true
    venue=
}
address() { "$venv/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]) or "")' "$ready" "$1"; }
python() { PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/$1.py" "$websocket" "$rest" "${@:2}"; }

start binance
for client in with_python_binance with_binance_sdk_spot; do
    python "$client"
done
# python-okx always speaks TLS; it trusts the file that this variable names.
start okx --tls
SSL_CERT_FILE=$ca python with_python_okx
start okx
if node_is_ready; then
    node "$here/with_okx_api.mjs" "$websocket" "$rest" "$modules"
fi
# Any id serves every business. The second venue has ten symbols for a key, and drops the first connection.
start infoway-stock
python with_infoway_sdk
start infoway-stock --option plan=free --option release_ms=4000 --fault "$here/infoway_scarce.jsonl"
python with_infoway_sdk scarce
# ssi-sdk wants TLS too, for both of its ways to open a socket; the venue drops the first socket of each. It takes
# today's date from this machine's clock, which has to be that of Vietnam.
start ssi --tls --option otp_code=200 --option smart_otp=approved --fault "$here/ssi_faults.jsonl"
TZ=ICT-7 SSL_CERT_FILE=$ca WEBSOCKET_CLIENT_CA_BUNDLE=$ca python with_ssi_sdk
# Programs of 2018 and 2020, for dialects that no SDK speaks any more.
for dialect in v1 v3; do
    start okex-$dialect
    python with_websocket_client $dialect
done
