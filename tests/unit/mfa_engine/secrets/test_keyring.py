"""Keys: one a purpose and version, a file that nobody else may read, data keys that open in their place."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
from pathlib import Path

import pytest

from mfa_engine.secrets.keyring import (
    KEY_BYTES,
    KeyFileError,
    Keyring,
    create_key_file,
    read_key_file,
    unwrap,
    wrap,
)

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))


class TestKeyring:
    def test_KEY_03_no_key_serves_two_purposes_or_versions(self) -> None:
        keyring = Keyring({1: FIRST, 2: SECOND})
        purposes = (
            "audit",
            "password",
            "code",
            "seal/token/secret",
            "seal/outbox/body",
            "seal/resolver/secret",
        )
        keys = {keyring.key(purpose, version) for purpose in purposes for version in (1, 2)}
        assert len(keys) == 2 * len(purposes)
        assert not keys & {FIRST, SECOND}
        assert {len(key) for key in keys} == {32}

    def test_agrees_with_an_hkdf_computed_by_hand(self) -> None:
        extracted = hmac.digest(bytes(32), FIRST, "sha256")  # RFC 5869, section 2.2, without a salt
        expanded = hmac.digest(extracted, b"doorward/audit\x01", "sha256")  # section 2.3, one block
        assert Keyring({1: FIRST}).key("audit") == expanded

    def test_the_newest_is_used_and_older_ones_stay(self) -> None:
        old, new = Keyring({1: FIRST}), Keyring({1: FIRST, 2: SECOND})
        assert new.newest == 2
        assert new.key("audit", 1) == old.key("audit")
        assert new.key("audit") != old.key("audit")

    def test_a_version_that_is_not_there_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            Keyring({1: FIRST}).key("audit", 7)

    def test_KEY_07_shows_no_key(self) -> None:
        keyring = Keyring({1: FIRST})
        keyring.key("audit")
        assert repr(keyring) == str(keyring) == "<Keyring, newest 1>"
        assert not hasattr(keyring, "__dict__")


class TestKeyFile:
    def test_KEY_05_is_made_for_this_user_alone_and_read_back(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        create_key_file(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(read_key_file(path)) == KEY_BYTES
        with pytest.raises(FileExistsError):
            create_key_file(path)

    def test_two_files_hold_two_keys(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            create_key_file(tmp_path / name)
        assert read_key_file(tmp_path / "one") != read_key_file(tmp_path / "two")

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o610, 0o644, 0o777])
    def test_KEY_05_others_may_not_read_it(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "key"
        create_key_file(path)
        path.chmod(mode)
        with pytest.raises(KeyFileError, match="chmod 600"):
            read_key_file(path)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"short",
            b"!" * 44,
            base64.b64encode(bytes(31)),
            base64.b64encode(bytes(33)),
            b"\xff" * 44,
        ],
    )
    def test_KEY_05_cut_or_altered_it_is_refused_with_one_line_that_shows_nothing_of_it(
        self, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "key"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(KeyFileError) as refused:
            read_key_file(path)
        text = str(refused.value)
        assert len(text.splitlines()) == 1
        assert str(path) in text
        assert not content.strip() or content.decode("latin-1").strip() not in text

    def test_KEY_05_missing_it_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileError, match=r"key file .*/gone: No such file"):
            read_key_file(tmp_path / "gone")

    def test_a_folder_is_no_key(self, tmp_path: Path) -> None:
        with pytest.raises(KeyFileError):
            read_key_file(tmp_path)

    def test_the_file_is_whole_when_it_is_there(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        create_key_file(path)
        assert path.read_bytes().endswith(b"\n")
        assert os.stat(path).st_nlink == 1


class TestWrapping:
    def test_a_data_key_opens_under_its_key_and_version_only(self) -> None:
        wrapped = wrap(FIRST, 1, SECOND)
        assert unwrap(FIRST, 1, wrapped) == SECOND
        for key, version in ((SECOND, 1), (FIRST, 2)):
            with pytest.raises(KeyFileError, match="not the one"):
                unwrap(key, version, wrapped)

    @pytest.mark.parametrize("length", [0, 5, 11, 12, 20, 59])
    def test_cut_it_does_not_open(self, length: int) -> None:
        with pytest.raises(KeyFileError):
            unwrap(FIRST, 1, wrap(FIRST, 1, SECOND)[:length])

    def test_altered_anywhere_it_does_not_open(self) -> None:
        wrapped = wrap(FIRST, 1, SECOND)
        for place in range(len(wrapped)):
            altered = bytearray(wrapped)
            altered[place] ^= 1 << secrets.randbelow(8)
            with pytest.raises(KeyFileError):
                unwrap(FIRST, 1, bytes(altered))

    def test_KEY_03_no_two_wrappings_are_alike(self) -> None:
        assert len({wrap(FIRST, 1, SECOND) for _ in range(1000)}) == 1000
