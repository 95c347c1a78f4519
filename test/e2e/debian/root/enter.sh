#!/bin/bash
# Enters a root of Debian that takes what is written into memory, in namespaces of its own, and runs a script of
# this folder in it: by itself, or as a service of a systemd of its own. What the script prints is $FOLDER/said.
#
# enter.sh FOLDER ROOT SCRIPT [systemd], started in namespaces of its own
set -e
folder=$1 base=$2 script=$3 manager=$4
here=$(dirname "$0")

mount --make-rprivate /
ip link set lo up
mkdir "$folder/layers"
mount -t tmpfs tmpfs "$folder/layers"
mkdir "$folder/layers/"{upper,work,root}
root=$folder/layers/root
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/layers/upper,workdir=$folder/layers/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir "$root/steps"
mount --bind "$folder" "$root/steps"
cp "$here/"* "$folder/"
# Nothing of this host's surroundings.
clean=(env --ignore-environment LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin)

if [ "$manager" != systemd ]; then
  exec "${clean[@]}" chroot "$root" /bin/bash -c "exec /bin/bash /steps/$script >/steps/said 2>&1"
fi

# A new one, without control groups: those that systemd mounts itself begin at our own.
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"
cat >"$root/etc/systemd/system/steps.service" <<UNIT
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/bash -c 'exec /bin/bash /steps/$script >/steps/said 2>&1'
ExecStopPost=/bin/systemctl --force exit
UNIT
# Newer ones want to be told that control groups of the first version will do.
line='systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
exec "${clean[@]}" container=lxc SYSTEMD_PROC_CMDLINE="$line" chroot "$root" /lib/systemd/systemd --system --unit=steps.service
