import pytest

from sextortion_signals import tables
from sextortion_signals.tables import PACKAGE, TABLES, generated_tables, parse_table, read_table, table_source


@pytest.mark.parametrize("name", TABLES)
def test_tables_json_is_what_people_wrote(name):
    assert (PACKAGE / f"{name}.json").read_text(encoding="utf-8") == generated_tables()[f"{name}.json"], "./dev docs"
    assert read_table(name) == parse_table(table_source(name))


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_without_parsing_toml(name, monkeypatch):
    monkeypatch.setattr(tables, "parse_table", lambda _: pytest.fail("parsed"))
    assert read_table(name)


def test_tables_changed_since_its_json_was_made_is_read_as_written(monkeypatch, tmp_path):
    monkeypatch.setattr(tables, "PACKAGE", tmp_path)
    monkeypatch.setattr(tables, "TABLES", ("new",))
    toml, json = tmp_path / "new.toml", tmp_path / "new.json"
    toml.write_text('words = ["写真"]\n', encoding="utf-8")
    assert read_table("new") == {"words": ["写真"]}
    json.write_text("<<<<<<< ours\n", encoding="utf-8")
    assert read_table("new") == {"words": ["写真"]}
    json.write_text(generated_tables()["new.json"], encoding="utf-8")
    assert read_table("new") == {"words": ["写真"]}
    toml.write_text('words = ["画像"]\n', encoding="utf-8")
    assert read_table("new") == {"words": ["画像"]}
