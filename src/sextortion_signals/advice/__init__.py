"""Advice that fits a text: fixed, reviewed wording from the catalogue, chosen by rule, never generated."""

from sextortion_signals.advice.catalog import load_catalog
from sextortion_signals.advice.entries import AdviceCatalog, AdviceRule, ResourceRule
from sextortion_signals.advice.select import select_advice

__all__ = ["AdviceCatalog", "AdviceRule", "ResourceRule", "load_catalog", "select_advice"]
