"""Worker processes on Windows: each in a Job Object, which limits what it uses and is ended as a whole."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from io import RawIOBase
from pathlib import Path
from typing import Any

from grader.model import GraderError
from grader.model.dataclass import dataclass
from grader.sandbox.connection import Ended
from grader.sandbox.instruments import Clock, ProcessMeter
from grader.sandbox.spawn import ONE_THREAD, Launch

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    CHUNK = 1 << 16  # bytes read at a time
    KILLED = 9  # the exit status of a process that is ended here
    TICKS = 10_000_000  # of the system's times, in a second
    # Without these, no socket can be opened and no folder of the system found.
    KEPT = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR")
    # Numbers of the system's interface, from winnt.h.
    _ACCOUNTING, _EXTENDED_LIMITS, _NO_WINDOWS = 1, 9, 4
    _LIMIT_TIME, _LIMIT_PROCESSES, _LIMIT_MEMORY, _NO_ERROR_BOXES, _END_ON_CLOSE = 0x2, 0x8, 0x100, 0x400, 0x2000
    # No handles of other programs' windows, no clipboard, no global atoms, no settings of the display or the system, no
    # other desktops, no end of the session.
    _NOTHING_OF_THE_SCREEN = 0xFF

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = [
            ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", wintypes.DWORD),
            ("least_set", ctypes.c_size_t), ("most_set", ctypes.c_size_t), ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("scheduling", wintypes.DWORD),
            ("io", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t), ("job_memory", ctypes.c_size_t),
            ("peak_process", ctypes.c_size_t), ("peak_job", ctypes.c_size_t),
        ]  # fmt: skip

    class _Accounting(ctypes.Structure):
        """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION."""

        _fields_ = [
            ("user", ctypes.c_int64), ("kernel", ctypes.c_int64), ("recent", ctypes.c_int64 * 2),
            ("faults", wintypes.DWORD), ("total", wintypes.DWORD), ("active", wintypes.DWORD),
            ("ended", wintypes.DWORD),
        ]  # fmt: skip

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
    _kernel.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
    _kernel.QueryInformationJobObject.argtypes = [
        wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, wintypes.LPVOID,
    ]  # fmt: skip
    _kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
    _kernel.TerminateJobObject.argtypes = [wintypes.HANDLE, wintypes.UINT]
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]

    class Job:
        """A Job Object, which ends with all its processes when this process does."""

        def __init__(self, memory: int, cpu: int, alone: bool) -> None:
            """Each of its processes may have `memory` bytes and `cpu` seconds; with `alone` there is but one. Raises
            OSError."""
            self._handle: Any = _kernel.CreateJobObjectW(None, None)
            if not self._handle:
                raise ctypes.WinError(ctypes.get_last_error())
            limits = _Limits(
                flags=_END_ON_CLOSE | _NO_ERROR_BOXES | _LIMIT_TIME | _LIMIT_MEMORY | (_LIMIT_PROCESSES * alone),
                process_time=cpu * TICKS, process_memory=memory, processes=1,
            )  # fmt: skip
            self._set(_EXTENDED_LIMITS, limits)
            with contextlib.suppress(OSError):  # what it can still do is tried out, and told
                self._set(_NO_WINDOWS, wintypes.DWORD(_NOTHING_OF_THE_SCREEN))

        def _set(self, kind: int, value: Any) -> None:
            if not _kernel.SetInformationJobObject(self._handle, kind, ctypes.byref(value), ctypes.sizeof(value)):
                raise ctypes.WinError(ctypes.get_last_error())

        def add(self, process: subprocess.Popen[bytes]) -> None:
            """Takes a process in, and all that it starts from now on. Raises OSError."""
            if not _kernel.AssignProcessToJobObject(self._handle, int(process._handle)):
                raise ctypes.WinError(ctypes.get_last_error())

        def cpu(self) -> float:
            """Seconds of CPU of all its processes, ended ones too; 0.0 where the system does not count (Wine)."""
            counted = self._counted()
            return float(counted.user + counted.kernel) / TICKS

        def running(self) -> int:
            """How many of its processes run."""
            return int(self._counted().active)

        def _counted(self) -> _Accounting:
            counted = _Accounting()
            if self._handle:
                size = ctypes.sizeof(counted)
                _kernel.QueryInformationJobObject(self._handle, _ACCOUNTING, ctypes.byref(counted), size, None)
            return counted

        def end(self) -> None:
            """Ends all its processes."""
            if self._handle:
                _kernel.TerminateJobObject(self._handle, KILLED)

        def close(self) -> None:
            """Lets go of it."""
            handle, self._handle = self._handle, None
            if handle:
                _kernel.CloseHandle(handle)

    def pipe() -> tuple[RawIOBase, int]:
        """What is printed, to be read without waiting, and the descriptor that a worker prints to. Windows can wait for
        sockets alone, and programs print to pipes: a thread passes on what comes."""
        reading, writing = os.pipe()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        threading.Thread(target=_pass_on, args=(reading, theirs), daemon=True).start()
        printed = ours.makefile("rb", buffering=0)
        ours.close()  # what was made of it keeps it open
        return printed, writing

    def _pass_on(reading: int, theirs: socket.socket) -> None:
        with theirs, contextlib.suppress(OSError):
            while part := os.read(reading, CHUNK):
                theirs.sendall(part)
        os.close(reading)

    def start(launch: Launch, theirs: socket.socket, printed: int) -> JobProcess:
        """A process that serves one submission. Raises GraderError where none can be started."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        try:
            job = Job(launch.memory, launch.cpu, launch.confinement.low)
            popen = subprocess.Popen(
                launch.command("-"),
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=printed,
                env=kept | dict.fromkeys(ONE_THREAD, "1"),
                cwd=Path(sys.base_prefix).anchor,
                # Without a console: Ctrl-C is for this process alone, and no process of a console's own counts.
                creationflags=subprocess.DETACHED_PROCESS,
            )
        except OSError as error:
            raise GraderError(f"cannot start a worker process: {error}") from error
        process = JobProcess(popen, job, launch.memory)
        try:
            job.add(popen)  # it has seen no student's file yet: it waits for its connection
            assert popen.stdin is not None
            with popen.stdin as told:
                told.write(theirs.share(popen.pid))
        except BaseException as error:
            popen.kill()
            process.end(0.0)
            if isinstance(error, OSError):
                raise GraderError(f"cannot start a worker process: {error}") from error
            raise
        return process

    @dataclass(frozen=True)
    class JobProcess:
        """A process in a Job Object of its own, and the bytes of memory that it may have."""

        popen: subprocess.Popen[bytes]
        job: Job
        memory: int

        @property
        def pid(self) -> int:
            """Its id."""
            return self.popen.pid

        def clock(self, pid: int) -> Clock:
            """What it uses."""
            return ProcessMeter(self.popen.pid, self.memory, self._cpu, committed)

        def end(self, grace: float) -> Ended:
            """Waits, then ends the process and all that it started."""
            if grace:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.popen.wait(grace)
            killed = self.popen.poll() is None
            left = self.job.running() - killed
            self.job.end()
            status, cpu = self.popen.wait(), self.job.cpu()
            self.job.close()
            return Ended(status, cpu, killed, max(0, left))

        def _cpu(self, process: Any) -> float:
            return self.job.cpu() or sum(thread.user_time + thread.system_time for thread in process.threads())

    def committed(process: Any) -> int:
        """Bytes of memory that a psutil.Process was promised, or has. Raises psutil.Error."""
        memory = process.memory_info()
        return int(max(memory.rss, memory.vms))
