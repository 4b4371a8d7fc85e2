"""The language by script and function words."""

import pytest

from sextortion_signals.text import detect_language, normalize
from sextortion_signals.types import Language

_CASES = {
    "ja": [
        "こんにちは",
        "写真",
        "送金",
        "日本国憲法",
        "還付金。ATM。嘘。",
        "LINEで話そ",
        "ok ね",
        "ん",
        "ツ",
        "なう",
        "ツイッター",
        "ﾄﾞｳｶﾞ",
        "Please pay me. 早く払ってください",
        "明日3000円",
        "okane nai nara shashin okuru yo",
        "omae no shashin wo minna ni okuru",
        "kyou wa nani shite imasu ka",
        "裸 no 動画, shoushin shinsa ni mawashitaru",
    ],
    "en": [
        "hello there",
        "send nudes",
        "Pay me or I leak",
        "pay",
        "¯\\_(ツ)_/¯ lol whatever",
        "I hate this (ノಠ益ಠ)ノ彡┻━┻",
        "please 🙏 help の",
        "no no no",
        "Nude threats = ban",
        "Nude meets fiancé tonight",
        "José has the video and you know it",
        "fee due, ta",
    ],
    "zh": ["你好", "发照片给我", "谢谢", "把視頻发过来", "這是什麼"],
    "ko": ["안녕하세요", "사진 보내", "ㅋㅋㅋ"],
    "ru": ["Привет", "отправь фото"],
    "uk": ["Привіт, як її справи"],
    "es": ["Hola, ¿cómo estás? envía fotos", "quiero tus fotos ahora", "mañana"],
    "fr": ["bonjour je suis là", "envoie moi des photos"],
    "de": ["Guten Tag, wie geht es dir", "schick mir das Geld", "Schöne Grüße"],
    "pt": ["você está bem?", "manda uma foto para mim agora"],
    "id": ["aku punya foto kamu, kirim uang", "jangan kasih tahu siapa siapa ya kamu"],
    "vi": ["tôi có ảnh của bạn", "gửi tiền"],
    "tl": ["may pera ka ba", "ipadala mo ang pera sa akin"],
    "it": ["ciao come stai, manda una foto", "perché non mi scrivi"],
    "tr": ["bana para gönder"],
    "ar": ["مرحبا بالعالم"],
    "he": ["שלום"],
    "th": ["สวัสดี"],
    "hi": ["नमस्ते"],
    "el": ["καλημέρα"],
    "und": ["", "123 !!!", "😀", "🙏🙏", "é", "naïve résumé", "་ཀ"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in _CASES.items() for text in texts])
def test_language(code, text):
    assert detect_language(text) == Language(code=code, verified=code in {"ja", "en"})


def test_clean_form_of_a_disguise_is_read():
    assert detect_language(normalize("trаnsfеr thе mоney").text).code == "en"
    assert detect_language(normalize("hadaka no douga, shoushin shinsa ni mawashitaru").text).code == "ja"


def test_ordinary_text_has_a_language(ordinary):
    assert detect_language(ordinary).code in {"ja", "en", "und", "ru", "el", "zh"}


def test_naughty_string_has_a_language(naughty):
    language = detect_language(naughty)
    assert language.verified == (language.code in {"ja", "en"})
