"""The lock that a worker puts on itself before it gets a student's file: Landlock for files, seccomp for the rest.

Everything is prepared once and enforced in each child. What the kernel does not offer is left out and not reported.
"""

from __future__ import annotations

import errno
import os
import re
import struct
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from typing import Any

from .libraries import library

# Numbers of the kernel's interface, from <linux/sched.h>, <linux/prctl.h>, <linux/seccomp.h> and <linux/capability.h>.
_CLONE_THREAD = 0x00010000
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITIES = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
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
    seccomp truncate inotify_init inotify_init1
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
    getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat file_getattr
    open_tree_attr quotactl_fd syncfs flock getsid mknod mknodat link linkat symlink symlinkat
    timer_create
    setpriority ioprio_set sched_setscheduler sched_setparam sched_setattr
    bpf perf_event_open userfaultfd fanotify_init name_to_handle_at open_by_handle_at
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct quotactl
    settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname personality iopl ioperm modify_ldt
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
""".split()  # fmt: skip


# fcntl commands (F_SETOWN, F_SETSIG, F_SETOWN_EX) that name the process which the kernel then signals: before Landlock
# 6 that could be any process of the same user.
_OWNERS = (8, 10, 15)
_LIMIT_OF_CPU = 0  # RLIMIT_CPU
# The ioctls that Python's own files and pipes use: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Others can
# write flags and versions of any file that may be read.
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)

# The prctl options that only read a setting, or change no more than a thread's name or a mapping's label (PR_SET_NAME,
# PR_SET_VMA). Others undo how a worker is set up: that it ends with its parent, that nobody reads its memory.
_PRCTLS = (2, 3, 15, 16, 21, 23, 27, 30, 37, 39, 42, 51, 56, 64, 0x53564D41)


class Lock:
    """Prepared once in a process; `enforce` locks that process, or a fork of it, for good."""

    def __init__(self, locked: bool, uid: int, origins: Sequence[str]) -> None:
        self._libc = find_libc()
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
            drop_powers(self._libc)
        if self._ruleset is not None:
            self._ruleset.restrict()
            self._ruleset.close()
            held.append(f"Landlock {self._ruleset.abi_version}")
        if self._filter is not None:
            self._filter.load(self._libc)
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

    def _prepare_seccomp(self) -> Filter | None:
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
        for option in _PRCTLS:
            program.allow("prctl", args=[seccomp.ArgCmp(0, masked, option, mask=low)])
        _deny(program, "prctl", errno.EPERM)
        # Before Landlock 3, a file that may be read could be cut to nothing by opening it so.
        for name, flags in (("open", 1), ("openat", 2)):
            cut = seccomp.ArgCmp(flags, masked, os.O_TRUNC, mask=os.O_TRUNC | os.O_ACCMODE)
            _deny(program, name, errno.EPERM, [cut])
        # To another place than the other end of a pair of sockets, or (below) to another process than this one.
        _deny(program, "sendto", errno.EPERM, [seccomp.ArgCmp(4, seccomp.CmpOp.NE, 0)])
        for name in ("prlimit64", "sched_setaffinity"):
            _deny(program, name, errno.EPERM, [seccomp.ArgCmp(0, seccomp.CmpOp.NE, 0)])
        # A worker must not lower its own limit of CPU: being killed for it would look like the machine's doing.
        mine = [seccomp.ArgCmp(1, masked, _LIMIT_OF_CPU, mask=low), seccomp.ArgCmp(2, seccomp.CmpOp.NE, 0)]
        _deny(program, "prlimit64", errno.EPERM, mine)
        _deny(program, "setrlimit", errno.EPERM, [seccomp.ArgCmp(0, masked, _LIMIT_OF_CPU, mask=low)])
        return Filter(program.program)


def readable(origins: Sequence[str]) -> Iterator[str]:
    """What student code may read: the standard library, packages by their first files, shared libraries, time zones.

    Folders that hold other packages too are entered and listed entry by entry.
    """
    for folder in sys.path:
        if os.path.isdir(folder):
            yield from (entry.path for entry in os.scandir(folder) if entry.name not in _UNREADABLE)
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


class Filter:
    """Compiled once; a fork puts its own process id in and loads it."""

    def __init__(self, rules: bytes) -> None:
        import ctypes

        steps = _first_steps() + rules
        count = len(steps) // _STEP.size
        self._code = ctypes.create_string_buffer(steps)
        self._program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(self._code)))

    def load(self, libc: Any) -> None:
        """Filters this process's calls from now on. Raises OSError."""
        import ctypes

        _STEP.pack_into(self._code, _OWN_ID * _STEP.size, *_is_own(os.getpid()))
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, self._program, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")


# A step of a classic BPF program (struct sock_filter): operation, how many steps to skip if true, if false, operand.
_STEP = struct.Struct("HBBI")
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_GO_ON = 0x05  # BPF_JMP|JA
# What a step loads: offsets in struct seccomp_data, on machines that store the low half of an argument first.
_NUMBER, _ARCHITECTURE, _FIRST_LOW, _FIRST_HIGH, _SECOND_LOW, _THIRD_LOW = 0, 4, 16, 20, 24, 32
_OWN_ID = 8  # the index, in `_first_steps`, of the step that holds the process id
# SIGKILL, and from SIGSTOP to SIGTTOU all that stop: what they do to a process looks like the machine's doing.
_KILL, _STOP, _LAST_STOP = 9, 19, 22


def _is_own(pid: int) -> tuple[int, int, int, int]:
    """The step that goes on where the first argument is this process, and otherwise to the refusal."""
    return (_EQUAL, 0, 10, pid)


def _first_steps() -> bytes:
    """Steps before the rules, which go on with these for every call that they do not refuse.

    They refuse calls newer than the rules know, and x86-64's x32 calls, which rules by number do not see; and signals
    but those that this process sends itself, as abort() does, and can survive.
    """
    syscalls = library("seccompy.syscalls")
    unknown, refused = 0x0005_0000 | errno.ENOSYS, 0x0005_0000 | errno.EPERM
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 18, syscalls.audit_arch()),  # the rules see to others
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _newest_call() + 1),
        (_RETURN, 0, 0, unknown),
        (_EQUAL, 1, 0, syscalls.syscall_nr("kill")),
        (_EQUAL, 0, 13, syscalls.syscall_nr("tgkill")),
        (_LOAD, 0, 0, _FIRST_LOW),
        _is_own(0),
        (_LOAD, 0, 0, _FIRST_HIGH),
        (_EQUAL, 0, 8, 0),
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 2, syscalls.syscall_nr("kill")),
        (_LOAD, 0, 0, _SECOND_LOW),
        (_GO_ON, 0, 0, 1),
        (_LOAD, 0, 0, _THIRD_LOW),
        (_EQUAL, 2, 0, _KILL),
        (_AT_LEAST, 0, 2, _STOP),
        (_AT_LEAST, 1, 0, _LAST_STOP + 1),
        (_RETURN, 0, 0, refused),
    ]
    return b"".join(_STEP.pack(*step) for step in steps)


def _newest_call() -> int:
    syscalls = library("seccompy.syscalls")
    return int(max(getattr(syscalls, f"{syscalls.arch().upper()}_SYSCALLS").values()))


def become(uid: int) -> None:
    """Gives up being root for a user that owns nothing. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def find_libc() -> Any:
    """Linux's C library, None on other systems; looked up before a fork, which then need not."""
    if sys.platform != "linux":
        return None
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    _ = libc.prctl, libc.capset
    return libc


def drop_powers(libc: Any) -> None:
    """Root without capabilities can neither lift its limits nor read what its mode bits refuse. Raises OSError."""
    if libc is None:
        return
    import ctypes

    header, none = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def hide_memory(prctl: Any) -> None:
    """Other processes of the same user can no longer read this one's memory."""
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
