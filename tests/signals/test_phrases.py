import pytest

from sextortion_signals.signals import clauses
from sextortion_signals.text import lemma_lines, normalize


def cut(raw):
    """Clauses between `|`, sentences between `‖`, phrases between blanks with their own blanks as `_`."""
    text = normalize(raw)
    found, sentence = "", 0
    for clause in clauses(text):
        found += "‖" if clause.sentence != sentence else "|"
        sentence = clause.sentence
        found += " ".join(text.text[start:end].replace(" ", "_") for start, end in clause.phrases)
    return found[1:]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ""),
        ("、。…!", ""),
        ("裸の写真を送れ", "裸の 写真を 送れ"),
        ("ばらまかれたくなかったら払え", "ばらまかれたくなかったら|払え"),
        ("通報したら消すからな。無駄だ", "通報したら|消すからな‖無駄だ"),
        ("明日から親に見せる", "明日から 親に 見せる"),
        ("送れって言われた", "送れって|言われた"),
        ("警察に言うなと言われた", "警察に 言うなと|言われた"),
        ("消してほしいなら今日中に3万円", "消してほしいなら|今日中に 3万円"),
        ("お写真を送ってください", "お写真を 送ってください"),
        ("払わないよ 裸の写真でも", "払わないよ|裸の 写真でも"),
        ("かぞくに みせるよ", "かぞくに みせるよ"),
        ("「送れ」と言う", "送れ|と 言う"),
        ("写真📸送れ", "写真 📸 送れ"),
        ("pay me or I post it", "pay_me|I_post_it"),
        ("it goes to them", "it_goes_to_them"),
        ("if you tell, I post your pics", "if_you_tell|I_post your_pics"),
        ("send the code and wait until midnight", "send the_code|wait|until_midnight"),
        ("don't move", "don't move"),
        ("pay $500 by 17:00, not 1,200", "pay $500 by_17:00|not 1,200"),
        ("5 minutes left", "5_minutes left"),
        ("turn your video on", "turn your_video_on"),
        ("hey\npay up", "hey‖pay up"),
        ("\nhey pay up\n", "hey pay up"),
        ("p\u200bay\nnow", "pay‖now"),
        ("for you", "for_you"),
    ],
)
def test_phrases_are_cut_as_a_pen_would(raw, expected):
    assert cut(raw) == expected


def test_phrases_do_not_overlap_and_lie_in_the_text():
    text = normalize("裸の写真、pay $5 or  u 😈 lose!! 「あ」って、お前な\n…送るぞ")
    places = [place for clause in clauses(text) for phrase in clause.phrases for place in phrase]
    assert places == sorted(places)
    assert places[-1] <= len(text.text)


def test_phrases_are_the_same_where_the_words_are_known():
    text = normalize("通報したら写真を送る。pay me")
    assert clauses(text, lemma_lines(text.text)) == clauses(text)
