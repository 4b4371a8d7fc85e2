"""Train a model. scikit-learn lives here and in `evaluate` only; install it with the extra `train`."""

from sextortion_signals.errors import MissingExtraError

try:
    from sextortion_signals.train.conversations import add_conversations
    from sextortion_signals.train.features import SignalFeatures
    from sextortion_signals.train.heads import LinearHeads, make_targets
    from sextortion_signals.train.research import load_pipeline
    from sextortion_signals.train.run import train
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("sextortion_signals"):
        raise
    raise MissingExtraError("training", "train") from None

__all__ = ["LinearHeads", "SignalFeatures", "add_conversations", "load_pipeline", "make_targets", "train"]
