#!/usr/bin/env bash
# Fuzzes every target for so many seconds each, 60 unless the first argument says otherwise; further arguments name the
# targets. What fails is kept in fuzz/artifacts/, and ends the run with an error once every target had its turn.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
targets=("${@:2}")

if ! command -v rustup >/dev/null || ! rustup toolchain list | grep -q '^nightly'; then
    echo 'fuzz: skipped, no nightly compiler: rustup toolchain install nightly'
    exit 0
fi
if ! command -v cargo-fuzz >/dev/null; then
    echo 'fuzz: skipped, no cargo-fuzz: cargo install --locked cargo-fuzz'
    exit 0
fi

if ((${#targets[@]} == 0)); then
    for program in fuzz/fuzz_targets/*.rs; do
        targets+=("$(basename "$program" .rs)")
    done
fi

# Our code has no unsafe blocks for a sanitizer to look into, and is twice as fast without one.
fuzz=(cargo +nightly fuzz)
flags=(--sanitizer none)

# What a run finds interesting stays out of the corpora: `README.md` says how it gets there.
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

"${fuzz[@]}" build "${flags[@]}"
failed=()
for target in "${targets[@]}"; do
    printf '\n==> fuzz %s for %ss\n' "$target" "$seconds"
    mkdir "$found/$target"
    if ! "${fuzz[@]}" run "${flags[@]}" "$target" "$found/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 -verbosity=0; then
        failed+=("$target")
    fi
done

if ((${#failed[@]})); then
    printf '\nfuzz: failed: %s\n' "${failed[*]}"
    exit 1
fi
printf '\nfuzz: nothing found in %ss for each of %s targets\n' "$seconds" "${#targets[@]}"
