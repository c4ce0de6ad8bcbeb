"""What a worker gives up on Windows before it gets a student's file: integrity, which needs no rights to lower.

A process of low integrity cannot write to what others own, nor open processes of others. It can read files, and has a
network. The level cannot be raised again.
"""

from __future__ import annotations

import sys

# Numbers of the system's interface, from winnt.h.
_ADJUST_DEFAULT, _QUERY = 0x80, 0x8
_INTEGRITY_LEVEL, _IS_INTEGRITY = 25, 0x20
_LOW = "S-1-16-4096"


def lower() -> list[str]:
    """Lowers this process's integrity; the names of what holds, found out by asking for it afterwards."""
    if sys.platform != "win32":
        return []
    import ctypes
    from ctypes import wintypes

    class Label(ctypes.Structure):
        """TOKEN_MANDATORY_LABEL."""

        _fields_ = [("sid", wintypes.LPVOID), ("attributes", wintypes.DWORD)]

    kernel, security = ctypes.WinDLL("kernel32"), ctypes.WinDLL("advapi32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.LocalFree.argtypes = [wintypes.LPVOID]
    security.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    security.ConvertStringSidToSidW.argtypes = [wintypes.LPCWSTR, ctypes.POINTER(wintypes.LPVOID)]
    security.GetLengthSid.argtypes = [wintypes.LPVOID]
    security.EqualSid.argtypes = [wintypes.LPVOID, wintypes.LPVOID]
    security.SetTokenInformation.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
    security.GetTokenInformation.argtypes = [
        wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
    ]  # fmt: skip
    token, low = wintypes.HANDLE(), wintypes.LPVOID()
    if not security.OpenProcessToken(kernel.GetCurrentProcess(), _ADJUST_DEFAULT | _QUERY, ctypes.byref(token)):
        return []
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    try:
        if not security.ConvertStringSidToSidW(_LOW, ctypes.byref(low)):
            return []
        label = Label(low, _IS_INTEGRITY)
        size = ctypes.sizeof(label) + security.GetLengthSid(low)
        security.SetTokenInformation(token, _INTEGRITY_LEVEL, ctypes.byref(label), size)
        found, written = ctypes.create_string_buffer(256), wintypes.DWORD()
        if not security.GetTokenInformation(token, _INTEGRITY_LEVEL, found, len(found), ctypes.byref(written)):
            return []
        return ["low integrity"] if security.EqualSid(Label.from_buffer(found).sid, low) else []
    finally:
        if low:
            kernel.LocalFree(low)
        kernel.CloseHandle(token)
