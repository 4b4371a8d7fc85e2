"""Every setting of the service, read once from the environment: `SEXTORTION_SIGNALS_<NAME>`."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sextortion_signals.types import Tier
from sextortion_signals_service.keys import ApiKey, parse_keys, read_key_file

ENVIRONMENT_PREFIX = "SEXTORTION_SIGNALS_"

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Settings(BaseSettings):
    """How the service runs. `Settings()` reads the environment; keyword arguments win over it.

    Raises pydantic's `ValidationError`, without the offending values, when a setting cannot be used.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        frozen=True,
        # A variable that is set to nothing, as compose files do, is as good as none.
        env_ignore_empty=True,
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
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~-]+)*/?$",
        description="Address at which callers reach the service, such as `https://signals.example`. Only the discovery "
        "document of the Perspective format names it; by default it is made from the `Host` header.",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes. Each loads the model; more threads would not help."
    )
    model_path: Path | None = Field(default=None, description="Model folder to load instead of the bundled one.")
    tier: Tier | None = Field(
        default=None,
        description="How thoroughly texts are read: `fast`, `cascade` or `full`, of which the last two need the extra "
        "`semantic`. Without a value, that of the profile; without one, `cascade` where the extra "
        "is installed, else `fast`.",
    )
    profile: Path | None = Field(
        default=None, description="Operating points that `sextortion-signals tune` has written for this model."
    )
    thresholds: dict[Literal["elevated", "high"], Probability] | None = Field(
        default=None,
        description="Operating points that replace those of the model and of a profile, as JSON; "
        'for example `{"elevated": 0.9}`.',
    )
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode] = Field(
        default=(),
        description="Keys that may ask, as `name:sha256` separated by commas; "
        "`python -m sextortion_signals_service.keys NAME` makes one. Without keys everybody on this machine may ask.",
    )
    api_keys_file: Path | None = Field(
        default=None, description="File with more keys, one `name sha256` a line. Read at start-up."
    )
    allow_anonymous: bool = Field(
        default=False,
        validate_default=True,
        description="Start without keys on an address that others can reach. Something in front must then say who may "
        "ask.",
    )
    rate_limit: int | None = Field(
        default=None,
        ge=1,
        description="Requests a minute that one key may make in one process, ten seconds' worth of them at once.",
    )
    concurrency_limit: int | None = Field(
        default=None, ge=1, description="Requests of one key that one process works on at the same time."
    )
    queue_size: int = Field(
        default=64,
        ge=1,
        description="Requests that one process takes on at the same time, waiting ones included; the next is answered "
        "with 503.",
    )
    request_seconds: float = Field(
        default=30.0,
        gt=0.0,
        le=3600.0,
        description="Time a request has from its head to the end of its answer; its head has as much again.",
    )
    metrics: bool = Field(default=True, description="Answer `/metrics`; it needs a key where there are keys.")
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="Largest request body in bytes; a larger one is answered with 413."
    )
    max_batch_items: int = Field(default=256, ge=1, description="Most texts in one batch.")
    conversation_thresholds: dict[Literal["elevated", "high"], Probability] | None = Field(
        default=None, description="Operating points of conversations that replace those of the model, as JSON."
    )
    max_conversation_messages: int = Field(
        default=256, ge=1, description="Most messages of a conversation in one request; longer ones go on with `state`."
    )
    state_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Secret that signs the state of conversations. Without one, a new one is made at every start; name "
        "the same one for several machines.",
    )
    max_text_length: int = Field(default=20_000, ge=1, description="Longest text in Unicode code points.")
    reviewer_page: bool = Field(default=True, description="Serve the reviewer's page at `/`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    access_log: bool = Field(
        default=True, description="Log one line a request: method, route, status, milliseconds, name of the key."
    )
    shutdown_seconds: int = Field(
        default=30, ge=0, description="How long requests under way may take to finish once SIGTERM has come."
    )

    @field_validator("api_keys", mode="before")
    @classmethod
    def _read_keys(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return parse_keys(entry for entry in value.split(",") if entry.strip())
        except ValueError as error:
            raise PydanticCustomError("api_keys", "{problem}", {"problem": str(error)}) from None

    @field_validator("api_keys_file")
    @classmethod
    def _read_file(cls, path: Path | None) -> Path | None:
        try:
            if path is not None:
                read_key_file(path)
        except ValueError as error:
            raise PydanticCustomError("api_keys_file", "{problem}", {"problem": str(error)}) from None
        return path

    @field_validator("allow_anonymous")
    @classmethod
    def _has_keys_or_says_so(cls, allowed: bool, info: ValidationInfo) -> bool:
        given = info.data
        if not {"host", "api_keys", "api_keys_file"} <= set(given):
            return allowed  # one of these is wrong by itself
        if not (allowed or given["api_keys"] or given["api_keys_file"] or is_loopback(given["host"])):
            raise PydanticCustomError(
                "allow_anonymous",
                "others can reach the address, and there are no API keys: set SEXTORTION_SIGNALS_API_KEYS or "
                "SEXTORTION_SIGNALS_API_KEYS_FILE, or this to true if something in front says who may ask",
            )
        return allowed

    def accepted_keys(self) -> tuple[ApiKey, ...]:
        """Return the keys of the setting and of the file."""
        return self.api_keys + (read_key_file(self.api_keys_file) if self.api_keys_file else ())


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address to listen on."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
