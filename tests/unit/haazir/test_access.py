import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haazir import access

modes = st.integers(0, 0o777)
uids = st.integers(1, 2**31)


@given(modes)
def test_a_list_written_for_the_kernel_reads_back_the_same(mode: int) -> None:
    entries = access.with_user(access.from_mode(mode), 70, access.PASS)
    assert access.decode(access.encode(entries)) == entries


@given(modes, uids)
def test_nobody_but_the_named_user_gains_anything(mode: int, uid: int) -> None:
    before = access.from_mode(mode)
    after = access.with_user(before, uid, access.PASS)
    assert {key: after[key] for key in before} == before


@given(modes, uids)
def test_granting_twice_changes_nothing_more(mode: int, uid: int) -> None:
    once = access.with_user(access.from_mode(mode), uid, access.PASS)
    assert access.with_user(once, uid, access.PASS) == once


@given(modes, uids)
def test_the_mask_lets_the_grant_through(mode: int, uid: int) -> None:
    entries = access.with_user(access.from_mode(mode), uid, access.READ | access.PASS)
    mask = next(allowed for (tag, _), allowed in entries.items() if tag == 0x10)
    assert mask & (access.READ | access.PASS) == access.READ | access.PASS


def test_a_closed_folder_lets_one_user_pass_and_stays_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        access.let_pass(closed / "postgres", 54321)
    except PermissionError as error:  # a file system without lists (or not ours): the message must say the way out
        assert "chmod o+x" in str(error)
        pytest.skip("no access control lists here")
    assert closed.stat().st_mode & 0o007 == 0
    assert (0x02, 54321) in access.decode(os.getxattr(closed, "system.posix_acl_access"))


def test_a_closed_folder_on_a_file_system_without_lists_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_here(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getxattr", none_here)
    monkeypatch.setattr(os, "setxattr", none_here)
    assert closed in list(access.closed(closed / "home" / "postgres"))
    with pytest.raises(PermissionError, match="chmod o\\+x") as told:
        access.grant(closed, 54321, access.PASS)
    assert access.way_out(closed) in str(told.value)
    closed.chmod(0o701)
    assert closed not in list(access.closed(closed / "home" / "postgres"))


def test_a_chmod_that_narrowed_the_mask_is_mended(tmp_path: Path) -> None:
    try:
        access.grant(tmp_path, 54321, access.PASS)
    except PermissionError:
        pytest.skip("no access control lists here")
    tmp_path.chmod(0o700)
    access.grant(tmp_path, 54321, access.PASS)
    assert tmp_path.stat().st_mode & 0o010
