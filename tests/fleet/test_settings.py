"""`fleet.toml` and the addresses in it are read strictly."""

from __future__ import annotations

import pytest

from dcr.fleet.addresses import AddressError, parse_address
from dcr.fleet.settings import FleetSettingsError, read_settings
from dcr.git.mirrors import Remote

ENTRY = '[[repositories]]\naddress = "../shop"\n'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("../shop", Remote("/srv/shop", is_local=True)),
        ("shop.git", Remote("/srv/fleet/shop.git", is_local=True)),
        ("/srv/a:b", Remote("/srv/a:b", is_local=True)),
        ("./host:path", Remote("/srv/fleet/host:path", is_local=True)),
        ("https://git.example.com/shop.git", Remote("https://git.example.com/shop.git", is_local=False)),
        ("ssh://git@git.example.com:22/shop", Remote("ssh://git@git.example.com:22/shop", is_local=False)),
        ("git@git.example.com:shop.git", Remote("git@git.example.com:shop.git", is_local=False)),
        ("host:shop", Remote("host:shop", is_local=False)),
    ],
)
def test_paths_https_and_ssh_are_addresses(address, expected):
    assert parse_address(address, "/srv/fleet") == expected


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ext::sh -c id", "remote helper"),
        ("fd::17/shop", "remote helper"),
        ("--upload-pack=touch /tmp/x", "begins with a dash"),
        ("http://git.example.com/shop", "only https and ssh"),
        ("git://git.example.com/shop", "only https and ssh"),
        ("file:///srv/shop", "only https and ssh"),
        ("EXT://x", "only https and ssh"),
        ("https://", "no valid host"),
        ("ssh://-oProxyCommand=id/shop", "no valid host"),
        ("ssh://[bad/shop", "no valid host"),
        ("https://u:secret@git.example.com/shop", "contains credentials"),
        ("https://secret@git.example.com/shop", "contains credentials"),
        ("ssh://u:secret@git.example.com/shop", "contains credentials"),
        ("https://u:secr@secret@git.example.com/shop", "contains credentials"),
        ("http://u:secret@git.example.com/shop", "only https and ssh"),
        ("foo::https://u:secret@git.example.com/shop", "remote helper"),
        ("https://u:a/secret@git.example.com/shop", "no valid host"),
        ("a\nb", "control character"),
        ("", "empty"),
    ],
)
def test_other_addresses_are_refused_before_git_reads_them(address, words):
    with pytest.raises(AddressError, match=words) as error:
        parse_address(address, "/srv/fleet")
    assert "secret" not in error.value.message + error.value.hint


def read(tmp_path, text):
    (tmp_path / "fleet.toml").write_text(text, "utf-8")
    return read_settings(str(tmp_path / "fleet.toml"))


def test_settings_have_defaults_next_to_the_file(tmp_path):
    settings = read(tmp_path, ENTRY)
    assert settings.mirrors == str(tmp_path / ".dcr-fleet/mirrors")
    assert settings.index_url == "sqlite:///.dcr-fleet/index.db"
    assert [(each.name, each.ref) for each in settings.repositories] == [("shop", None)]


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("", "lists no repositories", "[[repositories]]"),
        ("repositories = 1", "repositories is not a list of tables", "[[repositories]]"),
        ("indx = 'a'\n" + ENTRY, "unknown setting 'indx'", "did you mean 'index'?"),
        (ENTRY + "branch = 'a'\n", r"unknown setting 'repositories\[1\].branch'", "choose one of"),
        ("[[repositories]]\nname = 'a'\n", r"repositories\[1\] has no address", "address ="),
        (ENTRY + "ref = '--upload-pack'\n", "is not a valid ref", "ref ="),
        (ENTRY + "ref = 1\n", r"repositories\[1\].ref is 1, expected a text", "ref ="),
        (ENTRY + 'name = "a\\nb"\n', "the name is not printable", "name ="),
        (ENTRY * 2, "two repositories have the name 'shop'", "another name"),
        ("command = 'list'\n", "command is not a list of words", "command ="),
        ("index = ''\n" + ENTRY, "index is '', expected a text", "index ="),
        ("[[", "invalid TOML", "fix"),
    ],
)
def test_an_error_names_the_setting_and_what_to_write(tmp_path, text, words, hint):
    with pytest.raises(FleetSettingsError, match=words) as error:
        read(tmp_path, text)
    assert hint in error.value.hint
