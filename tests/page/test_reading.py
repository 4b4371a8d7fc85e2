"""What the page makes of what is pasted or dropped; its own modules, run in the browser."""

import json

import pytest

READ = """
    const { Source, open, ReadError } = m;
    const [name, content, readAs, bytes] = argument;
    const data = bytes ? new Blob([new Uint8Array(content)]) : content;
    try {
      const opened = await open(new Source(name, data), readAs);
      const records = [];
      for await (const record of opened.records(opened.column ?? opened.columns[0])) records.push(record);
      return { kind: opened.kind, columns: opened.columns, column: opened.column, records };
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      return { error: error.key, values: error.values };
    }
"""


@pytest.fixture
def read(shared):
    def run(content, name="pasted", read_as="auto"):
        is_bytes = isinstance(content, bytes)
        return shared.module("reading", READ, [name, list(content) if is_bytes else content, read_as, is_bytes])

    return run


def texts_of(result):
    return [record["text"] for record in result["records"]]


def messages_of(result):
    (record,) = result["records"]
    return [(message["sender"], message["text"]) for message in record["messages"]]


LINE_JA = """[LINE] みおとのトーク履歴
保存日時：2026/10/04 21:40

2026/10/03(土)
20:11\tみお\tこんばんは
20:12\tゆう\t"一行目
2026/10/01 二行目"
20:13\t☎ 通話時間 0:32
午後8:15\tみお\t[スタンプ]

2026/10/04(日)
09:01\tみお\tおはよう\tまだ寝てる？
"""
LINE_EN = """[LINE] Chat history with Ash Gray
Saved on: 10/4/2026, 21:40

Sat, 10/3/2026
08:11 PM\tAsh Gray\thello there
08:12 PM\tKit\tyes?
08:13 PM\tKit unsent a message.
"""
LINE_PC = """[LINE] Ash Grayとのトーク履歴
保存日時：2026/10/04 21:40

2026.10.03 土曜日
20:11 Ash Gray 会えますか
20:12 ゆう はい、
だいじょうぶです
"""


def test_reading_line_log_in_japanese(read):
    result = read(LINE_JA, "log.txt")
    assert result["kind"] == "chat"
    assert messages_of(result) == [
        ("みお", "こんばんは"),
        ("ゆう", "一行目\n2026/10/01 二行目"),
        ("みお", "[スタンプ]"),
        ("みお", "おはよう\tまだ寝てる？"),
    ]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (LINE_EN, [("Ash Gray", "hello there"), ("Kit", "yes?")]),
        (LINE_PC, [("Ash Gray", "会えますか"), ("ゆう", "はい、\nだいじょうぶです")]),
        ("20:11\tみお\tねえ\n20:12\tゆう\tなに", [("みお", "ねえ"), ("ゆう", "なに")]),
        (
            '20:11\tみお\tねえ\n20:12\tゆう\t"なに\n20:13\tみお\tいま',
            [("みお", "ねえ"), ("ゆう", '"なに'), ("みお", "いま")],
        ),
    ],
    ids=["english", "computer", "without a header", "a quotation mark that nobody closes"],
)
def test_reading_line_logs_of_other_kinds(read, log, expected):
    assert messages_of(read(log)) == expected
    assert messages_of(read("\ufeff" + log.replace("\n", "\r\n"))) == expected


def test_reading_lines_of_names_are_a_conversation(read):
    assert messages_of(read("A: hi\nB： yes?\n\nA: see https://example.com: now")) == [
        ("A", "hi"),
        ("B", "yes?"),
        ("A", "see https://example.com: now"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "Note: pay by tonight",
        "two lines\nof one text",
        "https://example.com\nhttps://example.org",
        "Name: A. B.\nDate: 3 May\nPlace: here\nTime: noon\nOther: none",
        "first, second\nthird, fourth",
        "20:15 に駅で",
        "12:00: a\n13:00: b",
    ],
)
def test_reading_anything_else_is_one_text(read, text):
    result = read(text)
    assert (result["kind"], texts_of(result)) == ("text", [text])


def test_reading_csv_keeps_rows_columns_and_line_numbers(read):
    result = read('id,本文,note\r\n7,"a ""b"", c\r\nd",x\r\n\r\n8,e\r\n9,f,g,h\r\n', "rows.csv")
    assert (result["columns"], result["column"]) == (["id", "本文", "note"], "本文")
    first, second, third = result["records"]
    assert first == {"row": 2, "text": 'a "b", c\r\nd', "fields": {"id": "7", "note": "x"}}
    assert second == {"row": 5, "text": "e", "fields": {"id": "8", "note": ""}}
    assert third["problem"] == "problemCells"
    assert (third["row"], third["text"]) == (6, "f")


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_reading_csv_finds_the_delimiter_in_pasted_tables(read, delimiter):
    table = "\n".join(delimiter.join(cells) for cells in [("id", "text"), ("1", "a, b"), ("2", "c")])
    result = read(table)
    assert (result["kind"], texts_of(result)) == ("csv", ["a, b", "c"])


def test_reading_csv_leaves_the_choice_of_a_column_where_names_do_not_tell(read):
    assert read("a,b\n1,2", "rows.csv")["column"] is None
    assert read("text,message\n1,2", "rows.csv")["column"] is None


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("rows.csv", "a,a\n1,2", "problemTwice"),
        ("rows.csv", 'text\n"open', "problemQuote"),
        ("rows.csv", " \n", "problemEmpty"),
        ("rows.jsonl", "[1]\n2\nx", "problemNoText"),
        ("rows.txt", b"\x81", "problemEncoding"),
    ],
)
def test_reading_says_what_is_wrong(read, name, content, error):
    assert read(content, name) == {"error": error, "values": {"name": name}}


def test_reading_jsonl_texts_conversations_and_flaws(read):
    lines = [
        {"id": 1, "text": "a", "__proto__": "p"},
        {"messages": [{"sender": "A", "text": "x"}, {"text": "y"}], "id": 2},
        {"id": 3},
        ["no object"],
    ]
    result = read("\ufeff" + "\n".join(map(json.dumps, lines)) + "\nbroken {\n")
    assert (result["kind"], result["column"]) == ("jsonl", "text")
    assert result["records"][0]["text"] == "a"
    assert result["records"][1]["messages"] == [{"sender": "A", "text": "x"}, {"sender": "", "text": "y"}]
    assert result["records"][1]["fields"] == {"id": 2}
    assert [record.get("problem") for record in result["records"][2:]] == [
        "problemMissing",
        "problemJson",
        "problemJson",
    ]
    assert [record["row"] for record in result["records"]] == [1, 2, 3, 4, 5]


def test_reading_lines_each_as_a_text(read):
    result = read("\ufeffa, b\n\n  \nc: d\r\ne", read_as="lines")
    assert [(record["row"], record["text"]) for record in result["records"]] == [(1, "a, b"), (4, "c: d"), (5, "e")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"]
)
def test_reading_recognises_japanese_encodings(read, encoding):
    result = read("id,本文\n1,裸の写真を送れと言われた\n2,ソ表能ーあア\n".encode(encoding), "rows.csv")
    assert texts_of(result) == ["裸の写真を送れと言われた", "ソ表能ーあア"]


def test_reading_recognises_windows_1252(read):
    result = read("text,n\n“Don’t tell,” he said – naïve,1\n".encode("cp1252").replace(b",\x94", b"\x94"), "rows.csv")
    assert texts_of(result) == ["“Don’t tell” he said – naïve"]


def test_reading_a_large_file_in_pieces_gives_every_row_once(shared):
    rows = "".join(f'{index},"行 {index}\n、続き"\n' for index in range(20_000))
    script = """
        const bytes = new TextEncoder().encode(argument);
        const opened = await m.open(new m.Source("rows.csv", new Blob([bytes])));
        let next = 0;
        for await (const { text } of opened.records(opened.column)) {
          if (text !== `行 ${next}\\n、続き`) return [next, text];
          next += 1;
        }
        return next;
    """
    assert shared.module("reading", script, "id,text\n" + rows) == 20_000
