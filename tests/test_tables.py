import tomllib

import pytest

from sextortion_signals.tables import PACKAGE, TABLES, generated_tables, parse_toml, read_table


@pytest.mark.parametrize("name", TABLES)
def test_tables_json_is_what_people_wrote(name):
    written = tomllib.loads((PACKAGE / f"{name}.toml").read_text(encoding="utf-8"))
    assert read_table(name) == written, "run ./dev docs"
    assert (PACKAGE / f"{name}.json").read_text(encoding="utf-8") == generated_tables()[f"{name}.json"]


def test_tables_a_fresh_table_is_read_as_written(monkeypatch, tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "new.toml").write_text('words = ["写真"]\n', encoding="utf-8")
    monkeypatch.setattr("sextortion_signals.tables.PACKAGE", tmp_path)
    assert read_table("text/new") == parse_toml("text/new") == {"words": ["写真"]}
