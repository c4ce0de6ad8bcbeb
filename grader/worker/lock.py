"""The lock that a worker puts on itself before it gets a student's file: Landlock for files, seccomp for the rest.

All is prepared once and enforced in each child. What the kernel does not offer is left out, and not reported as held.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from typing import Any

from .libraries import library

_CLONE_THREAD = 0x00010000
_PR_SET_DUMPABLE = 4
_CAPABILITIES = 0x20080522  # version 3 of the interface
_UNREADABLE = {"site-packages", "dist-packages"}
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_DATA = ("/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache")

# Correct code that also tries one of these still earns its points: each answers EPERM.
_DENIED = """
    fork vfork execve execveat
    socket connect bind listen accept accept4 sendmsg sendmmsg
    ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal kcmp tkill
    rt_sigqueueinfo rt_tgsigqueueinfo
    mount umount2 pivot_root chroot unshare setns fsopen fsmount fsconfig fspick move_mount open_tree mount_setattr
    keyctl add_key request_key memfd_create memfd_secret
    shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    io_uring_setup io_uring_enter io_uring_register io_setup io_submit
    truncate inotify_init inotify_init1
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
    getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat file_getattr
    open_tree_attr quotactl_fd syncfs flock getsid mknod mknodat link linkat symlink symlinkat
    setpriority ioprio_set sched_setscheduler sched_setparam sched_setattr
    bpf perf_event_open userfaultfd fanotify_init name_to_handle_at open_by_handle_at
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct quotactl
    settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname personality iopl ioperm modify_ldt
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
""".split()  # fmt: skip


# fcntl commands that name the process (F_SETOWN, F_SETSIG, F_SETOWN_EX) which the kernel then signals: before
# Landlock 6 that could be any process of the same user.
_OWNERS = (8, 10, 15)
# The ioctls that Python's own files and pipes use: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Others can
# write flags and versions of any file that may be read.
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)


class Lock:
    """Prepared once in a process; `enforce` locks that process, or a fork of it, for good."""

    def __init__(self, locked: bool, uid: int, origins: Sequence[str]) -> None:
        self._ruleset = self._prepare_landlock(origins) if locked else None
        self._filter = self._prepare_seccomp() if locked else None
        self._uid = uid

    def enforce(self) -> list[str]:
        """Locks this process and all its later threads; the names of the layers that hold. Raises OSError."""
        held = []
        if self._uid:
            become(self._uid)
            held.append(f"uid {self._uid}")
        if self._ruleset is not None or self._filter is not None:
            drop_powers()
        if self._ruleset is not None:
            self._ruleset.restrict()
            self._ruleset.close()
            held.append(f"Landlock {self._ruleset.abi_version}")
        if self._filter is not None:
            _no_unknown_calls()
            _own_signals().load()
            self._filter.load()
            held.append("seccomp")
        return held

    def _prepare_landlock(self, origins: Sequence[str]) -> Any:
        landlock = library("landlockpy")
        if not landlock.supported():
            return None
        access = landlock.AccessFS
        ruleset = landlock.Ruleset(scoped=landlock.Scope.ABSTRACT_UNIX_SOCKET | landlock.Scope.SIGNAL)
        read = access.READ_FILE | access.READ_DIR
        for path in readable(origins):
            _allow(ruleset, path, read if os.path.isdir(path) else access.READ_FILE)
        for path in sys.path:
            _allow(ruleset, path, access.READ_DIR)
        for path in _DEVICES:
            _allow(ruleset, path, access.READ_FILE | access.WRITE_FILE if path == "/dev/null" else access.READ_FILE)
        return ruleset

    def _prepare_seccomp(self) -> Any:
        seccomp = library("seccompy")
        if not seccomp.supported():
            return None
        program = seccomp.Filter()
        for name in _DENIED:
            _deny(program, name, errno.EPERM)
        _deny(program, "clone3", errno.ENOSYS)  # so that libc falls back to clone, whose flags can be looked at
        masked = seccomp.CmpOp.MASKED_EQ
        _deny(program, "clone", errno.EPERM, [seccomp.ArgCmp(0, masked, 0, mask=_CLONE_THREAD)])
        _deny(program, "openat2", errno.ENOSYS)  # its flags stand in memory, where no filter can look
        low = (1 << 32) - 1  # the kernel takes the lower half of these, whatever the upper holds
        for command in _OWNERS:
            _deny(program, "fcntl", errno.EPERM, [seccomp.ArgCmp(1, masked, command, mask=low)])
        for command in _IOCTLS:
            program.allow("ioctl", args=[seccomp.ArgCmp(1, masked, command, mask=low)])
        _deny(program, "ioctl", errno.EPERM)
        # Before Landlock 3, a file that may be read could be cut to nothing by opening it so.
        for name, flags in (("open", 1), ("openat", 2)):
            cut = seccomp.ArgCmp(flags, masked, os.O_TRUNC, mask=os.O_TRUNC | os.O_ACCMODE)
            _deny(program, name, errno.EPERM, [cut])
        # To another place than the other end of a pair of sockets, or (below) to another process than this one.
        _deny(program, "sendto", errno.EPERM, [seccomp.ArgCmp(4, seccomp.CmpOp.NE, 0)])
        for name in ("prlimit64", "sched_setaffinity"):
            _deny(program, name, errno.EPERM, [seccomp.ArgCmp(0, seccomp.CmpOp.NE, 0)])
        program.program  # noqa: B018  compiled here once; a fork then only loads it
        return program


def readable(origins: Sequence[str]) -> Iterator[str]:
    """What student code may read: the standard library, packages by their first files, shared libraries, time zones.

    Folders that hold other packages too are entered and listed entry by entry.
    """
    for folder in sys.path:
        if os.path.isdir(folder):
            yield from _without_packages(folder)
    for origin in origins:
        folder, file = os.path.split(origin)
        whole = folder if file == "__init__.py" else origin
        yield whole
        libraries = os.path.splitext(whole)[0] + ".libs"
        if os.path.isdir(libraries):
            yield libraries
    yield os.path.realpath(sys.executable)
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    places = ["/lib64", "/usr/lib64", os.path.join(sys.base_prefix, "lib")]
    if multiarch:
        places += [f"/lib/{multiarch}", f"/usr/lib/{multiarch}", f"/usr/local/lib/{multiarch}"]
    for place in places:
        if os.path.isdir(place):
            yield from _shared_libraries(place)
    yield from _DATA


def _without_packages(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name not in _UNREADABLE:
            yield entry.path


def _shared_libraries(folder: str) -> Iterator[str]:
    entries = list(os.scandir(folder))
    if not any(entry.name.startswith("python") for entry in entries):
        yield folder
        return
    for entry in entries:
        if entry.is_file() and re.search(r"\.so(\.[\d.]+)?$", entry.name):
            yield entry.path


def _allow(ruleset: Any, path: str, access: Any) -> None:
    try:
        ruleset.allow_path(path, access)
    except OSError:
        return


def _deny(program: Any, name: str, error: int, args: Any = None) -> None:
    try:
        program.errno(name, error, args=args)
    except (ValueError, KeyError, LookupError):
        return  # a call that this architecture does not have


def _own_signals() -> Any:
    """A filter that lets this process signal itself alone, as abort() does."""
    seccomp = library("seccompy")
    program = seccomp.Filter()
    for name in ("kill", "tgkill"):
        program.errno(name, errno.EPERM, args=[seccomp.ArgCmp(0, seccomp.CmpOp.NE, os.getpid())])
    return program


def _no_unknown_calls() -> None:
    """Refuses calls newer than the list above knows, and x86-64's x32 calls: filters by number do not see either."""
    import ctypes
    import struct

    load, at_least, done = 0x20, 0x35, 0x06
    refuse, allow = 0x0005_0000 | errno.ENOSYS, 0x7FFF_0000
    steps = [(load, 0, 0, 0), (at_least, 0, 1, _newest_call() + 1), (done, 0, 0, refuse), (done, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _newest_call() -> int:
    syscalls = library("seccompy.syscalls")
    return int(max(getattr(syscalls, f"{syscalls.arch().upper()}_SYSCALLS").values()))


def become(uid: int) -> None:
    """Gives up being root for a user that owns nothing. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def drop_powers() -> None:
    """Root without capabilities can neither lift its limits nor read what its mode bits refuse. Raises OSError."""
    if sys.platform != "linux":
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header, none = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def hide_memory(prctl: Any) -> None:
    """Other processes of the same user can no longer read this one's memory."""
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
