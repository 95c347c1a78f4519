#!/usr/bin/env bash
# Runs a command, or else the tests, as on a machine with Node and nothing else: of Debian's
# programs only those are there that every system has. The others are hidden in a mount namespace.
#
#   scripts/without-peers.sh [COMMAND [ARGUMENT...]]
set -euo pipefail

if [[ ${RCODE5_HIDDEN:-} != yes ]]; then
  # Whoever is not root may mount in a user namespace of their own, where there are such.
  own=()
  ((EUID == 0)) || own=(--user --map-root-user)
  exec env -u RCODE5_PEERS RCODE5_HIDDEN=yes unshare "${own[@]}" --mount "$0" "$@"
fi

# Node may be Debian's too.
others=$(dpkg-query -W -f='${Essential} ${Priority} ${Package}\n' |
  awk '$1 != "yes" && $2 != "required" && $3 !~ /^(nodejs|npm)$/ { print $3 }')
# shellcheck disable=SC2086 # one word for each package
mapfile -t programs < <(dpkg -L $others | grep -E '^(/usr(/local)?)?/s?bin/[^/]+$' | sort -u)
for program in "${programs[@]}"; do
  # What is no regular file leads to one: to one of its own, or to one that has to stay.
  [[ -f $program && ! -L $program ]] && mount --bind /dev/null "$program"
done
for program in dig kdig named nsd unbound dnsdist dnsmasq dnsperf prometheus systemctl ip; do
  if [[ -x $(command -v "$program") ]]; then
    echo "without-peers: $program is not hidden: it is no package's" >&2
    exit 1
  fi
done

if (($# == 0)); then set -- npm test; fi
exec "$@"
