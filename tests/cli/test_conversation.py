import json

import pytest

LOG = """A: はじめまして!
B: はじめまして
A: 明日は晴れるかな
B: たぶん
A: 会場どこだっけ
B: 駅前
A: あのときの通話、録画してあるんだよね
B: え
A: 払わないなら裸の写真をばらまく
B: お願いだから送らないで
"""
CALM = "A: おはよう\nB: 駅に着いたら連絡する\n"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "talk.txt"
    path.write_text(LOG, encoding="utf-8")
    return path


def as_jsonl(*logs):
    lines = []
    for number, text in enumerate(logs):
        messages = [dict(zip(("sender", "text"), line.split(": ", 1), strict=True)) for line in text.splitlines()]
        lines.append(json.dumps({"id": f"talk-{number}", "messages": messages}, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def test_conversation_shows_what_mattered(run, log, learned_model):
    result = run("conversation", log, "--lang", "en", "--model", learned_model)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Offender  A\n" in result.stdout
    assert "Alert     message " in result.stdout
    assert "contact (0)" in result.stdout
    assert "裸の写真をばらまく】" in result.stdout
    assert " points: " in result.stdout
    assert " more\n" in result.stdout.partition("… ")[2]
    assert "裸の写真をばらまく”" in result.stdout
    assert "■ " in result.stdout
    assert "A triage aid" in result.stdout


def test_conversation_in_japanese_with_every_message(run, log):
    result = run("conversation", log, "--lang", "ja", "--all", "--no-advice")
    assert "経過（番号は 0 から）" in result.stdout
    assert "脅す側" in result.stdout
    assert "会場どこだっけ" in result.stdout
    assert "… " not in result.stdout
    assert "■ " not in result.stdout


def test_conversation_that_is_harmless(run):
    result = run("conversation", "-", "--lang", "en", stdin=CALM)
    assert result.exit_code == 0
    assert "Alert     none" in result.stdout
    assert "Offender" not in result.stdout
    assert "おはよう" in result.stdout


def test_conversation_json_is_the_librarys(run, log, detector, chat):
    result = run("conversation", log, "--json")
    expected = detector.assess_conversation(chat(*LOG.splitlines())).to_dict()
    assert json.loads(result.stdout) == json.loads(json.dumps(expected))
    short = json.loads(run("conversation", log, "--json", "--no-advice").stdout)
    assert short["advice"] == []


def test_conversation_several_give_a_line_each(run):
    result = run("conversation", "-", "--json", stdin=as_jsonl(LOG, CALM))
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], first["offender"]) == ("talk-0", "A")
    assert (second["id"], second["level"]) == ("talk-1", "low")
    shown = run("conversation", "-", "--lang", "en", stdin=as_jsonl(LOG, CALM)).stdout
    assert shown.count("Conversation talk-") == 2


def test_conversation_one_that_is_too_long_fails_alone(run):
    stdin = as_jsonl("A: " + "あ" * 20_001, CALM)
    result = run("conversation", "-", "--json", stdin=stdin)
    assert result.exit_code == 4
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["error"].startswith("messages[0]: the text has 20,001 characters")
    assert second["level"] == "low"
    assert "talk-0  error: messages[0]" in run("conversation", "-", stdin=stdin).stdout
    assert run("conversation", "-", "--truncate", stdin=stdin).exit_code == 0


def test_conversation_alone_and_too_long_is_an_error(run):
    result = run("conversation", "-", stdin="A: " + "あ" * 20_001)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: messages[0]: the text has")


def test_conversation_thresholds_are_those_of_conversations(run, log):
    never = json.loads(run("conversation", log, "--json", "--threshold", "elevated=1", "--threshold", "high=1").stdout)
    assert (never["level"], never["first_alert"]) == ("low", None)
    assert never["messages"][8]["level"] != "low"


@pytest.mark.parametrize("stdin", ["", "just a line", '{"sender": "A"}'])
def test_conversation_unreadable_input_is_wrong_usage_and_repeats_nothing(run, stdin):
    result = run("conversation", "-", stdin=stdin)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "just a line" not in result.stderr


def test_conversation_in_another_encoding(run, tmp_path):
    path = tmp_path / "talk.txt"
    path.write_bytes(LOG.encode("cp932"))
    assert "裸の写真をばらまく】" in run("conversation", path, "--format", "plain").stdout


def test_conversation_control_characters_do_not_reach_the_terminal(run):
    result = run("conversation", "-", "--all", stdin="A\x1b[31m: おはよう\x1b[2J\nB: \x07\n")
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_conversation_training_alone(run, conversation_corpus, learned_model, tmp_path):
    import shutil

    copy = shutil.copytree(learned_model, tmp_path / "copy")
    (copy / "conversation.json").unlink()
    result = run("train", "--only", "conversations", "--corpus", conversation_corpus, "--out", copy, "--json")
    assert json.loads(result.stdout) == {"model": str(copy)}
    assert (copy / "conversation.json").read_bytes() == (learned_model / "conversation.json").read_bytes()


def test_conversation_part_of_a_model_is_verified(run, learned_model, tmp_path):
    import shutil

    assert json.loads(run("model", "verify", learned_model, "--json").stdout)["files"].keys() >= {"conversation.json"}
    copy = shutil.copytree(learned_model, tmp_path / "copy")
    (copy / "conversation.json").write_text("{}", encoding="utf-8")
    result = run("model", "verify", copy)
    assert result.exit_code == 3
    assert "conversation.json is not the file" in result.stderr
