"""PostgreSQL refuses to run as root, and its own user may not pass folders that only root may (/root, our home).

We open exactly what it needs, to that one user, with a POSIX access control list, and leave everybody else out.
(acl(5) and linux/posix_acl_xattr.h; written by hand because the `acl` package is on no fresh machine.)
"""

import errno
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_ATTRIBUTE = "system.posix_acl_access"
_HEADER = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_VERSION = 2
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY = 0xFFFFFFFF

READ, WRITE, PASS = 4, 2, 1

Entries = dict[tuple[int, int], int]
"""(tag, user or group id) -> permissions"""


def let_pass(path: Path, uid: int) -> None:
    """Let `uid` reach `path`: the right to pass (not to list) each folder above it that is closed to others."""
    for folder in reversed(path.resolve().parents):
        if not folder.stat().st_mode & 0o001:
            grant(folder, uid, PASS)


def closed(path: Path) -> Iterator[Path]:
    """Folders above `path` that `let_pass` could not open: closed to others, on a file system without such lists."""
    for folder in reversed(path.resolve().parents):
        if folder.exists() and not folder.stat().st_mode & 0o001 and not _has_lists(folder):
            yield folder


def way_out(folder: Path) -> str:
    """What its owner can do about a folder that is closed."""
    return f"run `chmod o+x {folder}`, or set HAAZIR_HOME to a folder that everyone may pass, e.g. /var/lib/haazir"


def grant(path: Path, uid: int, permissions: int) -> None:
    """Add `permissions` for one user. PermissionError, with a way out, where the file system has no such lists."""
    try:
        before = _read(path)
        if (after := with_user(before, uid, permissions)) != before:  # a chmod may have narrowed the mask
            os.setxattr(path, _ATTRIBUTE, encode(after))
    except OSError as error:
        raise PermissionError(
            f"the database's user (uid {uid}) may not enter {path} ({error.strerror}): {way_out(path)}"
        ) from error


def with_user(entries: Entries, uid: int, permissions: int) -> Entries:
    """The list with one user's permissions added, and the mask widened as far as somebody named needs it."""
    entries = {**entries, (_USER, uid): entries.get((_USER, uid), 0) | permissions}
    mask = 0
    for (tag, _), allowed in entries.items():
        if tag not in (_OWNER, _OTHER, _MASK):
            mask |= allowed
    return {**entries, (_MASK, _NOBODY): mask}


def encode(entries: Entries) -> bytes:
    """The extended attribute: a version, then entries in the order of tag and id, as the kernel demands."""
    rows = (_ENTRY.pack(tag, permissions, identity) for (tag, identity), permissions in sorted(entries.items()))
    return _HEADER.pack(_VERSION) + b"".join(rows)


def decode(attribute: bytes) -> Entries:
    return {(tag, identity): permissions for tag, permissions, identity in _ENTRY.iter_unpack(attribute[_HEADER.size :])}


def from_mode(mode: int) -> Entries:
    """The list that a plain mode (0o750, say) stands for."""
    return {(_OWNER, _NOBODY): mode >> 6 & 7, (_GROUP, _NOBODY): mode >> 3 & 7, (_OTHER, _NOBODY): mode & 7}


def _read(path: Path) -> Entries:
    try:
        return decode(os.getxattr(path, _ATTRIBUTE))
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.EOPNOTSUPP):  # a plain mode; setting a list will say if there are none
            return from_mode(path.stat().st_mode)
        raise


def _has_lists(path: Path) -> bool:
    try:
        os.getxattr(path, _ATTRIBUTE)
    except OSError as error:
        return error.errno == errno.ENODATA
    return True
