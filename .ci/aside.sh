# shellcheck shell=bash
# Sourced by ./test: steps that run beside others.

aside_folder=""
aside_groups=()

# aside NAME COMMAND…: runs it in the background. What it says and counts comes with `joined NAME`.
aside() {
  local name="$1"
  shift
  [ -n "$aside_folder" ] || aside_folder="$(mktemp -d)"
  set -m # a group of its own: all of it can be ended, and the terminal's Ctrl-C is passed on by us
  (
    passed=0
    failed=0
    failures=()
    "$@"
    {
      printf 'its_passed=%s its_failed=%s its_failures=(' "$passed" "$failed"
      [ "${#failures[@]}" = 0 ] || printf ' %q' "${failures[@]}"
      printf ' )\n'
    } >"$aside_folder/$name.sums"
  ) >"$aside_folder/$name" 2>&1 </dev/null &
  set +m
  aside_groups+=("$!")
  printf '%s' "$!" >"$aside_folder/$name.pid"
}

joined() {
  local its_passed=0 its_failed=0 its_failures=("$1: ended before its time")
  wait "$(cat "$aside_folder/$1.pid")" || true
  cat "$aside_folder/$1"
  if [ -s "$aside_folder/$1.sums" ]; then . "$aside_folder/$1.sums"; fi
  passed=$((passed + its_passed))
  failed=$((failed + its_failed))
  failures+=(${its_failures[@]+"${its_failures[@]}"})
}

end_those_aside() {
  local group
  for group in ${aside_groups[@]+"${aside_groups[@]}"}; do
    if kill -INT -- "-$group" 2>/dev/null; then wait "$group" 2>/dev/null || true; fi
  done
  if [ -n "$aside_folder" ]; then rm -rf "$aside_folder"; fi
}
