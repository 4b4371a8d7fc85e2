import pytest

from sextortion_signals.batch.columns import find_text_column, list_columns, result_columns
from sextortion_signals.errors import RecordError


@pytest.mark.parametrize(
    "name", ["text", "Message", " BODY ", "comment", "report", "本文", "内容", "ﾒｯｾｰｼﾞ", "通報内容"]
)
def test_columns_usual_names_are_recognised(name):
    assert find_text_column(["id", name, "created_at"]) == name


def test_columns_the_chosen_one_wins():
    assert find_text_column(["text", "detail"], "detail") == "detail"


def test_columns_missing_or_ambiguous_are_listed():
    with pytest.raises(RecordError, match=r"no column has a usual name for the text.*--text-column: id, detail"):
        find_text_column(["id", "detail"])
    with pytest.raises(RecordError, match=r"several columns could hold the text.*: text, message"):
        find_text_column(["id", "text", "message"])
    with pytest.raises(RecordError, match="there is no column 'body'; the columns are: id, text"):
        find_text_column(["id", "text"], "body")
    with pytest.raises(RecordError, match="none"):
        find_text_column([])


def test_columns_a_first_line_that_is_a_message_is_not_repeated():
    message = "動画を消してほしければ3万円払え。今夜まで"
    listed = list_columns(["1", message])
    assert listed == "1, (column 2, not shown) - the first line looks like data; add a header line"


def test_columns_that_are_taken_already_are_refused():
    assert result_columns(["text"], "ss_")[0] == "ss_risk"
    with pytest.raises(RecordError, match="already has ss_risk; choose another --prefix"):
        result_columns(["text", "ss_risk"], "ss_")
