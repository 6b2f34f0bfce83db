#!/usr/bin/env bash
# ./dev lint: what a machine can check of the code. Says every finding, and ends with 1 if any.
# shellcheck disable=SC2317  # the functions are called by step()
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
failed=0


# step TITLE COMMAND…: runs it and says how it went.
step() {
    local title=$1 start=$SECONDS
    shift
    if "$@"; then
        printf 'ok      %s (%ss)\n' "$title" "$((SECONDS - start))"
    else
        printf 'FAILED  %s\n' "$title"
        failed=1
    fi
}

ours() { git ls-files --cached --others --exclude-standard -- "$@"; }

formatted() { ours '*.c' '*.h' | xargs clang-format --dry-run --Werror; }

clang_builds() {
    if ! { cmake --preset clang && cmake --build build/clang -j "$(nproc)"; } >build/clang.log 2>&1; then
        cat build/clang.log
        return 1
    fi
}

tidy() {
    ours '*.c' | grep -v '^tests/fuzz/' |
        xargs -P "$(nproc)" -n 4 clang-tidy -p build/clang --quiet 2>build/tidy.log || {
        grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -header' build/tidy.log
        return 1
    }
}

# borders: a library's header is included by its own room alone (and by that room's tests).
borders() {
    local bad=0 header rooms
    while read -r header rooms; do
        if grep -rlE "#include <$header" bridge | grep -vE "^bridge/($rooms)"; then
            echo "  includes <$header>, which belongs to $rooms"
            bad=1
        fi
    done <<'END'
sqlite3\.h journal/
librdkafka/ kafka/|journal/|connectors/
jansson\.h journal/
curl/ connectors/|cli/
libxml/ tree/
yaml\.h tree/
pcre2\.h mapping/
unicode/ mapping/|tree/|cli/
microhttpd\.h console/
openssl/ base/
END
    return "$bad"
}

schemas() { /usr/bin/python3 tests/schemas.py; }

manuals() { mandoc -T lint docs/*.1; }

scripts() { shellcheck dev .ci/run docs/sgbridge.bash tests/lint.sh; }

mkdir -p build
step "formatted as .clang-format says" formatted
step "shell scripts" scripts
step "manual pages" manuals
step "library headers stay in their rooms" borders
step "schemas hold for every mapping" schemas
step "clang builds without a warning" clang_builds
step "clang-tidy finds nothing" tidy
exit "$failed"
