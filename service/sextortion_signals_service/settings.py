"""Every setting of the service, read once from the environment: `SEXTORTION_SIGNALS_<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sextortion_signals.types import Tier

ENVIRONMENT_PREFIX = "SEXTORTION_SIGNALS_"

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Settings(BaseSettings):
    """How the service runs. `Settings()` reads the environment; keyword arguments win over it.

    Raises pydantic's `ValidationError`, without the offending values, when a setting cannot be used.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        frozen=True,
        # The environment also holds variables of the library, and those of other programs.
        extra="ignore",
        # A setting may one day be a secret, and start-up errors end in a log.
        hide_input_in_errors=True,
    )

    host: str = Field(
        default="127.0.0.1", description="Address to listen on. The default is reachable from this machine only."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one and logs it.")
    root_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Path prefix, such as `/signals`, that a proxy in front of it strips.",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes. Each loads the model; more threads would not help."
    )
    model_path: Path | None = Field(default=None, description="Model folder to load instead of the bundled one.")
    tier: Tier = Field(
        default=Tier.FAST,
        description="How thoroughly texts are read: `fast`; `cascade` and `full` need the extra `semantic`.",
    )
    profile: Path | None = Field(
        default=None, description="Operating points that `sextortion-signals tune` has written for this model."
    )
    thresholds: dict[Literal["elevated", "high"], Probability] | None = Field(
        default=None,
        description="Operating points that replace those of the model and of a profile, as JSON; "
        'for example `{"elevated": 0.9}`.',
    )
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="Largest request body in bytes; a larger one is answered with 413."
    )
    max_batch_items: int = Field(default=256, ge=1, description="Most texts in one batch.")
    max_text_length: int = Field(default=20_000, ge=1, description="Longest text in Unicode code points.")
    reviewer_page: bool = Field(default=True, description="Serve the reviewer's page at `/`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    access_log: bool = Field(default=True, description="Log one line a request: method, route, status, milliseconds.")
    shutdown_seconds: int = Field(
        default=30, ge=0, description="How long requests under way may take to finish once SIGTERM has come."
    )
