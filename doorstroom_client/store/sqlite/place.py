"""What lies at the path of a store, looked at before SQLite does: SQLite believes whatever log it finds beside a file.

It replays the log of another file into a copy that was put back, throws a log away whose file is missing, and makes a new log
where the old one was removed under somebody who still writes in it. None of these is an error to it.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from doorstroom_client.errors import StoreError

WAL, SHM = "-wal", "-shm"
Identity = tuple[int, int]
_HEADER = 100
_ONE_FILE, _WITH_LOG = b"\1\1", b"\2\2"
"""How the header of an SQLite file says that it has no log beside it, as a copy has not, or that it may have one."""
_DESCRIPTORS = Path("/dev/fd")
_LOOKS, _PAUSE = 3, 0.01
"""Who opens or closes a store makes and removes what lies beside it one by one, so what looks odd is looked at again."""
_PATIENCE = 2.0
_NAME, _PATH, _SUFFIX = 255, 512, len("-journal")
"""Bytes in the name of a file, in a path as SQLite takes it, and in what it puts behind one."""
_MOUNTS = Path("/proc/self/mountinfo")
_NETWORKS = (
    "nfs",
    "cifs",
    "smb",
    "ncp",
    "afs",
    "ceph",
    "lustre",
    "gluster",
    "fuse.sshfs",
    "fuse.gluster",
    "fuse.ceph",
    "fuse.s3",
    "fuse.rclone",
)


def beside(file: Path, suffix: str) -> Path:
    """What SQLite puts beside a file; where the file itself lies, when the path is a symbolic link to it."""
    return Path(f"{file.resolve()}{suffix}")


def identity(found: os.stat_result) -> Identity:
    """What tells a file from all others, whatever it is called."""
    return found.st_dev, found.st_ino


def identity_of(path: Path) -> Identity | None:
    """The same of what lies at a path; None when there is nothing."""
    try:
        return identity(path.stat())
    except (OSError, ValueError):
        return None


def descriptor_of(wanted: Identity | None) -> int:
    """By which number this process has a file open; -1 when it has not, or when this system does not say so."""
    with suppress(OSError):
        for number in _DESCRIPTORS.iterdir():
            with suppress(OSError, ValueError):
                if identity(os.fstat(int(number.name))) == wanted:
                    return int(number.name)
    return -1


def read_at_start(descriptor: int, wanted: Identity | None, size: int) -> bytes | None:
    """The first bytes of a file that is open; None when the number is of another file by now."""
    with suppress(OSError, AttributeError):  # a system without pread
        read = os.pread(descriptor, size, 0)
        if identity(os.fstat(descriptor)) == wanted:
            return read
    return None


def is_copy(header: bytes) -> bool:
    """Whether a file has no log of its own: nobody opened it since it was copied."""
    return header[18:20] == _ONE_FILE


def has_log(header: bytes) -> bool:
    """Whether this is the beginning of a file that SQLite keeps a log for."""
    return header[:6] == b"SQLite" and header[18:20] == _WITH_LOG


def is_absent(path: Path) -> bool:
    """Whether there is nothing of a store: no file, and nothing beside it that would keep one from being made."""
    return not any(os.path.exists(place) for place in (path, beside(path, WAL), beside(path, SHM)))  # noqa: PTH110 - never raises


def refusal(size: int | None, header: bytes, log: int | None, *, index: bool) -> str:
    """Why a file may not be opened with what lies beside it; empty when it may.

    Args:
        size: of the file; None when there is none.
        header: its first bytes.
        log: size of the log beside it; None when there is none.
        index: whether the index of a log (``-shm``) lies there.
    """
    if not size and (log is not None or index):
        return (
            "only what lies beside it is there; stop whatever uses the store, and put the file back that it belongs to, or "
            "move the files with -wal and -shm away"
        )
    if is_copy(header) and (log is not None or index):
        return (
            "it is a copy, and what lies beside it belongs to another file, which SQLite would mix with it; stop whatever uses "
            "the store and move the files with -wal and -shm away"
        )
    if has_log(header) and index and log is None:
        return (
            "its log was removed while it was in use, and what stood in nothing but the log may be gone; stop whatever uses "
            "the store, and put the log back, or a copy of the store, or remove the file with -shm to go on without"
        )
    return ""


def prepare(path: Path, *, make: bool) -> Identity:
    """See to it that a file can be opened, and that nothing is lost by doing so. A file is private before SQLite sees it.

    Args:
        path: absolute.
        make: whether a file is made when there is none.

    Returns:
        Which file it is.

    Raises:
        StoreError: it is not there, not a file, shared with others, known by two names, or does not fit what lies beside it.
    """
    reason, found = "", None
    try:
        _check_name(path.resolve())
        _check_beside(path)
        if make:
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        found = path.stat()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except ValueError:
        reason = "no file can be called that"
    if found is None:
        raise StoreError(f"cannot open the store {path}: {reason}")
    check_file(path, found)
    return identity(found)


def _check_name(file: Path) -> None:
    """SQLite makes names that are longer, and says nothing useful when it cannot."""
    if len(os.fsencode(file.name)) + _SUFFIX > _NAME or len(os.fsencode(file)) + _SUFFIX > _PATH:
        raise StoreError(f"the name of the store {file} is too long", hint="Give the file a shorter name, or a shorter folder")


def check_file(path: Path, found: os.stat_result) -> None:
    """Refuse a file that no store can be, whatever is in it.

    Raises:
        StoreError: it says why.
    """
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"cannot open the store {path}: it is not a file", hint="Name a file, such as doorstroom.db")
    if os.name == "posix" and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StoreError(f"the store {path} can be read by others on this machine", hint=f"Run: chmod 600 {path}")
    if found.st_nlink > 1:
        raise linked(path)
    folder = path.resolve().parent
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StoreError(
            f"cannot open the store {path}: its folder cannot be written",
            hint="A store needs its log beside it: give its user the right to write in the folder",
        )


def linked(path: Path) -> StoreError:
    """One file with several names has a log for each name, and whoever writes by one spoils it for the others."""
    return StoreError(
        f"the store {path} has another name too (a hard link), and may not be used by two names",
        hint="Stop whatever uses it, and make a copy with doorstroom store backup instead of a link; cp -al and rsnapshot make "
        "links",
    )


def _check_beside(path: Path) -> None:
    """Refuse what does not fit together, when it still does not after a moment."""
    for suffix in (WAL, SHM):
        with suppress(FileNotFoundError):
            found = beside(path, suffix).lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                raise StoreError(f"cannot open the store {path}: {beside(path, suffix)} is not a file of its own")
    text = _fits(path)
    for _ in range(_LOOKS):
        if not text:
            return
        time.sleep(_PAUSE)
        text = _fits(path)
    if text:
        raise StoreError(f"the store {path} was not opened: {text.partition('; ')[0]}", hint=_sentence(text.partition("; ")[2]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fits(path: Path) -> str:
    """In this order, as an index is made after its log and removed before it, and a log is made after the file has content."""
    index = _size_of(beside(path, SHM)) is not None
    log = _size_of(beside(path, WAL))
    if log is None and not index:
        return ""
    try:
        found = path.stat()
    except FileNotFoundError:
        return refusal(None, b"", log, index=index)
    if not stat.S_ISREG(found.st_mode):
        return ""  # is told later on
    return refusal(found.st_size, _header_of(path, identity(found)), log, index=index)


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _header_of(path: Path, wanted: Identity) -> bytes:
    """Over a descriptor that SQLite has here already: opening and closing another one would end its locks in this process."""
    found = read_at_start(descriptor_of(wanted), wanted, _HEADER)
    if found is not None:
        return found
    with suppress(OSError), path.open("rb") as file:
        return file.read(_HEADER)
    return b""


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Keep others out who want to do the same in a folder, as far as its file system can."""
    handle = -1
    with suppress(OSError, ImportError):
        import fcntl  # not on every system

        handle = os.open(folder, os.O_RDONLY)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE)
            else:
                break
    try:
        yield
    finally:
        if handle >= 0:
            os.close(handle)


def network_under(path: Path) -> str:
    """The kind of network file system that a path lies on; empty when it is none, or when this system does not say so."""
    with suppress(OSError, ValueError):
        device = path.stat().st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        with _MOUNTS.open(encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                fields, _, rest = line.partition(" - ")
                kind = rest.split(" ", 1)[0]
                if fields.split(" ", 3)[2] == wanted and kind.startswith(_NETWORKS):
                    return kind
    return ""
