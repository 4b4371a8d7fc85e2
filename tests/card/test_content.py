from sextortion_signals.card import CardSection, CardTable, ModelCard

TABLE = CardTable(
    "Roles", ("by label", "seen as offender", "text"), (("victim", "3", "a | b\nc"),), "Read it so.", True
)
SECTION = CardSection("trainingData", "Training data", (("Texts", "10 of them."), ("Origin", "Written.")), (TABLE,))
CARD = ModelCard("name", "ja-en-1", "2026-01-02", (SECTION, CardSection("relevantLinks", "Links", (), ())))


def test_card_as_json_has_what_a_review_console_reads():
    assert CARD.to_dict() == {
        "modelName": "name",
        "version": "ja-en-1",
        "releaseDate": "2026-01-02",
        "sections": [
            {
                "id": "trainingData",
                "title": "Training data",
                "fields": [
                    {"label": "Texts", "value": "10 of them."},
                    {"label": "Origin", "value": "Written."},
                ],
                "subsections": [
                    {
                        "title": "Roles",
                        "fields": [
                            {"label": "victim", "value": "seen as offender: 3; text: a | b\nc"},
                            {"label": "How to read it", "value": "Read it so."},
                        ],
                    }
                ],
            },
            {"id": "relevantLinks", "title": "Links", "fields": []},
        ],
    }


def test_card_as_markdown_keeps_a_row_on_its_line():
    lines = CARD.to_markdown().splitlines()
    assert lines[0] == "# Model card: ja-en-1"
    assert "- **Texts.** 10 of them." in lines
    place = lines.index("### Roles")
    assert lines[place + 2 : place + 7] == [
        "| by label | seen as offender | text |",
        "| --- | ---: | --- |",
        "| victim | 3 | a \\| b c |",
        "",
        "Read it so.",
    ]
