"""The front door: text in, `Assessment` out. Wires the parts together and has no logic of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sextortion_signals.assessing import Assessor, Checked
from sextortion_signals.errors import InputError, TextTypeError
from sextortion_signals.model import (
    SIGNALS,
    Artefact,
    Manifest,
    Probabilities,
    best_tier,
    load_artefact,
    load_tier,
    resolve_model,
    tier_of,
)
from sextortion_signals.options import Options
from sextortion_signals.profile import Profile, read_profile
from sextortion_signals.risk import RiskRule, conversation_rule
from sextortion_signals.text import DEFAULT_MAX_LENGTH, is_readable
from sextortion_signals.types import Assessment, Audience, Message, Tier

if TYPE_CHECKING:
    from sextortion_signals.conversation import (
        ConversationAssessment,
        ConversationReader,
        ConversationState,
        ReportAssessment,
        Tracker,
    )


class Detector:
    """Scores texts. Immutable once loaded; safe to share between threads."""

    def __init__(
        self,
        artefact: Artefact,
        *,
        tier: Tier | None = None,
        profile: Profile | None = None,
        thresholds: Mapping[str, float] | None = None,
        conversation_thresholds: Mapping[str, float] | None = None,
        max_length: int,
    ) -> None:
        if tier is None:
            tier = best_tier(artefact.manifest) if profile is None else tier_of(profile.tier)
        scorer = load_tier(artefact, tier)
        rule = RiskRule.from_dict(scorer.points)
        if profile is not None:
            profile.check_model(artefact.manifest.model, artefact.manifest.sha256, tier)
            rule = rule.override(profile.thresholds)
        rule = rule.override(thresholds or {})
        self._artefact = artefact
        self._tier = tier
        self._profile = profile
        least = np.array([float(scorer.points["signal_thresholds"][signal.value]) for signal in SIGNALS])
        self._assessor = Assessor(artefact.manifest.model, artefact.scorer, scorer, tier, rule, least, max_length)
        self._conversation_rule = conversation_rule(artefact.manifest.data, tier, rule).override(
            conversation_thresholds or {}
        )
        self._tracker: Tracker | None = None

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        tier: Tier | str | None = None,
        profile: str | os.PathLike[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
        conversation_thresholds: Mapping[str, float] | None = None,
        max_length: int = DEFAULT_MAX_LENGTH,
    ) -> Detector:
        """Load and verify a model: the bundled one, a released one by name, or the folder at `path`.

        `tier` is how thoroughly texts are read; all but `fast` need a model with a semantic part and the extra
        `semantic`. Without a tier it is that of the profile; without either, `cascade` where both are there and `fast`
        otherwise; the environment is not read. `profile` is a file of operating points, as `sextortion-signals tune`
        writes it; without one the model's own points hold. `thresholds` overrides both by name, e.g.
        `{"elevated": 0.3}`, and `conversation_thresholds` the points of conversations. `max_length` is in code points.

        Raises an `ArtefactError` when the model cannot be trusted, `ProfileError` when the profile cannot be read or
        was made for another model, `UnknownOptionError` for a bad threshold or a tier the model has not,
        `MissingExtraError` when what the tier needs is not installed.
        """
        read = None if profile is None else read_profile(profile)
        artefact = load_artefact(resolve_model(path))
        return cls(
            artefact,
            tier=None if tier is None else tier_of(tier),
            profile=read,
            thresholds=thresholds,
            conversation_thresholds=conversation_thresholds,
            max_length=max_length,
        )

    @property
    def model(self) -> str:
        """Name of the model, e.g. `ja-en-2026.1`."""
        return self._artefact.manifest.model

    @property
    def tier(self) -> Tier:
        """How thoroughly texts are read."""
        return self._tier

    @property
    def manifest(self) -> Manifest:
        """The verified manifest of the model."""
        return self._artefact.manifest

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Operating points in use, as risks in 0..1."""
        return self._assessor.rule.thresholds

    @property
    def profile(self) -> Profile | None:
        """The profile it was loaded with; `thresholds` given beside it win over its points."""
        return self._profile

    @property
    def tracker(self) -> Tracker:
        """What follows conversations; read from the model when it is first asked for, which costs some milliseconds."""
        if self._tracker is None:
            from sextortion_signals.conversation import load_tracker

            self._tracker = load_tracker(self._artefact, self._tier, self._conversation_rule)
        return self._tracker

    @property
    def max_length(self) -> int:
        """Longest text that is read, in code points."""
        return self._assessor.max_length

    def describe(self) -> dict[str, Any]:
        """Return what a user may want to know about the model, ready for JSON."""
        data = self._artefact.manifest.data
        profile = None if self._profile is None else self._profile.to_dict()
        # Figures of the test split are in the manifest for the tier `fast` alone; the model card has them for all.
        points = self._assessor.scorer.points
        of_tier = {name: points[name] for name in ("thresholds", "signal_thresholds", "metrics") if name in points}
        in_use = {"tier": self.tier.value, "thresholds_in_use": dict(self.thresholds), "profile": profile}
        kept = ("model", "protocol", "created", "languages", "corpus")
        return {**{name: data[name] for name in kept}, **of_tier, **in_use}

    def assess(
        self,
        text: str,
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> Assessment:
        """Assess one text.

        `lang` ("ja" or "en") is the language of the advice, by default the text's. `audience` asks for the advice to
        one audience. `truncate` reads the first `max_length` code points of a longer text instead of refusing it.
        `awareness` adds the campaign's message to a text that needs no other advice.
        Raises `InputError` subclasses: `TextTypeError`, `EmptyTextError`, `TextTooLongError`, `UnknownOptionError`.
        """
        options = Options.read(lang, audience, truncate=truncate, awareness=awareness)
        return next(self._assessor.assess([self._assessor.check(text, truncate=truncate)], options))

    def assess_many(
        self,
        texts: Sequence[str],
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> list[Assessment]:
        """Assess texts, in the same order; options and errors as in `assess`, errors name the index of the text."""
        options = Options.read(lang, audience, truncate=truncate, awareness=awareness)
        return list(self._assessor.assess(self._checked(texts, truncate=truncate), options))

    def assess_messages(
        self,
        messages: Sequence[Message],
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
    ) -> list[Assessment]:
        """Assess the texts of messages in one batch, each by itself; options and errors as in `assess_conversation`."""
        from sextortion_signals.conversation import check_messages

        options = Options.read(lang, audience, truncate=truncate, awareness=False)
        return self._assess_checked(check_messages(messages), options)

    def _assess_checked(self, checked: Sequence[Message], options: Options) -> list[Assessment]:
        from sextortion_signals.conversation import in_place

        texts = {place: message.text for place, message in enumerate(checked) if is_readable(message.text)}
        readable = self._assessor.check_all(texts, "messages", truncate=options.truncate)
        found = dict(zip(texts, self._assessor.assess(readable, options), strict=True))
        return in_place(len(checked), found, self.model, self.tier, self.thresholds)

    def assess_conversation(
        self,
        messages: Sequence[Message],
        *,
        state: ConversationState | None = None,
        assessments: Sequence[Assessment] | None = None,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> ConversationAssessment:
        """Assess a conversation: the risk after each message, who coerces, the signals of all messages.

        `state` is that of an earlier answer, to go on from there with the next messages. `assessments` are what
        `assess_messages` gave for these messages, where it was asked before; they are not assessed again then. A
        message without a word (a picture, a sticker) keeps its place. Other options and errors as in `assess`, errors
        name the index of the message; `EmptyTextError` without any message.
        """
        from sextortion_signals.conversation import ConversationState, check_messages

        options = Options.read(lang, audience, truncate=truncate, awareness=awareness)
        checked = check_messages(messages)
        if assessments is None:
            assessments = self._assess_checked(checked, Options(options.lang, options.audience, truncate))
        elif len(assessments) != len(checked):
            raise InputError(f"there are {len(assessments)} assessments for {len(checked)} messages; give one each")
        return self.tracker.assess(state or ConversationState(), checked, assessments, options, self._assessor.explain)

    def read_conversation(
        self, *, lang: str | None = None, audience: Audience | str | None = None, awareness: bool = False
    ) -> ConversationReader:
        """Return a reader for one conversation that is too long to be held: portions in, one summary out.

        Each portion of messages goes in with its assessments, from `assess_messages`. Options as in `assess`.
        """
        from sextortion_signals.conversation import ConversationReader

        options = Options.read(lang, audience, truncate=False, awareness=awareness)
        return ConversationReader(self.tracker, options, self._assessor.explain)

    def assess_report(
        self,
        reason: str | None = None,
        item: str | Message | None = None,
        thread: Sequence[Message] = (),
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
    ) -> ReportAssessment:
        """Assess a platform's report: the reporter's own words, the reported item and the thread it stands in.

        Any of the three may be missing, not all. Options and errors as in `assess_conversation`.
        """
        from sextortion_signals.conversation import reported_messages

        chosen: dict[str, Any] = {"lang": lang, "audience": audience, "truncate": truncate}
        messages = reported_messages(item, thread)
        told = self.assess(reason, **chosen) if reason is not None and is_readable(reason) else None
        shown = self.assess_conversation(messages, **chosen) if messages else None
        return self.weigh_report(reason, told, shown, lang=lang, audience=audience)

    def weigh_report(
        self,
        reason: str | None,
        told: Assessment | None,
        shown: ConversationAssessment | None,
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
    ) -> ReportAssessment:
        """Do the last step of `assess_report`: weigh what the reason told with what the thread showed.

        Raises `EmptyTextError` where there is neither.
        """
        from sextortion_signals.conversation import weigh

        options = Options.read(lang, audience, truncate=False, awareness=False)
        return weigh(reason or "", told, shown, self._assessor.rule, options)

    def score_many(self, texts: Sequence[str], *, truncate: bool = False) -> Probabilities:
        """Return the calibrated probabilities alone, as arrays: several times faster than `assess_many`."""
        return self._assessor.score(self._checked(texts, truncate=truncate))

    def _checked(self, texts: Sequence[str], *, truncate: bool) -> list[Checked]:
        if isinstance(texts, str | bytes):
            raise TextTypeError("texts must be a list of str; a bare str would be read one character at a time")
        return self._assessor.check_all(dict(enumerate(texts)), "texts", truncate=truncate)
