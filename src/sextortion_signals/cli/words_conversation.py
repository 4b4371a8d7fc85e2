"""The words about conversations in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sextortion_signals.conversation import Reason, Stage


@dataclass(frozen=True, slots=True)
class ConversationWords:
    """Everything the terminal output says about conversations in one language."""

    conversation: str
    first_alert: str
    never: str
    message: str
    offender: str
    nobody: str
    stages: str
    timeline: str
    moved_by: str
    left_out: str
    reasons: Mapping[Reason, str]
    stage_names: Mapping[Stage, str]


JA = ConversationWords(
    conversation="会話",
    first_alert="警告",
    never="なし",
    message="{} 番のメッセージ",
    offender="脅す側",
    nobody="特定できない（または参加していない）",
    stages="段階",
    timeline="経過（番号は 0 から）",
    moved_by="+{:.1f} ポイント: {}",
    left_out="… ほか {} 件",
    reasons={
        Reason.OFFENDER_WORDS: "この人の最近の発言が、脅す側のものに似ている",
        Reason.WHOLE_TALK: "全員の最近の発言",
        Reason.OTHERS_REACTION: "相手の発言が、被害を受けた人のものに似ている",
        Reason.PAYMENT: "支払いの要求",
        Reason.IMAGES: "画像の要求",
        Reason.THREAT_AND_DEMAND: "同じ人の脅しと要求",
        Reason.OTHERS_NAME_THREAT: "相手が、画像を送られること・見せられることに触れている",
        Reason.TELLING_WORDS: "ほかの発言と合わせて意味を持つ言葉",
        Reason.DISCLOSURE: "今の、または最近の被害を話している",
        Reason.STRONGEST_MESSAGE: "ここまでで最も危険度の高いメッセージ",
    },
    stage_names={
        Stage.CONTACT: "声かけ",
        Stage.MOVE: "別の場所への誘導",
        Stage.LURE: "画像への誘い",
        Stage.REVEAL: "暴露の脅し",
        Stage.DEMAND: "要求",
        Stage.PRESSURE: "追い込み",
        Stage.ISOLATION: "孤立させる",
        Stage.AFTER_PAYMENT: "支払い後の再要求",
        Stage.SECOND_WAVE: "別人を装う二次被害",
    },
)

EN = ConversationWords(
    conversation="Conversation",
    first_alert="Alert",
    never="none",
    message="message {}",
    offender="Offender",
    nobody="cannot be named, or takes no part",
    stages="Stages",
    timeline="Timeline (messages count from 0)",
    moved_by="+{:.1f} points: {}",
    left_out="… {} more",
    reasons={
        Reason.OFFENDER_WORDS: "what this sender wrote of late reads like an offender",
        Reason.WHOLE_TALK: "what everybody wrote of late",
        Reason.OTHERS_REACTION: "what the others write reads like a victim",
        Reason.PAYMENT: "a demand for payment",
        Reason.IMAGES: "a demand for images",
        Reason.THREAT_AND_DEMAND: "threat and demand by the same sender",
        Reason.OTHERS_NAME_THREAT: "the others speak of images being sent or shown",
        Reason.TELLING_WORDS: "words that matter together with the rest",
        Reason.DISCLOSURE: "somebody tells of a live or recent case",
        Reason.STRONGEST_MESSAGE: "the riskiest message so far",
    },
    stage_names={
        Stage.CONTACT: "contact",
        Stage.MOVE: "move elsewhere",
        Stage.LURE: "lure",
        Stage.REVEAL: "threat revealed",
        Stage.DEMAND: "demand",
        Stage.PRESSURE: "pressure",
        Stage.ISOLATION: "isolation",
        Stage.AFTER_PAYMENT: "after payment",
        Stage.SECOND_WAVE: "second wave",
    },
)


def conversation_words(lang: str) -> ConversationWords:
    """Return the words in `ja` or `en`."""
    return JA if lang == "ja" else EN
