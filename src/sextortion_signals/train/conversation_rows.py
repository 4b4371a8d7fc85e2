"""What the runtime sees of labelled conversations after each message, and what is true by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.conversation import ConversationState, advance
from sextortion_signals.conversation.features import disclosure_features, offender_features
from sextortion_signals.conversation.judge import is_quiet
from sextortion_signals.corpus import Conversation
from sextortion_signals.detector import Detector

IN_BETWEEN = 0.0
"""Weight of the messages from the first worry up to certainty: neither answer is wrong there."""


@dataclass(frozen=True, slots=True, eq=False)
class Prefixes:
    """What is known after each message of many conversations, a row each.

    `conversation` (n,) is the index of the conversation, `place` (n,) the message, `judged` (n,) whether the runtime
    judges there. `truth` (n,) is 1 where it is a case by then, `weight` (n,) adds up to 1 for a conversation but
    for messages that count less. `told` (n, 10) are the features of a disclosure.

    For every sender there is a row in `offender` (m, 15), with the prefix it belongs to in `prefix` (m,) and 1 in
    `guilty` (m,) where this sender coerces and it is a case by then. `names` holds the senders of those rows.
    """

    conversation: NDArray[np.int64]
    place: NDArray[np.int64]
    judged: NDArray[np.bool_]
    truth: NDArray[np.int8]
    weight: NDArray[np.float64]
    told: NDArray[np.float64]
    offender: NDArray[np.float64]
    prefix: NDArray[np.int64]
    guilty: NDArray[np.int8]
    names: tuple[str, ...]


def prefixes(conversations: Sequence[Conversation], detector: Detector) -> Prefixes:
    """Follow conversations with the runtime's own functions; one batch of texts for all of them."""
    rows: list[tuple[int, int, bool, int, float, tuple[float, ...]]] = []
    senders: list[tuple[tuple[float, ...], int, int, str]] = []
    for index, (conversation, states) in enumerate(_followed(conversations, detector)):
        for place, (state, judged) in enumerate(states):
            truth, weight = _label(conversation, place)
            share = weight / len(conversation.messages)
            for sender, features in zip(state.senders, offender_features(state), strict=True):
                guilty = truth if conversation.offender == sender.sender else 0
                senders.append((features, len(rows), guilty, sender.sender))
            rows.append((index, place, judged, truth, share, disclosure_features(state)))
    conversation_of, places, is_judged, truths, weights, told = zip(*rows, strict=True)
    features, prefix, guilt, names = zip(*senders, strict=True)
    return Prefixes(
        np.array(conversation_of),
        np.array(places),
        np.array(is_judged),
        np.array(truths, dtype=np.int8),
        np.array(weights),
        np.array(told),
        np.array(features),
        np.array(prefix),
        np.array(guilt, dtype=np.int8),
        names,
    )


def _followed(
    conversations: Sequence[Conversation], detector: Detector
) -> Iterator[tuple[Conversation, list[tuple[ConversationState, bool]]]]:
    texts = [message.text for conversation in conversations for message in conversation.messages]
    assessments = iter(detector.assess_many(texts, truncate=True))
    for conversation in conversations:
        state, states = ConversationState(), []
        for message in conversation.messages:
            assessment = next(assessments)
            state = advance(state, message, assessment)
            states.append((state, not is_quiet(state, assessment)))
        yield conversation, states


def _label(conversation: Conversation, place: int) -> tuple[int, float]:
    first, certain = conversation.first_evidence, conversation.unmistakable
    if first is None or certain is None or place < first:
        return 0, 1.0
    return 1, 1.0 if place >= certain else IN_BETWEEN
